import { describe, expect, test } from '@jest/globals';
import type { Schedule, ScheduledFault } from '../core/schedule.ts';
import { killOf, play } from './testing/toy-world.ts';

const cut = (from: string, to: string) =>
  ({ kind: 'cut', from, to, direction: 'both', mode: 'drop' }) as const;

const begins = (schedule: Schedule, given: Parameters<typeof play>[1] = {}) =>
  play(schedule, given).deeds.flatMap(({ at, command }) =>
    command.type === 'begin' ? [{ at, deed: command.deed }] : [],
  );

describe('the phases of a run', () => {
  test('formation, injection, heal, a quiet tail and the final reads follow each other', () => {
    const { conducting } = play([{ at: 100, client: 0, operation: 'write', args: {} }]);
    const { phases, operations } = conducting.history();
    expect(phases).toEqual({
      injectAt: 0,
      healAt: 2_000,
      healedAt: 2_000,
      quietAt: 2_500,
      endAt: 3_005,
    });
    expect(operations.map(({ operation, phase }) => [operation, phase])).toEqual([
      ...Array.from({ length: 4 }, () => ['join', 'formation']),
      ['write', 'inject'],
      ['read', 'final'],
    ]);
  });

  test('a cluster that never forms ends the run and says so', () => {
    const { conducting } = play([], { answer: () => undefined });
    expect(conducting.problem).toBe('the cluster did not form: it did not end within 60000 ms');
    expect(conducting.finished).toBe(true);
  });

  test('the heal ends every fault that is still active, and is over with its last confirmation', () => {
    const { conducting, deeds } = play([{ at: 500, fault: cut('m1', 'rest'), forMs: 9_000 }]);
    expect(deeds.filter(({ command }) => command.type === 'end')).toHaveLength(1);
    const [fault] = conducting.history().faults;
    expect(fault).toMatchObject({
      beginAt: 500,
      begunAt: 502,
      endAt: 2_000,
      endedAt: 2_002,
      healed: true,
    });
    expect(conducting.history().phases).toMatchObject({ healAt: 2_000, healedAt: 2_002 });
  });

  test('an interrupted run heals what is active, asks nothing more and ends', () => {
    const { conducting, deeds, endedAt } = play(
      [{ at: 100, fault: cut('m1', 'rest'), forMs: 1_500 }],
      {
        interruptAt: 300,
      },
    );
    expect(deeds.some(({ command }) => command.type === 'end')).toBe(true);
    expect(conducting.finished).toBe(true);
    expect(endedAt).toBeLessThan(1_000);
    expect(conducting.history().operations.some(({ phase }) => phase === 'final')).toBe(false);
  });
});

