import { afterEach, expect, test } from '@jest/globals';
import net from 'node:net';
import type { PeerIdentity, Sender } from '../node/program.ts';
import type { PeerMessage } from '../wire/messages.ts';
import { FrameReader } from './frames.ts';
import { defaultServerLimits, tickMs, type ServerLimits } from './limits.ts';
import { startTransport } from './transport.ts';

const host = '127.0.0.1';
/** What ends each part that is open, and can be called once. */
const opened = new Set<() => Promise<void>>();
const closeAll = () => Promise.all([...opened].map((close) => close()));
afterEach(closeAll);

type Heard = { readonly from: Sender; readonly message: PeerMessage };

const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
};

/** A node's end of the network: `via` is what others are to dial in its place. */
const start = async (
  name: string,
  options: {
    readonly identity?: PeerIdentity;
    readonly resolve?: Readonly<Record<string, number>>;
    readonly limits?: Partial<ServerLimits>;
    readonly port?: number;
  } = {},
) => {
  const heard: Heard[] = [];
  const log: string[] = [];
  const transport = await startTransport({
    listen: { host, port: options.port ?? 0 },
    resolve: new Map(
      Object.entries(options.resolve ?? {}).map(([to, port]) => [to, { host, port }]),
    ),
    limits: { ...defaultServerLimits, ...options.limits },
    journal: { log: (level, text) => void log.push(`${level} ${text}`) },
    receive: (from, message) => void heard.push({ from, message }),
  });
  transport.advertise(`${name}:2377`);
  transport.identify(options.identity);
  const ticker = setInterval(() => {
    transport.tick();
  }, tickMs);
  const close = () => {
    opened.delete(close);
    clearInterval(ticker);
    return transport.close();
  };
  opened.add(close);
  const received = async (count = 1) => {
    await until(() => heard.length >= count);
    return heard;
  };
  return { transport, heard, log, received, close, port: transport.bound.port };
};

/** A proxy of one link that can swallow everything, counts its connections, and keeps what came back over it. */
const proxyTo = async (port: number) => {
  const state = { swallowing: false, connections: 0, back: Buffer.alloc(0) };
  const sockets = new Set<net.Socket>();
  const server = net.createServer((near) => {
    state.connections += 1;
    const far = net.connect(port, host);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => undefined);
      from.on('close', () => to.destroy());
      from.on('data', (bytes) => {
        if (state.swallowing) return;
        if (from === far) state.back = Buffer.concat([state.back, bytes]);
        to.write(bytes);
      });
    }
  });
  await new Promise((resolve) =>
    server.listen(0, host, () => {
      resolve(undefined);
    }),
  );
  const close = () =>
    new Promise<void>((resolve) => {
      opened.delete(close);
      for (const socket of sockets) socket.destroy();
      server.close(() => {
        resolve();
      });
    });
  opened.add(close);
  const bound = server.address();
  return { state, port: typeof bound === 'object' ? (bound?.port ?? 0) : 0 };
};

const secret = new Uint8Array(32).fill(3);
const identity = (nodeId: string): PeerIdentity => ({
  nodeId,
  clusterId: 'c',
  address: nodeId.replace('n', 'm') + ':2377',
  secret,
});
const beat = (number: number): PeerMessage => ({
  type: 'agent',
  message: { type: 'heartbeat', session: 's', beat: number },
});
const join: PeerMessage = {
  type: 'join',
  request: { nonce: 'n', token: 't', address: 'm2:2377', hostname: 'm2', availability: 'active' },
};
const joinAnswer: PeerMessage = {
  type: 'join-answer',
  answer: { nonce: 'n', ok: false, status: 400, message: 'no' },
};

/** `m1` and `m2`, of one swarm, where `m1` can dial `m2`. */
const pair = async (limits: Partial<ServerLimits> = {}) => {
  const m2 = await start('m2', { identity: identity('n2') });
  const m1 = await start('m1', {
    identity: identity('n1'),
    resolve: { 'm2:2377': m2.port },
    limits,
  });
  return { m1, m2 };
};

test('a message arrives with the proven id and the address of its sender', async () => {
  const { m1, m2 } = await pair();
  m1.transport.send('m2:2377', beat(1));
  m1.transport.send('m2:2377', beat(2));
  const from = { nodeId: 'n1', address: 'm1:2377' };
  expect(await m2.received(2)).toStrictEqual([
    { from, message: beat(1) },
    { from, message: beat(2) },
  ]);
});

