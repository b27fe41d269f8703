import { describe, expect, test } from '@jest/globals';
import type { CutMode, Deed } from '../../core/fault.ts';
import { Driven, plainProfile } from './driven.ts';
import { hashChoices } from './hash-choices.ts';
import { chanceBase, noNoise, type Noise } from './profile.ts';
import { marker, registerProgram } from './register-nodes.ts';
import type { DiskOperation, SimTarget } from './program.ts';

const between = (a: string, b: string) => [
  { from: a, to: b },
  { from: b, to: a },
];
const cut = (links: ReturnType<typeof between>, mode: CutMode = 'drop'): Deed => ({
  deed: 'cut',
  links,
  mode,
});
const put = (value: number) => ({ op: 'put', value });
const get = { op: 'get', value: 0 };
const ok = (values: readonly number[]) => ({ response: { status: 200, values } });
const loud = (noise: Partial<Noise>) => ({ ...plainProfile, noise: { ...noNoise, ...noise } });

describe('calls', () => {
  test('a put is answered once it is durable and another node has it', () => {
    const world = new Driven();
    const first = world.call('m1', put(7));
    const second = (world.pass(10), world.call('m2', get));
    world.pass(10);
    expect([world.resultOf(first), world.resultOf(second)]).toEqual([ok([7]), ok([7])]);
  });

  test('what is never answered times out as sent, and the node learns that the client went away', () => {
    const world = new Driven();
    const id = world.call('m1', { op: 'hang', value: 0 }, 30);
    world.pass(40);
    expect(world.resultOf(id)).toEqual({ failed: 'timed out', sent: true });
    expect(world.observations('m1').at(-1)).toMatchObject({ text: 'request aborted' });
  });

  test('a device answers after a time of its own', () => {
    const world = new Driven();
    const id = world.call('m1', { op: 'task', value: 0 });
    world.pass(20);
    expect(world.resultOf(id)).toEqual(ok([]));
  });

  test('what a device sees is an observation of its node', () => {
    const target: SimTarget = {
      ...registerProgram,
      device(node, random, tell) {
        const device = registerProgram.device(node, random, tell);
        return {
          ...device,
          due(ticket) {
            tell({ kind: 'executor', id: 't1', state: 'running' });
            return device.due(ticket);
          },
        };
      },
    };
    const world = new Driven(1, { target });
    world.call('m2', { op: 'task', value: 0 });
    world.pass(20);
    expect(world.observations('m2').at(-1)).toMatchObject({
      ...{ kind: 'executor', id: 't1', state: 'running' },
      ...{ boot: '1', seq: 2 },
    });
  });

  test('a dead node refuses, and nothing was sent', () => {
    const world = new Driven();
    world.begin({ deed: 'kill', node: 'm1' });
    world.pass(100);
    const id = world.call('m1', get);
    world.pass(5);
    expect(world.resultOf(id)).toEqual({ failed: 'connection refused', sent: false });
  });

  test('a node that dies with a request leaves its client with a broken connection', () => {
    const world = new Driven();
    const id = world.call('m1', { op: 'hang', value: 0 });
    world.pass(5).begin({ deed: 'kill', node: 'm1' });
    world.pass(100);
    expect(world.resultOf(id)).toEqual({ failed: 'connection reset', sent: true });
  });

  test.each([
    ['drop', { failed: 'timed out', sent: true }],
    ['refuse', { failed: 'connection refused', sent: false }],
    ['reset', { failed: 'connection reset', sent: true }],
  ] as const)('a client link cut by %s fails as such a link does', (mode, expected) => {
    const world = new Driven();
    world.begin(cut([{ from: 'client', to: 'm1' }], mode));
    const id = world.call('m1', get, 50);
    world.pass(60);
    expect(world.resultOf(id)).toEqual(expected);
  });

  test('refusing a client link closes the connections that are open', () => {
    const world = new Driven();
    const id = world.call('m1', { op: 'hang', value: 0 });
    world.pass(5).begin(cut([{ from: 'client', to: 'm1' }], 'refuse'));
    world.pass(5);
    expect(world.resultOf(id)).toEqual({ failed: 'connection closed', sent: true });
  });

  test('a noisy world breaks connections behind requests that were carried out', () => {
    const world = new Driven(1, { profile: loud({ breakage: chanceBase }) });
    const id = world.call('m1', put(5));
    world.pass(20);
    expect(world.resultOf(id)).toEqual({ failed: 'connection reset', sent: true });
    expect(world.observations('m1').at(-1)).toMatchObject({ kind: 'commit', index: 1 });
  });
});