describe('faults', () => {
  test('a lease ends its fault, and a kill ends in a start and what the operator does after it', () => {
    const { conducting, deeds } = play([{ at: 100, fault: killOf('m2'), forMs: 300 }]);
    expect(deeds.filter(({ command }) => command.type === 'end').map(({ at }) => at)).toEqual([
      422,
    ]);
    const revived = conducting.history().operations.find(({ operation }) => operation === 'unlock');
    expect(revived).toMatchObject({ node: 'm2', invokedAt: 404, phase: 'inject' });
    expect(conducting.history().faults[0]).toMatchObject({ endAt: 402, endedAt: 409 });
  });

  test('what hits links of nodes and of clients is proven for each of them', () => {
    const partition = {
      kind: 'partition',
      groups: [['m1', 'clients'], 'rest'],
      mode: 'drop',
    } as const;
    const { conducting } = play([{ at: 100, fault: partition, forMs: 300 }]);
    const records = conducting.history().faults;
    expect(records.map(({ entry, deeds }) => [entry, deeds.length])).toEqual([
      [0, 1],
      [0, 1],
    ]);
    const [nodes = '', clients = ''] = records.map(({ deeds }) => JSON.stringify(deeds));
    expect([nodes.includes('client'), clients.includes('client')]).toEqual([false, true]);
    for (const record of records) expect(record).toMatchObject({ endAt: 402, healed: true });
  });

  test('a node that was killed is looked at before it starts again, where the target wants that', () => {
    const schedule = [{ at: 100, fault: killOf('m2'), forMs: 300 }];
    const { deeds, conducting } = play(schedule, { looks: true });
    const begun = deeds.findIndex(({ command }) => command.type === 'begin');
    const then = deeds.slice(begun + 1).flatMap(({ command }) => {
      if (command.type === 'end') return ['start'];
      return command.type === 'call' ? [(command.request as { readonly name: string }).name] : [];
    });
    expect(then).toEqual(['read', 'start', 'unlock', 'read']);
    expect(conducting.history().faults).toMatchObject([{ healed: true }]);
  });

  test('a lease counts from the confirmation, so that a slow machine does not eat it up', () => {
    const slowly = (beginMs: number) =>
      play([{ at: 100, fault: killOf('m2'), forMs: 300 }], { beginMs: () => beginMs });
    expect(slowly(250).conducting.history().faults[0]).toMatchObject({ begunAt: 350, endAt: 650 });
    // What is not confirmed within twice its lease ends as soon as it is.
    const [fault] = slowly(900).conducting.history().faults;
    expect(fault).toMatchObject({ endAt: 700, begunAt: 1_000 });
  });

  test('a role is resolved when the fault starts', () => {
    const [first] = begins([{ at: 1_000, fault: killOf('leader'), forMs: 300 }], {
      leader: (at) => (at < 600 ? 'm1' : 'm3'),
    });
    expect(first?.deed).toEqual({ deed: 'kill', node: 'm3' });
  });

  test('a fault whose role nobody holds waits until somebody does', () => {
    const [first] = begins([{ at: 100, fault: killOf('leader'), forMs: 800 }], {
      leader: (at) => (at >= 500 ? 'm2' : undefined),
    });
    expect(first).toEqual({ at: 500, deed: { deed: 'kill', node: 'm2' } });
  });

  test('a fault whose role nobody held before its lease ended is recorded as without effect', () => {
    const { conducting } = play([{ at: 100, fault: killOf('leader'), forMs: 800 }], {
      leader: () => undefined,
    });
    const [fault] = conducting.history().faults;
    expect(fault).toMatchObject({ beginAt: undefined, deeds: [] });
    expect(fault?.evidence).toEqual({
      bit: false,
      text: 'no node held the role that it names before its lease ended',
    });
  });

  test('a trigger starts its fault at the occurrence that it names', () => {
    const [first] = begins(
      [{ at: 50, when: { leader: 'elected', occurrence: 2 }, fault: killOf('w1'), forMs: 1_000 }],
      { leader: (at) => (at < 300 ? 'm1' : at < 700 ? 'm2' : 'm3') },
    );
    expect(first).toEqual({ at: 700, deed: { deed: 'kill', node: 'w1' } });
  });

  test('whoever gave a vote away can be hit at that moment', () => {
    const votes = [
      { at: 300, node: 'm1' },
      { at: 400, node: 'm3' },
      { at: 500, node: 'm2' },
    ];
    const atVote = { when: { vote: 'given', occurrence: 2 }, fault: killOf('voter') } as const;
    const [first] = begins([{ at: 50, ...atVote, forMs: 1_000 }], { votes });
    expect(first).toEqual({ at: 400, deed: { deed: 'kill', node: 'm3' } });
  });

  test('what a fault waits for may come until the heal, unless it names a deadline, however short its own lease', () => {
    const waits = (withinMs?: number): ScheduledFault => ({
      at: 50,
      when: { leader: 'elected', ...(withinMs !== undefined && { withinMs }) },
      fault: killOf('w1'),
      forMs: 100,
    });
    const elected = { leader: (at: number) => (at < 1_500 ? 'm1' : 'm2') };
    expect(begins([waits()], elected).map(({ at }) => at)).toEqual([1_500]);
    expect(begins([waits(100)], elected)).toEqual([]);
  });

  test.each([
    ['an event', { when: { vote: 'given' }, fault: killOf('w1') }, 'did not happen before'],
    ['a role', { fault: killOf('voter') }, 'no node held the role'],
    [
      'the time after an event',
      { when: { leader: 'elected', afterMs: 5_000 }, fault: killOf('w1') },
      'the time of faults was over',
    ],
  ] as const)('a fault that waits for %s until the heal says so', (_what, entry, words) => {
    const { conducting } = play([{ at: 50, ...entry, forMs: 60_000 }], {
      leader: (at) => (at < 500 ? 'm1' : 'm2'),
    });
    expect(conducting.history().faults).toMatchObject([
      { evidence: { bit: false, text: expect.stringContaining(words) } },
    ]);
  });

  test('a write of a client can be waited for, when it is asked and when it is done', () => {
    const atWrite = (write: 'asked' | 'acknowledged') =>
      ({ at: 50, when: { write }, fault: killOf('m1'), forMs: 1_000 }) as const;
    const write = { at: 100, client: 0, operation: 'write', args: {} } as const;
    const [asked] = begins([atWrite('asked'), write]);
    const [acknowledged] = begins([atWrite('acknowledged'), write]);
    // The cluster forms for 20 ms, and answers within 5.
    expect([asked?.at, acknowledged?.at]).toEqual([120, 125]);
    const lost = { answer: (_node: string, at: number) => (at < 100 ? 'ok' : 'unknown') } as const;
    expect(begins([atWrite('acknowledged'), write], lost)).toEqual([]);
  });

  test('a second kill of a node that is down does nothing and says so', () => {
    const { conducting } = play([
      { at: 100, fault: killOf('m2'), forMs: 500 },
      { at: 200, fault: killOf('m2'), forMs: 100 },
    ]);
    const [first, second] = conducting.history().faults;
    expect(first?.evidence.bit).toBe(true);
    expect(second?.evidence).toEqual({ bit: false, text: 'm2 was down already' });
  });

  test('a lease that ends while some deeds are not yet confirmed ends every one of them', () => {
    const { conducting, deeds } = play([{ at: 100, fault: killOf('managers'), forMs: 20 }], {
      beginMs: (node) => (node === 'm2' ? 50 : 2),
    });
    const ends = deeds.filter(({ command }) => command.type === 'end');
    expect(ends.map(({ at }) => at)).toEqual([160, 160, 170]);
    const revived = conducting
      .history()
      .operations.filter(({ operation }) => operation === 'unlock');
    expect(revived.map(({ node }) => node)).toEqual(['m1', 'm3', 'm2']);
  });

  test('a fault that the backend could not carry out is over with its lease and says why', () => {
    const { conducting } = play([{ at: 100, fault: killOf('m2'), forMs: 300 }], {
      beginFails: true,
    });
    expect(conducting.history().faults[0]).toMatchObject({
      endedAt: 402,
      evidence: { bit: false, text: 'the backend could not' },
    });
    expect(conducting.history().phases.healedAt).toBe(2_000);
  });

  test('a flapping link is cut and healed once a period, a record each', () => {
    const { conducting } = play([
      { at: 100, fault: { kind: 'flap', from: 'm1', to: 'm2', periodMs: 200 }, forMs: 600 },
    ]);
    expect(conducting.history().faults.map(({ beginAt, endAt }) => [beginAt, endAt])).toEqual([
      [100, 200],
      [300, 400],
      [500, 600],
    ]);
  });

  test('a cut of one direction touches the links that way only', () => {
    const [first] = begins([
      { at: 1, fault: { ...cut('m1', 'rest'), direction: 'forth' }, forMs: 10 },
    ]);
    expect(first?.deed).toMatchObject({
      links: [
        { from: 'm1', to: 'm2' },
        { from: 'm1', to: 'm3' },
        { from: 'm1', to: 'w1' },
      ],
    });
  });

  test('a bridge keeps its links to both groups', () => {
    const [first] = begins([
      {
        at: 1,
        fault: {
          kind: 'partition',
          groups: [
            ['m1', 'm2'],
            ['m2', 'm3'],
          ],
          mode: 'drop',
        },
        forMs: 10,
      },
    ]);
    expect(first?.deed).toMatchObject({
      links: [
        { from: 'm1', to: 'm3' },
        { from: 'm3', to: 'm1' },
      ],
    });
  });

  test('evidence that nothing bit and that a heal did not take is kept', () => {
    const { conducting } = play([{ at: 1, fault: cut('m1', 'm2'), forMs: 10 }], {
      ended: { bit: false, healed: false },
    });
    expect(conducting.history().faults[0]).toMatchObject({
      evidence: { bit: false, text: 'no messages' },
      healed: false,
    });
  });

  test('a procedure asks through the API and is recorded with its problem', () => {
    const { conducting } = play([
      { at: 1, fault: { kind: 'procedure', name: 'bump', args: { by: 2 } }, forMs: 10 },
      { at: 1, fault: { kind: 'procedure', name: 'dance', nodes: ['m2', 'w1'] }, forMs: 10 },
    ]);
    const { faults, operations } = conducting.history();
    expect(faults.map(({ evidence }) => evidence)).toEqual(
      [
        { bit: false, text: 'dance: target toy has no procedure of that name' },
        { bit: true, text: 'bump was carried out' },
      ].reverse(),
    );
    expect(faults.map(({ on }) => on)).toEqual([undefined, ['m2', 'w1']]);
    expect(operations.find(({ operation }) => operation === 'bump')).toMatchObject({
      node: 'm1',
      invokedAt: 31,
      args: { by: 2 },
    });
  });
});