test('a node without a swarm can ask to join, and nothing else', async () => {
  const m1 = await start('m1', { identity: identity('n1') });
  const m2 = await start('m2', { resolve: { 'm1:2377': m1.port } });
  m2.transport.send('m1:2377', beat(1));
  m2.transport.send('m1:2377', join);
  expect(await m1.received()).toStrictEqual([
    { from: { nodeId: undefined, address: 'm2:2377' }, message: join },
  ]);
});

test('the connection that brought the answer to a joining node becomes a member’s with its identity', async () => {
  const m2 = await start('m2');
  const link = await proxyTo(m2.port);
  const m1 = await start('m1', { identity: identity('n1'), resolve: { 'm2:2377': link.port } });
  m1.transport.send('m2:2377', beat(1));
  m1.transport.send('m2:2377', joinAnswer);
  expect(await m2.received()).toStrictEqual([
    { from: { nodeId: undefined, address: 'm1:2377' }, message: joinAnswer },
  ]);
  m2.transport.identify(identity('n2'));
  m1.transport.send('m2:2377', beat(2));
  expect((await m2.received(2))[1]).toStrictEqual({
    from: { nodeId: 'n1', address: 'm1:2377' },
    message: beat(2),
  });
  expect(link.state.connections).toBe(1);
});

test('a connection whose proof turns out to be wrong is closed', async () => {
  const m2 = await start('m2');
  const stranger = { ...identity('n1'), secret: new Uint8Array(32) };
  const m1 = await start('m1', { identity: stranger, resolve: { 'm2:2377': m2.port } });
  m1.transport.send('m2:2377', joinAnswer);
  await m2.received();
  m2.transport.identify(identity('n2'));
  await until(() => m2.log.length > 0);
  expect(m2.log).toContain('warn refused a peer: its proof is wrong');
});

test('a peer with the wrong secret is refused, and both sides say so', async () => {
  const m2 = await start('m2', { identity: identity('n2') });
  const wrong = { ...identity('n1'), secret: new Uint8Array(32) };
  const m1 = await start('m1', { identity: wrong, resolve: { 'm2:2377': m2.port } });
  m1.transport.send('m2:2377', beat(1));
  await until(() => m1.log.length > 0);
  expect(m1.log).toContain('warn peer m2:2377: it refused this node: its proof is wrong');
  expect(m2.log).toContain('warn refused a peer: its proof is wrong');
  expect(m2.heard).toStrictEqual([]);
});

test('a node that gets an identity is greeted under it from then on', async () => {
  const m2 = await start('m2', { identity: identity('n2') });
  const m1 = await start('m1', { resolve: { 'm2:2377': m2.port } });
  m1.transport.send('m2:2377', join);
  await m2.received();
  m1.transport.identify(identity('n1'));
  m1.transport.send('m2:2377', beat(1));
  expect((await m2.received(2))[1]?.from.nodeId).toBe('n1');
});

test('what was sent to a peer that is not there yet reaches it once it is', async () => {
  const spare = await start('spare');
  const { port } = spare;
  await spare.close();
  const m1 = await start('m1', { identity: identity('n1'), resolve: { 'm2:2377': port } });
  m1.transport.send('m2:2377', beat(1));
  await new Promise((resolve) => setTimeout(resolve, 50));
  const m2 = await start('m2', { identity: identity('n2'), port });
  expect((await m2.received())[0]?.message).toStrictEqual(beat(1));
});

test('a peer that comes back is dialled again by the next message', async () => {
  const { m1, m2 } = await pair();
  m1.transport.send('m2:2377', beat(1));
  await m2.received();
  await m2.close();
  const again = await start('m2', { identity: identity('n2'), port: m2.port });
  await until(() => {
    m1.transport.send('m2:2377', beat(2));
    return again.heard.length > 0;
  });
  expect(again.heard[0]?.message).toStrictEqual(beat(2));
});

test.each([
  ['after it was used', false],
  ['from the first byte', true],
])('a link that swallows everything %s is given up and dialled anew', async (_when, atOnce) => {
  const m2 = await start('m2', { identity: identity('n2'), limits: { stallMs: 200 } });
  const link = await proxyTo(m2.port);
  const m1 = await start('m1', {
    identity: identity('n1'),
    resolve: { 'm2:2377': link.port },
    limits: { stallMs: 200, handshakeMs: 200 },
  });
  link.state.swallowing = atOnce;
  m1.transport.send('m2:2377', beat(1));
  if (!atOnce) await m2.received();
  link.state.swallowing = true;
  const before = link.state.connections;
  await until(() => {
    m1.transport.send('m2:2377', beat(2));
    return link.state.connections > before;
  });
  link.state.swallowing = false;
  const heard = m2.heard.length;
  await until(() => {
    m1.transport.send('m2:2377', beat(3));
    return m2.heard.length > heard;
  });
});