describe('cuts', () => {
  test.each(['drop', 'refuse', 'reset'] as const)(
    'a cut by %s swallows what is sent, says how much, and carries again after its end',
    (mode) => {
      const world = new Driven();
      const id = world.begin(cut([...between('m1', 'm2'), ...between('m1', 'm3')], mode));
      const lost = world.call('m1', put(1), 100);
      world.pass(150);
      expect(world.resultOf(lost)).toEqual({ failed: 'timed out', sent: true });
      world.end(id).pass(50);
      const [begun, ended] = world.answersTo(id);
      expect(begun).toMatchObject({ type: 'begun', ok: true });
      expect(ended).toMatchObject({ type: 'ended', healed: true, evidence: { bit: true } });
      const after = world.call('m1', put(2));
      world.pass(20);
      expect(world.resultOf(after)).toEqual(ok([2]));
    },
  );

  test('one direction alone can be cut', () => {
    const forth = new Driven();
    forth.begin(cut([{ from: 'm1', to: 'm2' }]));
    forth.begin(cut([{ from: 'm1', to: 'm3' }]));
    const back = new Driven();
    back.begin(cut([{ from: 'm2', to: 'm1' }]));
    back.begin(cut([{ from: 'm3', to: 'm1' }]));
    const calls = [forth, back].map((world) => world.call('m1', put(3), 50));
    forth.pass(60);
    back.pass(60);
    expect(forth.resultOf(calls[0] ?? 0)).toMatchObject({ failed: 'timed out' });
    expect(back.resultOf(calls[1] ?? 0)).toMatchObject({ failed: 'timed out' });
    const stored = [forth, back].map(
      (world) => world.observations('m2').filter((of) => of.kind === 'commit').length,
    );
    expect(stored).toEqual([0, 1]);
  });

  test('a cut that nothing entered did not bite', () => {
    const world = new Driven();
    const id = world.begin(cut([{ from: 'client', to: 'm3' }]));
    world.pass(100).end(id).pass(10);
    expect(world.answersTo(id).at(-1)).toMatchObject({ evidence: { bit: false } });
  });

  test('what is on its way gets through a drop and is lost to a refusal', () => {
    const seen = (['drop', 'refuse'] as const).map((mode) => {
      const world = new Driven();
      world.call('m1', put(9));
      // The request is there after 0.3 ms at most, and has sent its message to m2 by then.
      world.pass(0.35).begin(cut(between('m1', 'm2'), mode));
      world.pass(10);
      return world.observations('m2').filter((of) => of.kind === 'commit').length;
    });
    expect(seen).toEqual([1, 0]);
  });

  test('a link that a second cut holds does not count against the heal of the first', () => {
    const world = new Driven();
    const first = world.begin(cut(between('m1', 'm2')));
    const second = world.begin(cut(between('m1', 'm2')));
    world.pass(50).end(first).pass(10);
    expect(world.answersTo(first).at(-1)).toMatchObject({ type: 'ended', healed: true });
    const lost = world.call('m1', put(1));
    world.pass(50);
    expect(world.observations('m2').filter((of) => of.kind === 'commit')).toEqual([]);
    world.end(second).pass(10);
    expect(world.resultOf(lost)).toEqual(ok([1]));
  });

  test('a probe that is swallowed leaves the heal unproven', () => {
    const world = new Driven();
    const id = world.begin(cut([{ from: 'm1', to: 'm2' }], 'drop'));
    world.pass(50).end(id);
    // The probe is on its way when the connections under it are closed, and healed again.
    const second = world.begin(cut([{ from: 'm1', to: 'm2' }], 'refuse'));
    world.end(second).pass(6_000);
    expect(world.answersTo(id).at(-1)).toMatchObject({ type: 'ended', healed: false });
  });

  test('a delay holds messages up and ends', () => {
    const world = new Driven();
    const id = world.begin({ deed: 'delay', links: between('m1', 'm2'), delayMs: 40 });
    world.begin(cut(between('m1', 'm3')));
    const slow = world.call('m1', put(1));
    world.pass(60);
    expect(world.resultOf(slow)).toBeUndefined();
    world.pass(60);
    expect(world.resultOf(slow)).toEqual(ok([1]));
    world.end(id).pass(100);
    expect(world.answersTo(id).at(-1)).toMatchObject({ healed: true, evidence: { bit: true } });
    const fast = world.call('m1', put(2));
    world.pass(10);
    expect(world.resultOf(fast)).toEqual(ok([2]));
  });
});