describe('the healed tail', () => {
  const writes: Schedule = Array.from({ length: 12 }, (_, place) => ({
    at: 2_010 + place * 40,
    client: place % 2,
    operation: 'write',
    args: {},
  }));
  const lasting = { at: 1_900, fault: killOf('m2'), forMs: 5_000 };
  const played = (given: Parameters<typeof play>[1]) => {
    const { conducting } = play([lasting, ...writes], given);
    const { phases, operations } = conducting.history();
    const asked = operations.filter(({ client }) => client !== undefined);
    return { phases, asked: asked.map(({ invokedAt }) => invokedAt) };
  };

  test('a heal that is over at once leaves the clients the first half of it', () => {
    const { phases, asked } = played({});
    expect(phases).toMatchObject({ healedAt: 2_007, quietAt: 2_500 });
    expect(Math.max(...asked)).toBeGreaterThan(2_400);
  });

  test('every second operation waits for a heal that takes longer, and the first accepted one is enough', () => {
    const { phases, asked } = played({ endMs: 4_000 });
    expect(asked.filter((at) => at < 2_500)).toHaveLength(6);
    const [first] = asked.filter((at) => at >= phases.healedAt);
    expect(phases.healedAt).toBe(6_005);
    expect(phases.quietAt).toBe((first ?? 0) + 5);
  });

  test('where none is accepted clients go on until the bound has passed', () => {
    const { phases, asked } = played({
      endMs: 4_000,
      answer: (_node, at) => (at < 6_010 ? 'ok' : 'unknown'),
    });
    expect(asked.filter((at) => at >= phases.healedAt)).toHaveLength(6);
    expect(Math.max(...asked)).toBeGreaterThan(phases.healedAt + 850);
    expect(phases.quietAt).toBeGreaterThan(Math.max(...asked));
  });

  test('the end is later where the last write had no answer, because it may still be carried out', () => {
    const quietFor = (answer: (node: string, at: number) => 'ok' | 'unknown') => {
      const { conducting } = play(writes, { answer });
      const { quietAt, endAt } = conducting.history().phases;
      return endAt - quietAt;
    };
    const answered = quietFor(() => 'ok');
    expect(quietFor((_node, at) => (at < 1_000 ? 'unknown' : 'ok'))).toBe(answered);
    expect(quietFor((_node, at) => (at > 2_000 && at < 2_600 ? 'unknown' : 'ok'))).toBe(
      answered + 1_000,
    );
  });

  test('calls that are never answered do not keep the run from its end', () => {
    const { phases } = played({
      endMs: 4_000,
      answer: (_node, at) => (at < 6_010 ? 'ok' : undefined),
    });
    expect(phases.quietAt).toBeLessThan(phases.healedAt + 7_000);
  });
});