test('an idle link that swallows everything is noticed too', async () => {
  const m2 = await start('m2', { identity: identity('n2'), limits: { stallMs: 100 } });
  const link = await proxyTo(m2.port);
  const m1 = await start('m1', {
    identity: identity('n1'),
    resolve: { 'm2:2377': link.port },
    limits: { stallMs: 100, pingMs: 50 },
  });
  m1.transport.send('m2:2377', beat(1));
  await m2.received();
  await until(() => m1.log.includes('info peer m2:2377: connected'));
  link.state.swallowing = true;
  await until(() => m1.log.includes('info peer m2:2377: lost: it confirmed nothing any more'));
});

test('messages are confirmed with one of them now and then, and the last ones without', async () => {
  const m2 = await start('m2', { identity: identity('n2') });
  const link = await proxyTo(m2.port);
  const m1 = await start('m1', { identity: identity('n1'), resolve: { 'm2:2377': link.port } });
  for (let sent = 1; sent <= 30; sent += 1) {
    m1.transport.send('m2:2377', beat(sent));
    await m2.received(sent);
  }
  const counts = () => {
    const reader = new FrameReader(1_024);
    reader.push(link.state.back);
    const read: number[] = [];
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
      if ('refused' in frame) throw new Error(frame.refused);
      if (frame.kind === 'confirm') read.push(Buffer.from(frame.payload).readUIntBE(0, 6));
    }
    return read;
  };
  await until(() => counts().at(-1) === 30);
  expect(counts()[0]).toBe(1);
  expect(counts().length).toBeLessThan(10);
});

test('of more messages than may wait the oldest are lost', async () => {
  const spare = await start('spare');
  const { port } = spare;
  await spare.close();
  const m1 = await start('m1', {
    identity: identity('n1'),
    resolve: { 'm2:2377': port },
    limits: { queueMessagesMax: 3 },
  });
  for (let number = 1; number <= 10; number += 1) m1.transport.send('m2:2377', beat(number));
  const m2 = await start('m2', { identity: identity('n2'), port });
  expect((await m2.received(3)).map(({ message }) => message)).toStrictEqual([
    beat(8),
    beat(9),
    beat(10),
  ]);
});

test('a message that is too long is not sent, and those after it are', async () => {
  const { m1, m2 } = await pair({ frameBytesMax: 200 });
  m1.transport.send('m2:2377', {
    type: 'agent',
    message: { type: 'leave', session: 'x'.repeat(300) },
  });
  m1.transport.send('m2:2377', beat(1));
  expect((await m2.received())[0]?.message).toStrictEqual(beat(1));
  expect(m1.log[0]).toMatch(/^error a message of \d+ bytes is too long to be sent$/);
});

test('an address that is none is logged, and nothing else happens', async () => {
  const { m1 } = await pair();
  m1.transport.send('nonsense', beat(1));
  expect(m1.log).toStrictEqual(['warn cannot dial nonsense']);
});

test('whatever a connection brings, it only ends that connection', async () => {
  const { m1, m2 } = await pair();
  const noises = [
    Buffer.alloc(64, 0xff),
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    Buffer.from([0, 0, 0, 1, 3]),
    Buffer.from([0, 0, 0, 3, 1, 0x7b, 0x7d]),
    Buffer.from([0, 0, 0, 1, 0]),
  ];
  for (const noise of noises) {
    const socket = net.connect(m2.port, host);
    socket.write(noise);
    socket.resume();
    await new Promise((resolve) => socket.on('close', resolve));
  }
  m1.transport.send('m2:2377', beat(1));
  expect((await m2.received())[0]?.message).toStrictEqual(beat(1));
});

test('many messages arrive, each once and in order, as long as the link holds', async () => {
  const { m1, m2 } = await pair();
  const count = 5_000;
  m1.transport.send('m2:2377', beat(1));
  await m2.received();
  for (let number = 2; number <= count; number += 1) {
    m1.transport.send('m2:2377', beat(number));
    if (number % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const heard = await m2.received(count);
  expect(heard.map(({ message }) => message)).toStrictEqual(
    Array.from({ length: count }, (_, i) => beat(i + 1)),
  );
});

test('closing ends every connection at once', async () => {
  const { m1, m2 } = await pair();
  m1.transport.send('m2:2377', beat(1));
  await m2.received();
  await closeAll();
});
