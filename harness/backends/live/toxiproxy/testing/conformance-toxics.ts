import { describe, expect, test } from '@jest/globals';
import type { Subject } from './conformance.ts';
import { dial, Listener, until, type End } from './loopback.ts';

/** Timers may fire a little early by another clock. */
const earlyMs = 5;

const quietMs = 60;
/** Long enough for what would come to have come. */
const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, quietMs));

/** What each toxic does to bytes and to the end of a connection. Lower bounds only: a slow machine is no failure. */
export const toxicsConform = ({ ask, proxy, toxic }: Subject): void => {
  type Pair = {
    readonly name: string;
    readonly listen: string;
    readonly client: End;
    readonly server: End;
  };

  /** A connection that carries already, so what comes next meets a live one. */
  const pair = async (listener: Listener): Promise<Pair> => {
    const { name, listen } = await proxy(listener.address);
    return { name, listen, ...(await connected(listener, listen)) };
  };
  const connected = async (
    listener: Listener,
    listen: string,
  ): Promise<Pick<Pair, 'client' | 'server'>> => {
    const index = listener.ends.length;
    const client = await dial(listen);
    const server = await listener.end(index);
    client.send('>');
    server.send('<');
    await Promise.all([server.got('>'), client.got('<')]);
    return { client, server };
  };
  const remove = async (name: string, toxicName: string): Promise<void> => {
    expect((await ask('DELETE', `/proxies/${name}/toxics/${toxicName}`)).status).toBe(204);
  };
  const update = async (name: string, toxicName: string, body: object): Promise<void> => {
    expect((await ask('POST', `/proxies/${name}/toxics/${toxicName}`, body)).status).toBe(200);
  };

  describe('latency', () => {
    test.each(['upstream', 'downstream'] as const)(
      'delays a live connection %s, and that way only, in order',
      async (stream) => {
        await using listener = await Listener.open();
        const { name, client, server } = await pair(listener);
        await toxic({ name }, { type: 'latency', stream, attributes: { latency: 120 } });
        const [from, to, other] =
          stream === 'upstream' ? [client, server, '<'] : [server, client, '>'];
        const began = performance.now();
        to.send('!');
        for (const part of ['a', 'b', 'c', 'd']) from.send(part);
        await from.got(`${other}!`);
        const backAt = performance.now() - began;
        await until('all has come', () => to.text.endsWith('abcd'));
        expect(performance.now() - began).toBeGreaterThanOrEqual(120 - earlyMs);
        expect(backAt).toBeLessThan(performance.now() - began);
      },
    );

    test('jitter varies it, and never reorders', async () => {
      await using listener = await Listener.open();
      const { name, client, server } = await pair(listener);
      await toxic(
        { name },
        { type: 'latency', stream: 'upstream', attributes: { latency: 40, jitter: 30 } },
      );
      const began = performance.now();
      const text = 'abcdefghij';
      for (const part of text.split('')) {
        client.send(part);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      await server.got(`>${text}`);
      expect(performance.now() - began).toBeGreaterThanOrEqual(10 - earlyMs);
    });

    test('its removal lets go of what it held, and the connection lives', async () => {
      await using listener = await Listener.open();
      const { name, client, server } = await pair(listener);
      await toxic(
        { name },
        { type: 'latency', name: 'l', stream: 'upstream', attributes: { latency: 600_000 } },
      );
      for (const part of ['a', 'b', 'c']) {
        client.send(part);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      await quiet();
      expect(server.text).toBe('>');
      await remove(name, 'l');
      await server.got('>abc');
      client.send('d');
      await server.got('>abcd');
    });

    test('a change of it takes hold of live connections', async () => {
      await using listener = await Listener.open();
      const { name, client, server } = await pair(listener);
      await toxic(
        { name },
        { type: 'latency', name: 'l', stream: 'upstream', attributes: { latency: 600_000 } },
      );
      await update(name, 'l', { attributes: { latency: 1 } });
      client.send('a');
      await server.got('>a');
    });

    test('the end of a connection waits for what is still on its way', async () => {
      await using listener = await Listener.open();
      const { name, client, server } = await pair(listener);
      await toxic({ name }, { type: 'latency', stream: 'upstream', attributes: { latency: 80 } });
      client.socket.end('last');
      await server.ended();
      expect(server.text).toBe('>last');
    });
  });

  describe('bandwidth', () => {
    test('spreads bytes over time', async () => {
      await using listener = await Listener.open();
      const { name, client, server } = await pair(listener);
      await toxic({ name }, { type: 'bandwidth', stream: 'upstream', attributes: { rate: 100 } });
      const began = performance.now();
      client.send(Buffer.alloc(30_000));
      await until('all has come', () => server.received.length === 30_001);
      expect(performance.now() - began).toBeGreaterThanOrEqual(250);
    });

    test('a rate of 0 holds everything until it is removed', async () => {
      await using listener = await Listener.open();
      const { name, client, server } = await pair(listener);
      await toxic({ name }, { type: 'bandwidth', name: 'b', stream: 'upstream' });
      client.send('a');
      await quiet();
      expect(server.text).toBe('>');
      await remove(name, 'b');
      await server.got('>a');
    });
  });

  describe('slow_close', () => {
    test('delays the end, not the bytes', async () => {
      await using listener = await Listener.open();
      const { name, client, server } = await pair(listener);
      await toxic({ name }, { type: 'slow_close', stream: 'upstream', attributes: { delay: 120 } });
      const began = performance.now();
      client.socket.end('a');
      await server.got('>a');
      expect(server.closed).toBeUndefined();
      await server.ended();
      expect(performance.now() - began).toBeGreaterThanOrEqual(120 - earlyMs);
    });

    test('its removal lets the end through', async () => {
      await using listener = await Listener.open();
      const { name, client, server } = await pair(listener);
      await toxic(
        { name },
        { type: 'slow_close', name: 's', stream: 'upstream', attributes: { delay: 600_000 } },
      );
      client.socket.end('a');
      await server.got('>a');
      await quiet();
      await remove(name, 's');
      await server.ended();
    });
  });

  describe('timeout', () => {
    test('of 0 drops one way of a live connection, and its removal closes the connection', async () => {
      await using listener = await Listener.open();
      const { name, listen, client, server } = await pair(listener);
      await toxic({ name }, { type: 'timeout', name: 't', stream: 'upstream' });
      client.send('lost');
      server.send('kept');
      await client.got('<kept');
      await quiet();
      expect([server.text, client.closed, server.closed]).toEqual(['>', undefined, undefined]);
      await remove(name, 't');
      await Promise.all([client.ended(), server.ended()]);
      expect(server.text).toBe('>');
      await connected(listener, listen);
    });

    test('of 0 drops what new connections say', async () => {
      await using listener = await Listener.open();
      const { name, listen } = await proxy(listener.address);
      await toxic({ name }, { type: 'timeout', stream: 'upstream' });
      const client = await dial(listen);
      const server = await listener.end();
      client.send('lost');
      await quiet();
      expect([server.text, client.closed]).toEqual(['', undefined]);
    });

    test('an end passes it', async () => {
      await using listener = await Listener.open();
      const { name, client, server } = await pair(listener);
      await toxic({ name }, { type: 'timeout', stream: 'upstream' });
      client.socket.end('lost');
      await server.ended();
      expect(server.text).toBe('>');
    });

    test('of more closes a connection that says nothing for so long', async () => {
      await using listener = await Listener.open();
      const { name, client, server } = await pair(listener);
      const began = performance.now();
      await toxic({ name }, { type: 'timeout', stream: 'upstream', attributes: { timeout: 80 } });
      await Promise.all([client.ended(), server.ended()]);
      expect(performance.now() - began).toBeGreaterThanOrEqual(80 - earlyMs);
    });

    test('a change from 0 to more closes in time', async () => {
      await using listener = await Listener.open();
      const { name, client } = await pair(listener);
      await toxic({ name }, { type: 'timeout', name: 't', stream: 'upstream' });
      await update(name, 't', { attributes: { timeout: 20 } });
      await client.ended();
    });

    test('what is dropped was received and not sent on, in the metrics', async () => {
      await using listener = await Listener.open();
      const { name, client, server } = await pair(listener);
      await toxic({ name }, { type: 'timeout', name: 't', stream: 'upstream' });
      client.send('lost');
      await quiet();
      await remove(name, 't');
      await Promise.all([client.ended(), server.ended()]);
      await until('it is counted', async () => {
        const { text } = await ask('GET', '/metrics');
        const value = (metric: string): string | undefined =>
          new RegExp(
            `^toxiproxy_proxy_${metric}_bytes_total\\{direction="upstream",[^}]*proxy="${name}",[^}]*\\} (\\d+)$`,
            'm',
          ).exec(text)?.[1];
        return value('received') === '5' && value('sent') === '1';
      });
    });
  });

  describe('reset_peer', () => {
    test.each(['upstream', 'downstream'] as const)(
      'resets a new connection once it carries something %s',
      async (stream) => {
        await using listener = await Listener.open();
        const { name, listen } = await proxy(listener.address);
        await toxic({ name }, { type: 'reset_peer', stream });
        const client = await dial(listen);
        const server = await listener.end();
        await quiet();
        expect(client.closed).toBeUndefined();
        (stream === 'upstream' ? client : server).send('a');
        await Promise.all([client.ended(), server.ended()]);
        expect([client.closed, server.closed]).toEqual(['ECONNRESET', 'ECONNRESET']);
        expect([client.text, server.text]).toEqual(['', '']);
      },
    );

    test('ends a live one, whose last bytes are lost', async () => {
      await using listener = await Listener.open();
      const { name, client, server } = await pair(listener);
      await toxic({ name }, { type: 'reset_peer', stream: 'upstream' });
      await quiet();
      expect(client.closed).toBeUndefined();
      client.send('a');
      await Promise.all([client.ended(), server.ended()]);
      expect(server.text).toBe('>');
    });

    test('waits as long as it is told', async () => {
      await using listener = await Listener.open();
      const { name, listen } = await proxy(listener.address);
      await toxic(
        { name },
        { type: 'reset_peer', stream: 'upstream', attributes: { timeout: 80 } },
      );
      const client = await dial(listen);
      const began = performance.now();
      client.send('a');
      await client.ended();
      expect(performance.now() - began).toBeGreaterThanOrEqual(80 - earlyMs);
    });

    test('its removal leaves connections that said nothing alone', async () => {
      await using listener = await Listener.open();
      const { name, client, server } = await pair(listener);
      await toxic({ name }, { type: 'reset_peer', name: 'r', stream: 'upstream' });
      await remove(name, 'r');
      client.send('a');
      await server.got('>a');
    });
  });

  describe('slicer', () => {
    test('cuts into pieces and loses nothing', async () => {
      await using listener = await Listener.open();
      const { name, client, server } = await pair(listener);
      await toxic(
        { name },
        {
          type: 'slicer',
          stream: 'upstream',
          attributes: { average_size: 100, size_variation: 20, delay: 2_000 },
        },
      );
      const text = 'abcdefghij'.repeat(100);
      client.send(text);
      await server.got(`>${text}`);
      expect(server.pieces).toBeGreaterThan(2);
    });

    test('its removal lets the rest through at once', async () => {
      await using listener = await Listener.open();
      const { name, client, server } = await pair(listener);
      await toxic(
        { name },
        {
          type: 'slicer',
          name: 's',
          stream: 'upstream',
          attributes: { average_size: 10, size_variation: 0, delay: 600_000_000 },
        },
      );
      const text = 'abcdefghij'.repeat(10);
      client.send(text);
      await until('the first piece comes', () => server.received.length > 1);
      expect(server.received.length).toBeLessThan(50);
      await remove(name, 's');
      await server.got(`>${text}`);
    });
  });

  describe('limit_data', () => {
    test('lets so many bytes of each connection pass and closes it', async () => {
      await using listener = await Listener.open();
      const { name, listen } = await proxy(listener.address);
      await toxic({ name }, { type: 'limit_data', stream: 'upstream', attributes: { bytes: 6 } });
      for (const index of [0, 1]) {
        const client = await dial(listen);
        const server = await listener.end(index);
        client.send('abcd');
        await server.got('abcd');
        client.send('efgh');
        await Promise.all([client.ended(), server.ended()]);
        expect(server.text).toBe('abcdef');
      }
    });

    test('counts from its arrival on a live connection, and goes on counting through a change', async () => {
      await using listener = await Listener.open();
      const { name, client, server } = await pair(listener);
      await toxic(
        { name },
        { type: 'limit_data', name: 'l', stream: 'upstream', attributes: { bytes: 100 } },
      );
      client.send('abc');
      await server.got('>abc');
      await update(name, 'l', { attributes: { bytes: 5 } });
      client.send('defg');
      await server.ended();
      expect(server.text).toBe('>abcde');
    });

    test('of 0 closes at the first byte', async () => {
      await using listener = await Listener.open();
      const { name, client, server } = await pair(listener);
      await toxic({ name }, { type: 'limit_data', stream: 'upstream' });
      client.send('a');
      await server.ended();
      expect(server.text).toBe('>');
    });
  });

  describe('several toxics', () => {
    test('act one after another, in the order in which they came', async () => {
      await using listener = await Listener.open();
      const { name, client, server } = await pair(listener);
      await toxic({ name }, { type: 'latency', stream: 'upstream', attributes: { latency: 80 } });
      await toxic({ name }, { type: 'limit_data', stream: 'upstream', attributes: { bytes: 3 } });
      const began = performance.now();
      client.send('abcdef');
      await server.ended();
      expect(server.text).toBe('>abc');
      expect(performance.now() - began).toBeGreaterThanOrEqual(80 - earlyMs);
    });

    test('one in the middle can be taken out', async () => {
      await using listener = await Listener.open();
      const { name, client, server } = await pair(listener);
      await toxic({ name }, { type: 'noop', name: 'a', stream: 'upstream' });
      await toxic(
        { name },
        { type: 'latency', name: 'b', stream: 'upstream', attributes: { latency: 600_000 } },
      );
      await toxic(
        { name },
        { type: 'limit_data', name: 'c', stream: 'upstream', attributes: { bytes: 4 } },
      );
      client.send('ab');
      await quiet();
      await remove(name, 'b');
      await server.got('>ab');
      await remove(name, 'a');
      client.send('cdef');
      await server.ended();
      expect(server.text).toBe('>abcd');
    });

    test('each way has its own', async () => {
      await using listener = await Listener.open();
      const { name, client, server } = await pair(listener);
      await toxic({ name }, { type: 'timeout', name: 'up', stream: 'upstream' });
      await toxic({ name }, { type: 'timeout', name: 'down', stream: 'downstream' });
      client.send('a');
      server.send('b');
      await quiet();
      expect([client.text, server.text]).toEqual(['<', '>']);
    });
  });

  describe('toxicity', () => {
    test('of 0 spares every connection', async () => {
      await using listener = await Listener.open();
      const { name, client, server } = await pair(listener);
      await toxic({ name }, { type: 'timeout', stream: 'upstream', toxicity: 0 });
      client.send('a');
      await server.got('>a');
    });

    test('changed to 1 it spares none', async () => {
      await using listener = await Listener.open();
      const { name, client, server } = await pair(listener);
      await toxic(
        { name },
        {
          type: 'limit_data',
          name: 'l',
          stream: 'upstream',
          toxicity: 0,
          attributes: { bytes: 2 },
        },
      );
      client.send('abcd');
      await server.got('>abcd');
      await update(name, 'l', { toxicity: 1 });
      client.send('efgh');
      await server.ended();
      expect(server.text).toBe('>abcdef');
    });

    test('in between it hits some of many connections', async () => {
      await using listener = await Listener.open();
      const { name, listen } = await proxy(listener.address);
      await toxic({ name }, { type: 'limit_data', stream: 'upstream', toxicity: 0.5 });
      const clients = await Promise.all(Array.from({ length: 64 }, () => dial(listen)));
      await until('all are connected', () => listener.ends.length === 64);
      for (const client of clients) client.send('a');
      const hit = (): number => listener.ends.filter(({ closed }) => closed !== undefined).length;
      const spared = (): number => listener.ends.filter(({ text }) => text === 'a').length;
      await until('each is hit or spared', () => hit() + spared() === 64);
      expect(hit()).toBeGreaterThan(0);
      expect(spared()).toBeGreaterThan(0);
    });
  });
};
