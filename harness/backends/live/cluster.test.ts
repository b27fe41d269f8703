import { afterEach, describe, expect, test } from '@jest/globals';
import type { Command, Happening, LiveCluster } from '../../core/backend.ts';
import type { Node } from '../../core/cluster.ts';
import type { CallResult } from '../../core/target.ts';
import type { StartOptions } from './backend.ts';
import { startCluster } from './cluster.ts';
import { LiveFailure } from './failure.ts';
import type { Links } from './links.ts';
import type { LiveTarget, Said } from './target.ts';
import { until } from './toxiproxy/testing/loopback.ts';
import type { World, WorldEvents } from './world.ts';

/** Nodes that exist in name only. */
class NominalWorld implements World {
  readonly done: string[] = [];
  readonly events: WorldEvents;
  fails: string | undefined;

  constructor(events: WorldEvents) {
    this.events = events;
  }

  readonly links: Links = {
    proxies: [],
    addressOf: () => '127.0.0.1:1',
    leadTo: (node) => this.#do(`lead to ${node}`),
    closeTo: (node) => this.#do(`close to ${node}`),
    begin: (id) => this.#do(`begin ${id}`).then(() => 'begun'),
    holding: () => [],
    failed: ({ to }, { sent }) => {
      this.done.push(`a call of ${to} ${sent ? 'broke' : 'was turned away'}`);
    },
    end: (id) =>
      this.#do(`end ${id}`).then(() => ({ evidence: { bit: true, text: 'it bit' }, healed: true })),
  };

  async start(node: string): Promise<Readonly<Record<string, string>>> {
    await this.#do(`start ${node}`);
    this.events.spawned(node, 'in name');
    return { client: '127.0.0.1:1' };
  }
  async kill(node: string): Promise<string> {
    await this.#do(`kill ${node}`);
    this.events.exited(node, 'in name');
    return 'the name';
  }
  async pause(node: string): Promise<string> {
    await this.#do(`pause ${node}`);
    return 'the name';
  }
  resume(node: string): Promise<void> {
    return this.#do(`resume ${node}`);
  }
  endpoint(node: string): string {
    return `endpoint of ${node}`;
  }
  async *files(): AsyncGenerator<never> {
    // They keep nothing.
  }
  readFile(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.#do('dispose');
  }

  #do(what: string): Promise<void> {
    this.done.push(what);
    return what === this.fails ? Promise.reject(new Error(`${what} fails`)) : Promise.resolve();
  }
}

const named = (...names: readonly string[]): readonly Node[] =>
  names.map((name) => ({ name, role: 'manager' }));

const target: LiveTarget = {
  name: 'nominal',
  nodes: () => named('m1', 'm2'),
  talks: () => true,
  ports: ['client'],
  answers: 'own',
  observe: (line): Said | undefined => {
    if (line === 'poison') throw new Error('it is poison');
    return line.startsWith('!') ? { kind: 'note', text: line.slice(1) } : undefined;
  },
  stalled(line) {
    return line.startsWith('late ') ? Number(line.slice(5)) : undefined;
  },
  perform: (endpoint) => Promise.resolve({ response: { endpoint } }),
};

type Started = {
  readonly cluster: LiveCluster;
  readonly world: NominalWorld;
  readonly happenings: Happening[];
  readonly failures: Error[];
  ask(command: Command): Promise<Happening>;
};

const started: LiveCluster[] = [];
/** All worlds that the test at hand has opened, in their order. */
const worlds: NominalWorld[] = [];
afterEach(async () => {
  worlds.splice(0);
  for (const cluster of started.splice(0)) await cluster[Symbol.asyncDispose]();
});