/** What m2 stored, in the order in which it stored it, while m1 put 0, 1, 2 … */
const storedBy = (world: Driven, count: number): readonly number[] => {
  for (let value = 0; value < count; value += 1) {
    world.call('m1', put(value));
    world.pass(0.05);
  }
  world.pass(200);
  const id = world.call('m2', get);
  world.pass(20);
  const result = world.resultOf(id);
  return result !== undefined && 'response' in result
    ? (result.response as { readonly values: readonly number[] }).values
    : [];
};
const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
const range = (count: number) => Array.from({ length: count }, (_, value) => value);

describe('noise', () => {
  // Requests of clients may overtake each other, so what m1 sent is compared with itself.
  test('without noise nothing is lost or repeated', () => {
    expect(sorted(storedBy(new Driven(), 100))).toEqual(range(100));
  });

  test('messages are lost', () => {
    const values = storedBy(new Driven(1, { profile: loud({ loss: 2_000 }) }), 100);
    expect(new Set(values).size).toBe(values.length);
    expect(values.length).toBeGreaterThan(50);
    expect(values.length).toBeLessThan(95);
  });

  test('messages are duplicated', () => {
    const values = storedBy(new Driven(1, { profile: loud({ duplicate: 2_000 }) }), 100);
    expect(sorted([...new Set(values)])).toEqual(range(100));
    expect(values.length).toBeGreaterThan(105);
  });

  test('messages of one link keep their order unless they are drawn to be overtaken', () => {
    const inversions = (reorder: number): number => {
      const world = new Driven(1, { profile: { ...loud({ reorder }), delaySpread: 3_000 } });
      const order = sentAndReceived(world);
      return order.filter((count, i) => i > 0 && count < (order[i - 1] ?? 0)).length;
    };
    expect(inversions(0)).toBe(0);
    expect(inversions(3_000)).toBeGreaterThan(3);
  });

  test('messages are slow', () => {
    const latest = (slowness: number): number => {
      const { network } = new Driven(1, { profile: loud({ slowness }) }).simulation;
      const link = network.link(0, 1);
      return Math.max(...range(50).map((count) => network.send(link, 1e6 * count) - 1e6 * count));
    };
    expect(latest(0)).toBeLessThan(1_000);
    expect(latest(50_000)).toBeGreaterThan(40_000);
  });

  test('a copy comes long after its message where there is an echo', () => {
    const latest = (echo: number): number => {
      const noise = { duplicate: chanceBase, echo };
      const { network } = new Driven(1, { profile: loud(noise) }).simulation;
      const link = network.link(0, 1);
      return Math.max(
        ...range(50).map((count) => {
          const arrival = network.send(link, 1e6 * count);
          return network.copyArrival - arrival;
        }),
      );
    };
    expect(latest(0)).toBeLessThan(1_000);
    expect(latest(400_000)).toBeGreaterThan(300_000);
    expect(latest(400_000)).toBeLessThan(401_000);
  });

  test('the calm ends loss', () => {
    const world = new Driven(1, { profile: loud({ loss: 5_000, duplicate: 5_000 }) });
    world.simulation.calm();
    expect(sorted(storedBy(world, 50))).toEqual(range(50));
  });
});

