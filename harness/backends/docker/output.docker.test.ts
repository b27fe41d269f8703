import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import Docker from 'dockerode';
import { identityOf } from '../live/process-identity.ts';
import type { ContainerProgram } from '../live/target.ts';
import { until } from '../live/toxiproxy/testing/loopback.ts';
import { engineAddress } from './engine.ts';
import { NodeContainer } from './node-container.ts';
import { removeRun } from './reap.ts';

const engine = (): NetConnectOpts => {
  const { protocol, hostname, port, pathname } = new URL(engineAddress());
  return protocol === 'unix:' ? { path: pathname } : { host: hostname, port: Number(port) };
};

/** Leads to the engine, and forgets connections when it is told to: those whose request matches. */
const relayAt = async (
  path: string,
): Promise<{ readonly server: Server; readonly drop: (request?: RegExp) => void }> => {
  const pairs: { readonly sockets: readonly Socket[]; asked: string }[] = [];
  const server = createServer((client) => {
    const upstream = connect(engine());
    const pair = { sockets: [client, upstream], asked: '' };
    pairs.push(pair);
    client.on('data', (bytes: Buffer) => (pair.asked += bytes.toString('latin1')));
    client.pipe(upstream).pipe(client);
    for (const socket of pair.sockets) socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => {
    server.listen(path, resolve);
  });
  const drop = (request = /^/): void => {
    for (const { sockets, asked } of pairs)
      if (request.test(asked)) for (const socket of sockets) socket.destroy();
  };
  return { server, drop };
};

describe('what a container writes', () => {
  let base = '';
  let run = '';
  let relay: Awaited<ReturnType<typeof relayAt>>;
  const direct = new Docker();
  beforeEach(async () => {
    base = mkdtempSync(join(tmpdir(), 'schism-output-'));
    run = `output-test-${process.pid}-${Date.now()}`;
    relay = await relayAt(join(base, 'engine.sock'));
  });
  afterEach(async () => {
    relay.drop();
    relay.server.close();
    await removeRun(direct, run);
    rmSync(base, { recursive: true, force: true });
  });

  const started = async (code: string) => {
    const lines: string[] = [];
    const exits: string[] = [];
    const failures: string[] = [];
    const owner = identityOf(process.pid);
    if (owner === undefined) throw new Error('we live');
    const program: ContainerProgram = {
      image: 'node:24-bookworm-slim',
      ports: {},
      dataFolder: '/srv',
      command: () => ['sh', '-c', code],
    };
    const node = new NodeContainer({
      docker: new Docker({ socketPath: join(base, 'engine.sock') }),
      program,
      record: { run, owner },
      network: 'none',
      address: '',
      place: {
        node: 'm1',
        dataFolder: '/srv',
        listen: {},
        peers: [],
        addressOf: () => '',
        settings: {},
      },
      events: {
        line: (_node, line) => lines.push(line),
        spawned: () => undefined,
        exited: (_node, how) => exits.push(how),
        stalled: () => undefined,
        broken: (failure) => failures.push(failure.message),
      },
    });
    await node.start(() => undefined);
    return { node, lines, exits, failures };
  };
  const ticks = 'while :; do echo tick; sleep 0.1; done';

  test('is the history’s: where it breaks off while the container runs, the run is broken', async () => {
    const { lines, exits, failures } = await started(ticks);
    await until('it says something', () => lines.length > 2);
    relay.drop();
    const began = performance.now();
    await until('that is told', () => failures.length > 0 && exits.length > 0);
    // A run's last moments are judged as well.
    expect(performance.now() - began).toBeLessThan(3_000);
    expect(failures).toEqual([
      expect.stringMatching(/^m1: its output broke off \(its container runs on\)/),
    ]);
    expect(exits).toEqual(['its container runs on']);
  });

  test('ends where nobody tells how its container ended: that is found out', async () => {
    const { lines, exits, failures } = await started('echo up; sleep 0.5; exit 7');
    await until('it says something', () => lines.length > 0);
    relay.drop(/\/wait/);
    await until('its end is told', () => exits.length > 0, 15_000);
    expect([exits, failures]).toEqual([['exit code 7'], []]);
  });

  test('ends in peace with the container, and where its program closes it', async () => {
    const { node, lines, exits, failures } = await started(
      'if [ -e /srv/again ]; then exec >/dev/null 2>&1; fi; touch /srv/again; trap "" TERM; ' +
        ticks,
    );
    await until('it says something', () => lines.length > 0);
    await node.kill();
    await node.start(() => undefined);
    // Longer than an output may be behind its container.
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    expect([exits, failures]).toEqual([['exit code 137'], []]);
    await node.kill();
    expect([exits, failures]).toEqual([['exit code 137', 'exit code 137'], []]);
  });
});