const start = async (
  given: Partial<LiveTarget> = {},
  { fails, ...options }: Partial<StartOptions> & { readonly fails?: string } = {},
): Promise<Started> => {
  const happenings: Happening[] = [];
  const failures: Error[] = [];
  const cluster = await startCluster(
    { ...target, ...given },
    {
      shape: { managers: 2, workers: 0 },
      onHappening: (happening) => happenings.push(happening),
      onFailure: (failure) => failures.push(failure),
      ...options,
    },
    (_nodes, events) => {
      const world = new NominalWorld(events);
      world.fails = fails;
      worlds.push(world);
      return Promise.resolve(world);
    },
  );
  started.push(cluster);
  const world = worlds.at(-1);
  if (world === undefined) throw new Error('it has been opened');
  return {
    cluster,
    world,
    happenings,
    failures,
    async ask(command) {
      const before = happenings.length;
      const answer = (): Happening | undefined =>
        happenings
          .slice(before)
          .find((one) => 'id' in one && 'id' in command && one.id === command.id);
      cluster.carryOut(command);
      await until('it is answered', () => answer() !== undefined);
      const found = answer();
      if (found === undefined) throw new Error('it has just been there');
      return found;
    },
  };
};

describe('names of nodes', () => {
  test.each(['client', 'clients', 'leader', 'a__b', 'a b', '', '-a'])(
    '"%s" is none',
    async (name) => {
      await expect(start({ nodes: () => named(name) })).rejects.toThrow('cannot name a node');
    },
  );

  test('two nodes do not share one', async () => {
    await expect(start({ nodes: () => named('a', 'a') })).rejects.toThrow('"a" cannot name a node');
  });
});

describe('a start', () => {
  test('leads the links to a node once it listens, and then asks whether it is ready', async () => {
    const asked: string[] = [];
    const { world } = await start({
      nodes: () => named('m1'),
      ready: (endpoint) => {
        asked.push(endpoint);
        return asked.length < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve();
      },
    });
    expect(world.done).toEqual(['start m1', 'lead to m1']);
    expect(asked).toEqual(['endpoint of m1', 'endpoint of m1', 'endpoint of m1']);
  });

  test('that fails takes the world away again', async () => {
    await expect(start({}, { fails: 'start m2' })).rejects.toThrow('start m2 fails');
    expect(worlds.map(({ done }) => done.at(-1))).toEqual(['dispose']);
  });

  test('that fails says so, also where the world cannot be taken away', async () => {
    const nodes = (): readonly Node[] => named('m1');
    const ready = (): Promise<void> => Promise.reject(new Error('no licence'));
    const started = start({ nodes, ready }, { fails: 'dispose', readyMs: 100 });
    await expect(started).rejects.toThrow('no licence');
  });

  test('that is given up rejects with the reason, asks nobody any more, and takes the world away', async () => {
    const stop = new AbortController();
    let asked = 0;
    const ready = (): Promise<void> => {
      asked += 1;
      if (asked === 3) stop.abort(new Error('enough'));
      return Promise.reject(new Error('not yet'));
    };
    const starting = startCluster(
      { ...target, nodes: () => named('m1'), ready },
      { shape: { managers: 1, workers: 0 }, signal: stop.signal, onHappening: () => undefined },
      (_nodes, events) => {
        const world = new NominalWorld(events);
        worlds.push(world);
        return Promise.resolve(world);
      },
    );
    await expect(starting).rejects.toThrow('enough');
    expect(worlds[0]?.done.at(-1)).toBe('dispose');
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(asked).toBe(3);
  });

  test('that is given up before it began opens no world', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(start({}, { signal })).rejects.toThrow('enough');
    expect(worlds).toEqual([]);
  });

  test('names the node that does not become ready', async () => {
    const ready = (endpoint: string): Promise<void> =>
      endpoint.endsWith('m2') ? Promise.reject(new Error('still loading')) : Promise.resolve();
    await expect(start({ ready }, { readyMs: 50 })).rejects.toThrow(
      'm2: becoming ready did not succeed within 50 ms (still loading)',
    );
  });
});