/** Ordinals of the messages that m1 sent to m2, in the order of their arrivals. */
const sentAndReceived = (world: Driven): readonly number[] => {
  const { network } = world.simulation;
  const link = network.link(0, 1);
  const arrivals = range(100).map((ordinal) => ({
    ordinal,
    at: network.send(link, ordinal * 100),
  }));
  return arrivals
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at || a.ordinal - b.ordinal)
    .map(({ ordinal }) => ordinal);
};

describe('kills', () => {
  test('a killed node keeps what was durable, and comes back with it', () => {
    const world = new Driven();
    world.call('m1', put(4));
    const id = (world.pass(20), world.begin({ deed: 'kill', node: 'm1' }));
    world.pass(100).end(id).pass(50);
    expect(world.answersTo(id)).toMatchObject([
      { type: 'begun', ok: true },
      { type: 'ended', healed: true, evidence: { bit: true } },
    ]);
    expect(world.lifecycle('m1')).toEqual(['started', 'killed', 'started']);
    const read = world.call('m1', get);
    world.pass(10);
    expect(world.resultOf(read)).toEqual(ok([4]));
    expect(world.observations('m1').at(-1)).toMatchObject({ boot: '2', seq: 1, kind: 'role' });
  });

  test('a kill of a node that is down does nothing and says so', () => {
    const world = new Driven();
    world.begin({ deed: 'kill', node: 'm2' });
    const second = (world.pass(100), world.begin({ deed: 'kill', node: 'm2' }));
    world.pass(5);
    expect(world.answersTo(second)).toMatchObject([{ ok: false, text: 'm2 does not run' }]);
  });

  test('a node that ends as soon as it starts is not healed', () => {
    let boots = 0;
    const target: SimTarget<never> = {
      ...(registerProgram as unknown as SimTarget<never>),
      boot: (boot) => {
        boots += 1;
        if (boots <= 3) return (registerProgram as unknown as SimTarget<never>).boot(boot);
        return { handle: () => [{ type: 'halt', reason: 'damaged' }] };
      },
    };
    const world = new Driven(1, { target });
    const id = world.begin({ deed: 'kill', node: 'm3' });
    world.pass(400).end(id).pass(50);
    expect(world.answersTo(id).at(-1)).toMatchObject({ type: 'ended', healed: false });
    expect(world.lifecycle('m3')).toEqual(['started', 'killed', 'started', 'exited']);
  });

  test('every crash point is hit by some seed', () => {
    const texts = range(60).map((seed) => {
      const world = new Driven(seed);
      world.call('m1', put(1));
      world.call('m1', put(2));
      world.begin({ deed: 'kill', node: 'm1' });
      world.pass(400);
      const [begun] = world.all('begun');
      return begun?.text.replace(/\d+/g, 'N') ?? '';
    });
    expect([...new Set(texts)].sort()).toEqual([
      'mN was killed amid persist N',
      'mN was killed before persist N',
      'mN was killed behind N of N effects of an event',
      'mN was killed behind persist N, before it heard of it',
      'mN was killed between two events',
    ]);
  });

  test('unsynced writes are lost or kept as a prefix, and an append is torn', () => {
    const notes = range(80).map((seed) => {
      const world = new Driven(seed, { profile: { ...plainProfile, syncMin: 60_000 } });
      world.call('m1', put(1));
      world.call('m1', put(2));
      world.call('m1', put(3));
      const id = (world.pass(5), world.begin({ deed: 'kill', node: 'm1' }));
      world.pass(60).end(id).pass(10);
      const read = world.call('m1', get);
      world.pass(10);
      const result = world.resultOf(read);
      const cutBytes = world
        .observations('m1')
        .some((of) => of.kind === 'note' && of.text.startsWith('cut'));
      const values =
        result !== undefined && 'response' in result
          ? (result.response as { readonly values: readonly number[] }).values
          : undefined;
      return { count: values?.length, torn: cutBytes };
    });
    expect(new Set(notes.map(({ count }) => count))).toEqual(new Set([0, 1, 2, 3]));
    expect(notes.some(({ torn }) => torn)).toBe(true);
    expect(notes.some(({ torn }) => !torn)).toBe(true);
  });

  test('the commands start and kill act outside of faults', () => {
    const world = new Driven();
    world.carryOut({ type: 'kill', id: 100, node: 'm2' });
    world.pass(100).carryOut({ type: 'start', id: 101, node: 'm2' });
    world.pass(100);
    expect(world.answersTo(100)).toEqual([{ type: 'killed', id: 100 }]);
    expect(world.answersTo(101)).toMatchObject([{ type: 'started', ok: true }]);
    expect(world.lifecycle('m2')).toEqual(['started', 'killed', 'started']);
  });
});

