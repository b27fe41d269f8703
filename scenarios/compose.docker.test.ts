import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import Docker from 'dockerode';
import { connectEngine } from '../harness/backends/docker/engine.ts';
import { linkProxies } from '../harness/backends/live/links.ts';
import { toxiproxyControl } from '../harness/backends/live/toxiproxy/control.ts';
import { until } from '../harness/backends/live/toxiproxy/testing/loopback.ts';
import { freeAddresses } from '../harness/backends/process/ports.ts';
import { ensureNodeImage } from './targets/reference/image.ts';
import { referenceLive } from './targets/reference/live.ts';

jest.setTimeout(300_000);
/** No step takes this long, on any machine. */
const patienceMs = 90_000;

const file = fileURLToPath(new URL('../docker-compose.test.yml', import.meta.url));
const project = `schism-compose-${process.pid}`;
const managers = ['m1', 'm2', 'm3'];
const names = [...managers, 'w1', 'w2'];

type Command = { readonly program: string; readonly args: readonly string[] };

/** The plug-in, or the older program of its own. */
const composeCommand = (): Command => {
  const known: readonly Command[] = [
    { program: 'docker', args: ['compose'] },
    { program: 'docker-compose', args: [] },
  ];
  const found = known.find(
    ({ program, args }) => spawnSync(program, [...args, 'version']).status === 0,
  );
  if (found === undefined)
    throw new Error(
      'neither `docker compose` nor `docker-compose` is installed; `apt-get install docker-compose` brings one',
    );
  return found;
};

let docker: Docker;
let environment: Readonly<Record<string, string>> = {};
const ports = new Map<string, number>();

const composed = (...args: readonly string[]): void => {
  const { program, args: first } = composeCommand();
  const { status, stderr } = spawnSync(program, [...first, '-p', project, '-f', file, ...args], {
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    timeout: patienceMs,
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
};

/** What the engine holds of the project. */
const left = async (): Promise<readonly string[]> => {
  const filters = { label: [`com.docker.compose.project=${project}`] };
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters }),
  ]);
  return [
    ...containers.flatMap(({ Names }) => Names),
    ...networks.map(({ Name }) => Name),
    ...volumes.map(({ Name }) => Name),
  ];
};

beforeAll(async () => {
  docker = await connectEngine();
  const image = await ensureNodeImage(docker);
  const addresses = await freeAddresses(names.length + 1);
  const free = addresses.map((address) => Number(address.split(':')[1]));
  ['toxiproxy', ...names].forEach((name, place) => ports.set(name, free[place] ?? 0));
  environment = {
    SCHISM_NODE_IMAGE: image,
    // Subnets that no other run of this test has at the moment.
    SCHISM_COMPOSE_NET: `10.${210 + (process.pid % 40)}`,
    ...Object.fromEntries(
      [...ports].map(([name, port]) => [`SCHISM_PORT_${name.toUpperCase()}`, String(port)]),
    ),
  };
});
afterAll(async () => {
  composed('down', '--volumes', '--timeout', '0');
  expect(await left()).toEqual([]);
});

/** A node's API through its published client port. */
const api = (name: string): Docker =>
  new Docker({ protocol: 'http', host: '127.0.0.1', port: ports.get(name) ?? 0, timeout: 5_000 });

type NodeSeen = {
  readonly Description: { readonly Hostname: string };
  readonly Status: { readonly State: string };
  readonly ManagerStatus?: { readonly Leader?: boolean; readonly Reachability: string };
};

/** What a node lists; nothing where it does not answer. */
const listed = async (through: string): Promise<readonly NodeSeen[]> => {
  try {
    return (await api(through).listNodes()) as readonly NodeSeen[];
  } catch {
    return [];
  }
};

const leaderSeenBy = async (through: string): Promise<string | undefined> =>
  (await listed(through)).find(({ ManagerStatus }) => ManagerStatus?.Leader === true)?.Description
    .Hostname;

test('docker-compose.test.yml stands, forms a swarm, and loses its leader to a cut', async () => {
  composed('up', '--detach');
  const control = toxiproxyControl(`http://127.0.0.1:${ports.get('toxiproxy') ?? 0}`, {
    withinMs: patienceMs,
  });
  const wanted = linkProxies(
    referenceLive(),
    referenceLive().nodes({ managers: 3, workers: 2 }),
  ).map(({ name }) => name);
  await until(
    'every link has its proxy',
    async () => [...(await control.all()).keys()].sort().join() === [...wanted].sort().join(),
    patienceMs,
  );

  for (const name of names)
    await until(
      `${name} answers`,
      async () => {
        const answered = await api(name)
          .ping()
          .then(String, () => undefined);
        return answered === 'OK';
      },
      patienceMs,
    );
  await api('m1').swarmInit({ ListenAddr: '0.0.0.0:2377', AdvertiseAddr: 'm1:2377' });
  const { JoinTokens: tokens } = (await api('m1').swarmInspect()) as unknown as {
    readonly JoinTokens: { readonly Manager: string; readonly Worker: string };
  };
  for (const name of names.slice(1))
    await api(name).swarmJoin({
      ListenAddr: '0.0.0.0:2377',
      AdvertiseAddr: `${name}:2377`,
      RemoteAddrs: ['m1:2377'],
      JoinToken: managers.includes(name) ? tokens.Manager : tokens.Worker,
    });
  await until(
    'all five are ready, three of them reachable managers',
    async () => {
      const nodes = await listed('m1');
      return (
        nodes.filter(({ Status }) => Status.State === 'ready').length === names.length &&
        nodes.filter(({ ManagerStatus }) => ManagerStatus?.Reachability === 'reachable').length ===
          managers.length
      );
    },
    patienceMs,
  );

  const leader = (await leaderSeenBy('m1')) ?? '';
  const others = managers.filter((name) => name !== leader);
  expect(others).toHaveLength(2);
  const cut = others.flatMap((other) => [`${leader}__${other}`, `${other}__${leader}`]);
  const toxic = { name: 'cut', stream: 'upstream', type: 'timeout' } as const;
  for (const link of cut) await control.addToxic(link, { ...toxic, attributes: { timeout: 0 } });
  await until(
    'the others have another leader',
    async () => {
      const seen = await leaderSeenBy(others[0] ?? '');
      return seen !== undefined && seen !== leader;
    },
    patienceMs,
  );

  for (const link of cut) await control.removeToxic(link, 'cut');
  await until(
    'the old leader follows',
    async () => {
      const [seen, now] = await Promise.all([leaderSeenBy(leader), leaderSeenBy(others[0] ?? '')]);
      return seen !== undefined && seen !== leader && seen === now;
    },
    patienceMs,
  );
});