describe('a call', () => {
  test('that a target never ends has ended in time, and may have been sent', async () => {
    const { ask } = await start({ perform: () => new Promise(() => undefined) });
    const happening = await ask({ type: 'call', id: 1, node: 'm1', request: {}, timeoutMs: 1 });
    expect(happening).toMatchObject({ result: { failed: 'no end within 1 ms', sent: true } });
  });

  test('whose target rejects may have been sent', async () => {
    const { ask } = await start({ perform: () => Promise.reject(new Error('oops')) });
    const happening = await ask({ type: 'call', id: 1, node: 'm1', request: {}, timeoutMs: 100 });
    expect(happening).toMatchObject({ result: { failed: 'oops', sent: true } });
  });

  test('whose target throws before it promises anything may have been sent', async () => {
    const perform = (): Promise<CallResult> => {
      throw new Error('oops');
    };
    const { ask } = await start({ perform });
    const happening = await ask({ type: 'call', id: 1, node: 'm1', request: {}, timeoutMs: 100 });
    expect(happening).toMatchObject({ result: { failed: 'oops', sent: true } });
  });

  test('that was refused is told to the links, as evidence', async () => {
    const refused: CallResult = { failed: 'refused', sent: false };
    const { ask, world } = await start({ perform: () => Promise.resolve(refused) });
    await ask({ type: 'call', id: 1, node: 'm1', request: {}, timeoutMs: 100 });
    expect(world.done).toContain('a call of m1 was turned away');
  });
});

test('the end of a pause leaves a later pause of the node alone', async () => {
  const { ask, world } = await start();
  const pause = { deed: 'pause', node: 'm1' } as const;
  await ask({ type: 'begin', id: 1, deed: pause });
  await ask({ type: 'kill', id: 2, node: 'm1' });
  await ask({ type: 'start', id: 3, node: 'm1' });
  await ask({ type: 'begin', id: 4, deed: pause });
  await ask({ type: 'end', id: 1 });
  expect(world.done).not.toContain('resume m1');
  await ask({ type: 'end', id: 4 });
  expect(world.done.filter((what) => what === 'resume m1')).toHaveLength(1);
});

describe('what nodes write', () => {
  test('becomes observations, counted by boot and line where the node does not count', async () => {
    const { cluster, world, happenings, ask } = await start();
    world.events.line('m1', 'just talk', 'out');
    world.events.line('m1', '!first', 'out');
    world.events.line('m1', '!not said', 'err');
    await ask({ type: 'kill', id: 1, node: 'm1' });
    await ask({ type: 'start', id: 2, node: 'm1' });
    world.events.line('m1', '!again', 'out');
    const seen = happenings.flatMap((one) => (one.type === 'observed' ? [one.observation] : []));
    expect(seen).toMatchObject([
      { node: 'm1', boot: 'm1-1', seq: 2, kind: 'note', text: 'first' },
      { node: 'm1', boot: 'm1-2', seq: 1, kind: 'note', text: 'again' },
    ]);
    expect(cluster.logs('m1')).toEqual(['just talk', '!first', '!not said', '!again']);
  });

  test('that the machine kept it from running is told, except where the harness held it', async () => {
    const { world, happenings, ask } = await start();
    const told = () =>
      happenings.flatMap((one) =>
        // The harness notices stalls in itself too, of other lengths.
        one.type === 'stalled' && Number.isInteger(one.forMs) ? [one.forMs] : [],
      );
    world.events.line('m1', 'late 180', 'out');
    const pause = { deed: 'pause', node: 'm1' } as const;
    await ask({ type: 'begin', id: 1, deed: pause });
    world.events.line('m1', 'late 2000', 'out');
    world.events.line('m2', 'late 170', 'out');
    await ask({ type: 'end', id: 1 });
    world.events.line('m1', 'late 2001', 'out');
    world.events.line('m1', 'late -1', 'out');
    expect(told()).toEqual([180, 170, -1]);
  });

  test('that a target cannot read without throwing is its failure, with the line', async () => {
    const { world, failures } = await start();
    world.events.line('m1', 'poison', 'out');
    expect(failures[0]?.message).toContain(
      'm1: target nominal could not read the line "poison": it is poison',
    );
  });
});