describe('pauses', () => {
  test('a paused node does nothing, and all that it missed comes at once when it goes on', () => {
    const world = new Driven();
    const id = world.begin({ deed: 'pause', node: 'm1' });
    const asked = (world.pass(5), world.call('m1', put(6)));
    world.pass(200);
    expect(world.resultOf(asked)).toBeUndefined();
    world.end(id).pass(20);
    expect(world.resultOf(asked)).toEqual(ok([6]));
    expect(world.lifecycle('m1')).toEqual(['started', 'paused', 'resumed']);
    expect(world.answersTo(id)).toMatchObject([
      { type: 'begun', ok: true },
      { type: 'ended', healed: true, evidence: { bit: true } },
    ]);
  });

  test('two pauses of one node end with the second', () => {
    const world = new Driven();
    const first = world.begin({ deed: 'pause', node: 'm1' });
    const second = world.begin({ deed: 'pause', node: 'm1' });
    world.pass(10).end(first).pass(10);
    expect(world.lifecycle('m1')).toEqual(['started', 'paused']);
    world.end(second).pass(10);
    expect(world.lifecycle('m1')).toEqual(['started', 'paused', 'resumed']);
  });

  test('a paused node can be killed, and starts unpaused', () => {
    const world = new Driven();
    const pause = world.begin({ deed: 'pause', node: 'm1' });
    const asked = (world.pass(5), world.call('m1', get));
    const kill = (world.pass(5), world.begin({ deed: 'kill', node: 'm1' }));
    world.pass(100).end(kill).pass(50);
    expect(world.resultOf(asked)).toEqual({ failed: 'connection reset', sent: true });
    const after = world.call('m1', get);
    world.end(pause).pass(10);
    expect(world.resultOf(after)).toEqual(ok([]));
  });
});

describe('disks', () => {
  test.each([
    ['full', 'ENOSPC: no space left on device, write'],
    ['io-error', 'EIO: i/o error, write'],
  ] as const)(
    'a disk with trouble (%s) fails persists, keeps nothing of them, and can be mended',
    (trouble, text) => {
      const world = new Driven();
      world.simulation.troubleDisk('m1', trouble);
      const id = world.call('m1', put(1));
      world.pass(20);
      expect(world.resultOf(id)).toEqual({ failed: 'connection reset', sent: true });
      expect(world.lifecycle('m1')).toEqual(['started', 'exited']);
      expect(world.all('lifecycle').at(-1)?.lifecycle.text).toContain(text);
      world.simulation.troubleDisk('m1', undefined);
      world.carryOut({ type: 'start', id: 100, node: 'm1' });
      const read = (world.pass(20), world.call('m1', get));
      world.pass(10);
      expect(world.resultOf(read)).toEqual(ok([]));
    },
  );

  test('a scan finds bytes that stand in the clear, and not what is sealed', () => {
    const world = new Driven();
    world.call('m1', put(0x1234));
    world
      .pass(20)
      .scan('m1', Uint8Array.of(marker & 0xff, marker >> 8))
      .pass(5);
    const [sealed] = world.all('scanned');
    expect(sealed?.scan).toMatchObject({ files: 1, bytes: 33, found: [], looked: ['marker'] });
    const file = read(world, 'm1', 'log');
    world.scan('m1', file.subarray(5, 9)).pass(5);
    expect(world.all('scanned').at(-1)?.scan.found).toEqual([
      { canary: 'marker', file: 'log', offset: 5 },
    ]);
  });

  test('a file that is not there reads as none', () => {
    const world = new Driven();
    world.carryOut({ type: 'read-file', id: 100, node: 'm1', file: 'none' });
    world.pass(5);
    expect(world.all('file-read')).toEqual([{ type: 'file-read', id: 100, bytes: undefined }]);
  });
});

