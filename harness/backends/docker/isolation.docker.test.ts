import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type Docker from 'dockerode';
import type { Happening, LiveCluster } from '../../core/backend.ts';
import type { CutMode } from '../../core/fault.ts';
import { listRecords } from '../live/run-record.ts';
import { until } from '../live/toxiproxy/testing/loopback.ts';
import { dockerBackend } from './backend.ts';
import { chatterInContainers, chatterPorts } from './testing/chatter.ts';
import { connectEngine } from './engine.ts';

jest.setTimeout(180_000);

/**
 * Dials HOST PORT inside a container, says a line, and tells what came of it: `connected`, the system's code, or `no answer` after a
 * time that is a hundred times what a connection takes.
 */
const dialer = `
  const [host, port, line] = process.argv.slice(1);
  const socket = require('node:net').connect({ host, port: Number(port), timeout: 3000 });
  const tell = (what) => { console.log(what); process.exit(); };
  socket.on('error', (error) => tell(error.code));
  socket.on('timeout', () => tell('no answer'));
  socket.on('connect', () => socket.end(line + '\\n', () => setTimeout(tell, 200, 'connected')));
`;

let base = '';
let docker: Docker;
let cluster: LiveCluster | undefined;
let run = '';
const happenings: Happening[] = [];

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'schism-isolation-'));
  docker = await connectEngine();
  const state = join(base, 'state');
  cluster = await dockerBackend({ state, parentFolder: base }).start(chatterInContainers, {
    shape: { managers: 3, workers: 0 },
    onHappening: (happening) => happenings.push(happening),
  });
  run = listRecords(state)[0]?.run ?? '';
});
afterAll(async () => {
  await cluster?.[Symbol.asyncDispose]();
  rmSync(base, { recursive: true, force: true });
});

const container = (node: string): Docker.Container => docker.getContainer(`schism-${run}-${node}`);

/** The address of a container on the network of a node. */
const addressOn = async (network: string, of: string): Promise<string> => {
  const { NetworkSettings } = await container(of).inspect();
  const found = NetworkSettings.Networks[`schism-${run}-${network}`]?.IPAddress;
  if (found === undefined) throw new Error(`${of} is not on the network of ${network}`);
  return found;
};

/** Where m1 is told that m2 is, as `host:port`. */
const linkOf = async (from: string, to: string): Promise<string> => {
  const { Config } = await container(from).inspect();
  const peers = Config.Env.find((one) => one.startsWith('PEERS='))?.slice('PEERS='.length) ?? '';
  return (
    peers
      .split(',')
      .find((one) => one.startsWith(`${to}=`))
      ?.slice(to.length + 1) ?? ''
  );
};

let lines = 0;
/** What comes of dialling an address inside a node's container, and the line that was said if anybody listened. */
const dialled = async (from: string, address: string) => {
  const split = address.lastIndexOf(':');
  lines += 1;
  const line = `stranger ${lines}`;
  const exec = await container(from).exec({
    Cmd: ['node', '--eval', dialer, address.slice(0, split), address.slice(split + 1), line],
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await exec.start({});
  const [out, err] = [new PassThrough(), new PassThrough()];
  docker.modem.demuxStream(stream, out, err);
  stream.once('end', () => {
    out.end();
    err.end();
  });
  const [said, wrong] = await Promise.all([text(out), text(err)]);
  return { what: said.trim() + wrong, line };
};

/** Engines differ in whether packets that may not pass are turned back or dropped, and names that nobody knows are told or not. */
const noWay = /^(no answer|ENETUNREACH|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN)$/;

const heard = (node: string, line: string): boolean =>
  happenings.some(
    (one) =>
      one.type === 'observed' &&
      one.observation.kind === 'note' &&
      one.observation.node === node &&
      one.observation.text === `heard ${line}`,
  );

test('through its link a node reaches another', async () => {
  const { what, line } = await dialled('m1', await linkOf('m1', 'm2'));
  expect(what).toBe('connected');
  await until('m2 hears it', () => heard('m2', line));
});

describe('going round Toxiproxy', () => {
  const peer = chatterPorts.peer;
  const client = chatterPorts.client;

  test.each([peer, client])('by the other’s address, port %i, there is no way', async (port) => {
    const { what } = await dialled('m1', `${await addressOn('m2', 'm2')}:${port}`);
    expect(what).toMatch(noWay);
  });

  test.each([peer, client])(
    'by the other’s name, port %i, Toxiproxy is met, which does not listen there',
    async (port) => {
      expect((await dialled('m1', `m2:${port}`)).what).toBe('ECONNREFUSED');
    },
  );

  test('the other’s container has no name that would be known', async () => {
    const { what } = await dialled('m1', `schism-${run}-m2:${peer}`);
    expect(what).toMatch(noWay);
  });

  test('nobody uses the links of somebody else', async () => {
    const [, port = ''] = (await linkOf('m3', 'm2')).split(':');
    const { what } = await dialled('m1', `${await addressOn('m3', 'toxiproxy')}:${port}`);
    expect(what).toMatch(noWay);
  });

  test('the ports that are published for clients are not for nodes', async () => {
    const [, published = ''] = (cluster?.endpoint('m2') ?? '').split(':');
    const gateway = (await addressOn('m1', 'm1')).split('.');
    const host = [...gateway.slice(0, 3), Number(gateway[3]) - 2].join('.');
    expect((await dialled('m1', `${host}:${published}`)).what).toBe('ECONNREFUSED');
  });
});

describe('the world outside', () => {
  test.each(['1.1.1.1:443', '192.0.2.1:80'])(
    'cannot be reached from inside: %s',
    async (address) => {
      expect((await dialled('m1', address)).what).toMatch(noWay);
    },
  );

  test('is shut out by the engine: the networks of nodes are internal, and hold nobody but the node and Toxiproxy', async () => {
    for (const node of ['m1', 'm2', 'm3']) {
      const network = await docker.getNetwork(`schism-${run}-${node}`).inspect();
      const on = Object.values(network.Containers ?? {}).map(({ Name }) => Name);
      expect(network.Internal).toBe(true);
      expect(on.sort()).toEqual([`schism-${run}-${node}`, `schism-${run}-toxiproxy`]);
    }
  });
});

test.each<[CutMode, string]>([
  ['refuse', 'ECONNREFUSED'],
  ['drop', 'connected'],
])('while its link is cut by %s nothing gets there', async (mode, expected) => {
  const id = mode === 'refuse' ? 1 : 2;
  const ended = (type: Happening['type']) => (): boolean =>
    happenings.some((one) => one.type === type && 'id' in one && one.id === id);
  const links = [{ from: 'm1', to: 'm2' }];
  cluster?.carryOut({ type: 'begin', id, deed: { deed: 'cut', links, mode } });
  await until('the link is cut', ended('begun'));
  const { what, line } = await dialled('m1', await linkOf('m1', 'm2'));
  expect(what).toBe(expected);
  cluster?.carryOut({ type: 'end', id });
  await until('the link is healed', ended('ended'));
  const after = await dialled('m1', await linkOf('m1', 'm2'));
  await until('m2 hears what is said afterwards', () => heard('m2', after.line));
  expect(heard('m2', line)).toBe(false);
});