describe('nodes that end', () => {
  test('by a command were killed, by themselves exited, and their links are closed', async () => {
    const { world, happenings, ask } = await start();
    await ask({ type: 'kill', id: 1, node: 'm1' });
    world.events.exited('m2', 'code 1');
    const events = happenings.flatMap((one) =>
      one.type === 'lifecycle' ? [`${one.lifecycle.node} ${one.lifecycle.event}`] : [],
    );
    expect(events).toEqual(['m1 started', 'm2 started', 'm1 killed', 'm2 exited']);
    expect(world.done.slice(-2)).toEqual(['close to m1', 'close to m2']);
  });

  test('a node that is not even spawned again makes a fault that is not healed, and breaks the run', async () => {
    const { world, ask, failures } = await start();
    await ask({ type: 'begin', id: 1, deed: { deed: 'kill', node: 'm1' } });
    world.fails = 'start m1';
    expect(await ask({ type: 'end', id: 1 })).toMatchObject({
      healed: false,
      evidence: { bit: true, text: 'its end failed: start m1 fails' },
    });
    expect(failures.map(({ message }) => message)).toEqual(['start m1 fails']);
    expect(await ask({ type: 'start', id: 2, node: 'm1' })).toMatchObject({ ok: false });
  });

  test('a node that is spawned and does not come up may be broken itself: it is judged', async () => {
    const { world, ask, failures } = await start();
    await ask({ type: 'begin', id: 1, deed: { deed: 'kill', node: 'm1' } });
    world.start = (node) => {
      world.events.spawned(node, 'in name');
      return Promise.reject(new Error('it does not listen'));
    };
    expect(await ask({ type: 'end', id: 1 })).toMatchObject({ healed: false });
    expect(failures).toEqual([]);
  });

  test('links that cannot be healed break the run, and no verdict is passed on the cluster', async () => {
    const { world, ask, failures } = await start();
    const links = [{ from: 'm1', to: 'm2' }];
    await ask({ type: 'begin', id: 1, deed: { deed: 'cut', mode: 'drop', links } });
    world.fails = 'end 1';
    expect(await ask({ type: 'end', id: 1 })).toMatchObject({ healed: false });
    expect(failures.map(({ message }) => message)).toEqual(['end 1 fails']);
  });

  test('a deed of which nobody knows whether it was done breaks the run', async () => {
    const { world, ask, failures } = await start();
    const failure = { place: 'Toxiproxy', what: 'no answer', nextStep: 'see whether it runs' };
    world.links.begin = () => Promise.reject(new LiveFailure(failure));
    const links = [{ from: 'm1', to: 'm2' }];
    const deed = { deed: 'cut', mode: 'drop', links } as const;
    expect(await ask({ type: 'begin', id: 1, deed })).toMatchObject({ ok: false });
    expect(failures.map(({ message }) => message)).toEqual([
      'Toxiproxy: no answer; see whether it runs',
    ]);
  });

  test('a node was killed also where its links could not be closed, which breaks the run', async () => {
    const { world, ask, failures } = await start();
    world.fails = 'close to m1';
    const deed = { deed: 'kill', node: 'm1' } as const;
    expect(await ask({ type: 'begin', id: 1, deed })).toMatchObject({ ok: true });
    expect(failures.map(({ message }) => message)).toEqual(['close to m1 fails']);
    expect(await ask({ type: 'end', id: 1 })).toMatchObject({ healed: true });
  });

  test('links that do not lead to a node which is there again break the run', async () => {
    const { world, ask, failures } = await start();
    await ask({ type: 'begin', id: 1, deed: { deed: 'kill', node: 'm1' } });
    world.fails = 'lead to m1';
    expect(await ask({ type: 'end', id: 1 })).toMatchObject({ healed: false });
    expect(failures.map(({ message }) => message)).toEqual(['lead to m1 fails']);
  });

  test('an end that nothing began is answered', async () => {
    const { ask } = await start();
    expect(await ask({ type: 'end', id: 9 })).toMatchObject({
      healed: true,
      evidence: { bit: false },
    });
  });
});

test('a harness that stood still says so', async () => {
  const { happenings } = await start();
  const from = performance.now();
  while (performance.now() - from < 120) {
    // Nothing else can happen meanwhile.
  }
  await until('the stall is noticed', () => happenings.some(({ type }) => type === 'stalled'));
});

test('nothing happens any more to a cluster that was taken away', async () => {
  const { cluster, world, happenings } = await start();
  cluster.carryOut({ type: 'wake', at: cluster.now() + 5 });
  await cluster[Symbol.asyncDispose]();
  await cluster[Symbol.asyncDispose]();
  expect(world.done.filter((what) => what === 'dispose')).toHaveLength(1);
  const before = happenings.length;
  world.events.line('m1', '!late', 'out');
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(happenings.length).toBe(before);
});