const read = (world: Driven, node: string, file: string): Uint8Array => {
  world.carryOut({ type: 'read-file', id: 999, node, file });
  world.pass(5);
  return world.all('file-read').at(-1)?.bytes ?? new Uint8Array(0);
};

describe('programs that break their word', () => {
  test('one that throws ends the run, with what it said', () => {
    const world = new Driven();
    world.call('m2', { op: 'crash', value: 0 });
    world.pass(10);
    expect(world.simulation.thrown).toMatchObject({ node: 'm2', message: 'told to crash' });
  });

  test('one that is never content with being woken ends the run', () => {
    const target: SimTarget = {
      ...registerProgram,
      boot: () => ({ handle: (_event, now) => [{ type: 'wake', at: now.mono }] }),
    };
    const world = new Driven(1, { target }).pass(10_000);
    expect(world.simulation.thrown?.message).toBe(
      'it asked 10000 times on end to be woken at once',
    );
  });

  const meddling = (
    meddle: (event: { readonly type: string }, effects: readonly unknown[]) => void,
  ): SimTarget => ({
    ...registerProgram,
    boot(boot) {
      const program = registerProgram.boot(boot);
      return {
        handle(event, now) {
          meddle(event, []);
          const effects = program.handle(event as Parameters<typeof program.handle>[0], now);
          meddle(event, effects);
          return effects;
        },
      };
    },
  });

  test('in strict runs a sender that goes on with its message is noticed', () => {
    let sent: { count: number } | undefined;
    const target = meddling((event, effects) => {
      if (event.type === 'wake' && sent !== undefined) sent.count += 1;
      for (const effect of effects as readonly { readonly type: string }[]) {
        if (effect.type === 'send')
          sent = (effect as unknown as { readonly message: { count: number } }).message;
      }
    });
    const loose = new Driven(1, { target }).pass(200);
    expect(loose.simulation.thrown).toBeUndefined();
    const slow = { ...plainProfile, delayMin: 20_000, strict: true };
    const strict = new Driven(1, { target, profile: slow }).pass(200);
    expect(strict.simulation.thrown?.message).toBe('a message changed after it was sent');
  });

  test('in strict runs a receiver that changes a message is noticed', () => {
    const target = meddling((event) => {
      if (event.type === 'message' && 'message' in event) {
        (event.message as { count: number }).count = 0;
      }
    });
    const loose = new Driven(1, { target }).pass(50);
    expect(loose.simulation.thrown).toBeUndefined();
    const strict = new Driven(1, { target, profile: { ...plainProfile, strict: true } }).pass(50);
    expect(strict.simulation.thrown?.message).toBe('a message was changed by its receiver');
  });

  test('in strict runs bytes may not change once they are given to the disk', () => {
    let given: Uint8Array | undefined;
    const target = meddling((event, effects) => {
      if (event.type === 'message' && given !== undefined) given[3] = (given[3] ?? 0) + 1;
      for (const effect of effects as readonly { readonly type: string }[]) {
        if (effect.type !== 'persist') continue;
        const [first] = (effect as unknown as { readonly operations: readonly DiskOperation[] })
          .operations;
        if (first?.op === 'append') given = first.bytes;
      }
    });
    const world = new Driven(1, { target, profile: { ...plainProfile, strict: true } });
    for (let value = 0; value < 20; value += 1) {
      world.call('m2', put(value));
      world.pass(3);
    }
    expect(world.simulation.thrown?.message).toMatch(/^the bytes of persist \d+ changed/);
  });

  test('strict runs go as loose ones do', () => {
    const [loose, strict] = [false, true].map((value) => {
      const world = new Driven(3, { profile: { ...plainProfile, strict: value } });
      world.call('m1', put(1));
      return world.pass(100).simulation.digest;
    });
    expect(strict).toBe(loose);
  });
});

