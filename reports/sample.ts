import type { CampaignSummary } from '../harness/core/campaign.ts';
import type { History, Observation, ObservedService, Operation } from '../harness/core/history.ts';
import type { RunFile } from '../harness/core/run.ts';

const madeService = (id: string): ObservedService => ({
  id,
  replicas: 2,
  created: false,
  remade: false,
  restartDelayMs: 500,
  removed: false,
});

/**
 * A run that never took place, of any length, for tests of the page and for its benchmark: m1 leads, is cut off at 2 s, m2
 * takes over in term 2 and, as a planted bug would have it, m3 as well.
 */
export const sampleRun = (events: number, hostile = ''): RunFile => {
  const nodes = ['m1', 'm2', 'm3', 'w1', 'w2'];
  const endAt = 10_000;
  const observations: Observation[] = [];
  const say = (node: string, at: number, rest: object): void => {
    observations.push({
      node,
      boot: `${node}-1`,
      seq: observations.length,
      at,
      ...rest,
    } as Observation);
  };
  const role = (node: string, at: number, what: string, term: number): void => {
    say(node, at, {
      kind: 'role',
      role: what,
      term,
      leader: undefined,
      nodeId: `id-${node}`,
      raftId: `raft-${node}`,
    });
  };
  const vote = (node: string, at: number, candidate: string): void => {
    say(node, at, {
      kind: 'vote',
      term: 2,
      candidate: `raft-${candidate}`,
      raftId: `raft-${node}`,
    });
  };
  for (const node of nodes.slice(0, 3)) role(node, 100, 'follower', 1);
  role('m1', 150, 'leader', 1);
  const commits = Math.floor(events * 0.7);
  for (let place = 0; place < commits; place += 1) {
    const at = 200 + (place / commits) * (endAt - 300);
    say(nodes[place % 3] ?? 'm1', at, {
      kind: 'commit',
      index: Math.floor(place / 3) + 1,
      term: at < 2_300 ? 1 : 2,
      hash: (place * 2_654_435_761) >>> 0,
      tasks:
        place % 30 === 0
          ? [
              {
                id: `t${place % 900}`,
                service: 's1',
                slot: 1 + (place % 5),
                node: 'id-w1',
                state: place % 60 === 0 ? 'running' : 'starting',
                desired: 'running',
                removed: place % 300 === 0,
              },
            ]
          : [],
    });
  }
  role('m2', 2_204, 'candidate', 2);
  vote('m2', 2_206, 'm2');
  vote('m3', 2_214, 'm2');
  role('m2', 2_219, 'leader', 2);
  vote('m3', 2_223, 'm3');
  role('m3', 2_231, 'leader', 2);
  role('m1', 2_320, 'follower', 2);
  say('m2', 2_400, { kind: 'note', text: hostile });
  say('m3', 2_500, {
    kind: 'commit',
    index: 3,
    term: 2,
    hash: 7,
    restored: true,
    services: [
      { ...madeService('s1'), created: true },
      { ...madeService('s2'), replicas: undefined },
      { ...madeService('s3'), removed: true },
    ],
    nodes: [
      { id: 'id-w1', state: 'ready', availability: 'drain', remade: true, removed: false },
      { id: 'id-w9', state: 'down', availability: 'active', remade: false, removed: true },
    ],
    tasks: [],
  });
  say('m3', 2_501, { kind: 'boot', name: 'm3', nodeId: undefined, raftId: undefined });
  say('m3', 2_502, { kind: 'state', index: 3, digest: 'd1' });
  say('w1', 2_503, { kind: 'task', id: 't1', state: 'running' });
  say('w1', 2_504, { kind: 'executor', id: 't1', state: 'ended' });
  say('w1', 2_505, { kind: 'executor', id: 't2', state: 'running' });
  observations.sort((a, b) => a.at - b.at);
  const operations: Operation[] = Array.from({ length: Math.ceil(events * 0.3) }, (_, id) => {
    const at = 200 + (id / (events * 0.3)) * (endAt - 700);
    const outcome = id % 17 === 0 ? 'unknown' : id % 11 === 0 ? 'rejected' : 'ok';
    return {
      id,
      process: id % 4,
      client: id % 4,
      node: nodes[id % 3] ?? 'm1',
      operation: id % 2 === 0 ? 'service.update' : 'service.inspect',
      effect: id % 2 === 0 ? 'write' : 'read',
      intent: undefined,
      args: { service: `s${id % 5}` },
      input: {},
      invokedAt: at,
      endedAt: outcome === 'unknown' ? undefined : at + 4,
      outcome,
      decided: outcome === 'ok',
      seen: [],
      complete: false,
      output: outcome === 'rejected' ? { status: 500, message: hostile } : undefined,
      phase: at < 6_000 ? 'inject' : 'settle',
    };
  });
  const cut = [
    { from: 'm1', to: 'm2' },
    { from: 'm2', to: 'm1' },
    { from: 'm1', to: 'm3' },
    { from: 'm3', to: 'm1' },
  ];
  const history: History = {
    target: 'reference-swarm',
    backend: 'sim',
    nodes: nodes.map((name) => ({ name, role: name.startsWith('m') ? 'manager' : 'worker' })),
    settings: { autolock: false },
    bounds: {
      electionTimeoutMsMax: 300,
      leaderReturnsMs: 3_000,
      convergeMs: 3_000,
      unlockMs: 3_000,
    },
    phases: { injectAt: 200, healAt: 6_200, healedAt: 6_260, quietAt: 7_200, endAt },
    operations,
    faults: [
      {
        id: 0,
        entry: 0,
        fault: { kind: 'cut', from: 'leader', to: 'rest', direction: 'both', mode: 'drop' },
        deeds: [{ deed: 'cut', links: cut, mode: 'drop' }],
        beginAt: 2_000,
        begunAt: 2_001,
        endAt: 4_000,
        endedAt: 4_003,
        evidence: { bit: true, text: '212 messages entered the cut links and none left' },
        healed: true,
      },
      {
        id: 1,
        entry: 1,
        fault: { kind: 'kill', nodes: 'worker' },
        deeds: [{ deed: 'kill', node: 'w1' }],
        beginAt: 4_500,
        begunAt: 4_501,
        endAt: 5_500,
        endedAt: 5_520,
        evidence: { bit: true, text: 'w1 ran and its process ended' },
        healed: true,
      },
    ],
    observations,
    lifecycle: [
      ...nodes.map((node) => ({ at: 0, node, event: 'started' as const, text: '' })),
      { at: 4_500, node: 'w1', event: 'killed', text: '' },
      { at: 5_510, node: 'w1', event: 'started', text: '' },
    ],
    scans: [],
    stalls: [],
  };
  return {
    schema: 'schism/run-file@1',
    schism: { version: '0.1.0', commit: '0000000', node: 'v24.0.0', platform: 'linux x64' },
    run: {
      scenario: {
        name: 'leader-cut-off',
        title: 'The leader loses sight of everybody else',
        target: 'reference-swarm',
        shape: { managers: 3, workers: 2 },
        workload: { clients: 4, perSecond: 20 },
        faults: 'drawn',
        injectMs: 6_000,
        settleMs: 4_000,
        settings: {},
        properties: ['at-most-one-leader-per-term', 'acknowledged-writes-survive'],
      },
      seed: 42,
      index: 17,
      backend: 'sim',
      schedule: [
        {
          at: 1_800,
          fault: history.faults[0]?.fault ?? { kind: 'ring', mode: 'drop' },
          forMs: 2_000,
        },
      ],
      path: '17',
      history,
      verdicts: [
        {
          property: 'at-most-one-leader-per-term',
          guarantee: 'Election Safety: at most one leader can be elected in a given term.',
          source: 'Ongaro & Ousterhout, extended Raft paper, §5.2, figure 3',
          verdict: 'fail',
          summary: 'term 2 has two leaders: m2 from 2.019 s, m3 from 2.031 s',
          moments: [
            { at: 2_204, node: 'm2', text: 'm2 asks for votes in term 2' },
            { at: 2_214, node: 'm3', text: 'm3 votes for m2' },
            { at: 2_219, node: 'm2', text: 'm2 leads term 2 with the votes of m2, m3' },
            { at: 2_223, node: 'm3', text: 'm3 votes for itself  ← its second vote in term 2' },
            { at: 2_231, node: 'm3', text: 'm3 leads term 2 too with the votes of m3' },
          ],
        },
        {
          property: 'acknowledged-writes-survive',
          guarantee: 'Leader Completeness: a committed entry is present in every later leader.',
          source: 'Ongaro & Ousterhout, extended Raft paper, §5.4, figure 3',
          verdict: 'pass',
          tested: true,
          because: '41 acknowledged writes were read again through every manager',
        },
      ],
      digest: 'c0ffee0123456789',
      simulatedMs: endAt,
    },
    mutants: [],
    configuration: { electionTimeoutMsMin: 150 },
    logs: { m1: [`{"level":30,"msg":"${hostile}"}`], m2: [] },
    shrunkFrom: undefined,
    replay: 'npm run -s schism -- replay reports/out/42/17.json',
    savedAt: '2026-11-24T00:00:00.000Z',
  };
};