describe('clients', () => {
  test('one client asks one thing at a time', () => {
    const { conducting } = play(
      [1, 2, 3].map((at) => ({ at, client: 0, operation: 'write', args: {} })),
    );
    const asked = conducting.history().operations.filter(({ client }) => client === 0);
    expect(asked.map(({ invokedAt, endedAt }) => [invokedAt, endedAt])).toEqual([
      [1, 6],
      [6, 11],
      [11, 16],
    ]);
  });

  test('a client goes on as a new process, elsewhere, after an unknown end', () => {
    const { conducting } = play(
      [1, 20].map((at) => ({ at, client: 0, operation: 'write', args: {} })),
      { answer: (node, at) => (node === 'm1' && at === 21 ? 'unknown' : 'ok') },
    );
    const [first, second] = conducting.history().operations.filter(({ client }) => client === 0);
    expect(first).toMatchObject({ outcome: 'unknown', node: 'm1' });
    expect(second).toMatchObject({ outcome: 'ok', node: 'm2' });
    expect(second?.process).not.toBe(first?.process);
  });

  test('an operation that is never answered stays unknown, without an end', () => {
    const { conducting } = play([{ at: 1, client: 0, operation: 'write', args: {} }], {
      answer: (_node, at) => (at === 21 ? undefined : 'ok'),
    });
    expect(conducting.history().operations.find(({ client }) => client === 0)).toMatchObject({
      outcome: 'unknown',
      endedAt: undefined,
    });
  });

  test('an operation that lacks what it needs leaves no trace', () => {
    const { conducting } = play([
      { at: 1, client: 0, operation: 'write', args: { impossible: true } },
      { at: 2, client: 0, operation: 'read', args: {} },
    ]);
    expect(
      conducting
        .history()
        .operations.filter(({ client }) => client === 0)
        .map((of) => of.operation),
    ).toEqual(['read']);
  });
});