describe('clocks', () => {
  test('clocks drift within their bound, wall clocks are off, and no clock goes back', () => {
    const instants = new Map<string, { mono: number; wall: number }[]>();
    const target: SimTarget = {
      ...registerProgram,
      boot(boot) {
        const program = registerProgram.boot(boot);
        const list = instants.get(boot.name) ?? [];
        instants.set(boot.name, list);
        return {
          handle(event, now) {
            list.push({ ...now });
            return program.handle(event as Parameters<typeof program.handle>[0], now);
          },
        };
      },
    };
    const world = new Driven(5, {
      target,
      profile: { ...plainProfile, driftPpmMax: 1_000, wallOffMsMax: 500 },
    });
    world.pass(10_000);
    const rates = [...instants.values()].map((list) => {
      for (const [i, { mono }] of list.entries()) {
        expect(mono).toBeGreaterThanOrEqual(list[i - 1]?.mono ?? 0);
      }
      const [first, last] = [list[0], list.at(-1)];
      return ((last?.mono ?? 0) - (first?.mono ?? 0)) / 10_000;
    });
    for (const rate of rates) expect(Math.abs(rate - 1)).toBeLessThan(0.004);
    expect(new Set(rates.map((rate) => rate.toFixed(4))).size).toBeGreaterThan(1);
    const walls = [...instants.values()].map((list) => list[0]?.wall ?? 0);
    expect(new Set(walls).size).toBe(3);
    expect(new Set([...instants.values()].map((list) => list[0]?.mono)).size).toBe(3);
  });

  test('a wake comes at the time that was asked for, by the clock of whoever asked', () => {
    let asked = 0;
    const late: number[] = [];
    const target: SimTarget = {
      ...registerProgram,
      boot: () => ({
        handle(event, now) {
          if (event.type === 'wake') late.push(now.mono - asked);
          asked = now.mono + 7.123;
          return [{ type: 'wake', at: asked }];
        },
      }),
    };
    const world = new Driven(5, {
      target,
      nodes: [{ name: 'm1', role: 'manager' }],
      profile: { ...plainProfile, driftPpmMax: 1_000 },
    });
    world.pass(1_000);
    expect(late.length).toBeGreaterThan(130);
    for (const ms of late) {
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(ms).toBeLessThan(0.003);
    }
  });
});

describe('identity', () => {
  test('a sender is known by id only where both ends prove the same secret', () => {
    const senders = new Map<string, Set<string | undefined>>();
    const target: SimTarget = {
      ...registerProgram,
      boot(boot) {
        const program = registerProgram.boot(boot);
        const known = new Set<string | undefined>();
        senders.set(boot.name, known);
        return {
          handle(event, now) {
            if (event.type === 'message' && 'from' in event) known.add(event.from.nodeId);
            const effects = program.handle(event as Parameters<typeof program.handle>[0], now);
            if (boot.name !== 'm3') return effects;
            return effects.map((effect) =>
              effect.type === 'identity'
                ? {
                    type: 'identity',
                    identity: { nodeId: 'x', clusterId: 'c', secret: Uint8Array.of(9) },
                  }
                : effect,
            );
          },
        };
      },
    };
    new Driven(1, { target, choices: hashChoices(1, 1) }).pass(100);
    expect(senders.get('m1')).toEqual(new Set(['id-m2', undefined]));
    expect(senders.get('m3')).toEqual(new Set([undefined]));
  });
});