export const sampleSummary = (ok: boolean): CampaignSummary => ({
  title: 'leader-cut-off',
  seed: 42,
  ok,
  worlds: [
    {
      backend: 'sim',
      runs: 2_412,
      simulatedMs: 24_120_000,
      wallMs: 15_000,
      faults: 6_310,
      faultsBit: 5_990,
      note: '3 and 5 managers, 2 workers',
    },
    {
      backend: 'docker',
      runs: 0,
      simulatedMs: 0,
      wallMs: 0,
      faults: 0,
      faultsBit: 0,
      note: 'no Docker engine answers',
    },
  ],
  properties: [
    {
      property: 'at-most-one-leader-per-term',
      kind: 'safety',
      guarantee: 'Election Safety: at most one leader can be elected in a given term.',
      source: 'Ongaro & Ousterhout, extended Raft paper, §5.2, figure 3',
      pass: ok ? 2_412 : 2_411,
      tested: 2_201,
      fail: ok ? 0 : 1,
      unknown: 0,
      missing: undefined,
    },
    {
      property: 'autolocked-restart',
      kind: 'safety',
      guarantee: 'A locked manager answers nothing but the allowed requests before the right key.',
      source: 'Docker documentation, Lock your swarm to protect its encryption key',
      pass: 612,
      tested: 612,
      fail: 0,
      unknown: 3,
      missing: 'no scan of a data folder',
    },
  ],
  failures: ok
    ? []
    : [
        {
          property: 'at-most-one-leader-per-term',
          scenario: 'leader-cut-off',
          backend: 'sim',
          seed: 42,
          index: 17,
          summary: 'term 2 has two leaders: m2 from 2.019 s, m3 from 2.031 s',
          file: 'reports/out/42/17.json',
          digest: 'c0ffee0123456789',
          replay: 'npm run -s schism -- replay reports/out/42/17.json',
        },
      ],
  digest: 'c0ffee0123456789',
  wallMs: 15_400,
  simulatedMs: 24_120_000,
  version: '0.1.0',
  commit: '0000000',
  platform: 'linux x64, Node v24.0.0',
  startedAt: '2026-11-24T00:00:00.000Z',
});
