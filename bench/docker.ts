/**
 * Where the time of a cluster in containers goes: 3 managers and 2 workers from nothing to a formed swarm, one kill and start again,
 * and taken away. Prints medians. `node bench/docker.ts [rounds]`
 */
import Docker from 'dockerode';
import { dockerBackend } from '../harness/backends/docker/backend.ts';
import type { Command, Happening } from '../harness/core/backend.ts';
import { createConductor } from '../harness/conduct/conductor.ts';
import { defaultLimits } from '../harness/conduct/plan.ts';
import { ensureNodeImage } from '../scenarios/targets/reference/image.ts';
import { referenceLive } from '../scenarios/targets/reference/live.ts';
import { referenceSwarm } from '../scenarios/targets/reference/target.ts';
import { medianOf } from './median.ts';

const shape = { managers: 3, workers: 2 };
const victim = 'm3';

type Round = Readonly<Record<string, number>>;

/** What the conductor is told of from now on, until something is so. */
type Listening = { tell(happening: Happening, at: number): void };

const measure = async (image: string): Promise<Round> => {
  const marks: { readonly what: string; readonly at: number }[] = [];
  const mark = (what: string): void => {
    marks.push({ what, at: performance.now() });
  };
  const early: Happening[] = [];
  const listening: Listening = { tell: (happening) => early.push(happening) };
  mark('begin');
  const cluster = await dockerBackend().start(referenceLive({ image }), {
    shape,
    onHappening(happening, at) {
      if (early.length === 0) mark('networks and Toxiproxy');
      listening.tell(happening, at);
    },
  });
  mark('nodes ready');
  try {
    const conductor = createConductor({
      target: referenceSwarm,
      scenario: {
        name: 'bench',
        title: 'bench',
        target: referenceSwarm.name,
        shape,
        workload: { clients: 1, perSecond: 1 },
        faults: [],
        injectMs: 600_000,
        settleMs: 0,
        settings: {},
        properties: [],
      },
      schedule: [],
      backend: 'docker',
      limits: defaultLimits,
    });
    const carryOut = (commands: readonly Command[]): void => {
      for (const command of commands) cluster.carryOut(command);
    };
    await new Promise<void>((resolve) => {
      listening.tell = (happening, at) => {
        carryOut(conductor.handle(happening, at));
        if (conductor.history().phases.injectAt > 0) resolve();
      };
      carryOut(conductor.start(cluster.now()));
      for (const happening of early) listening.tell(happening, cluster.now());
    });
    mark('swarm formed');
    const happens = (type: 'killed' | 'started', command: Command): Promise<void> =>
      new Promise((resolve) => {
        listening.tell = (happening) => {
          if (happening.type === type) resolve();
        };
        cluster.carryOut(command);
      });
    await happens('killed', { type: 'kill', id: 1_000_000, node: victim });
    mark('one node killed');
    await happens('started', { type: 'start', id: 1_000_001, node: victim });
    mark('and up again');
  } finally {
    await cluster[Symbol.asyncDispose]();
  }
  mark('all taken away');
  return Object.fromEntries(
    marks.flatMap(({ what, at }, place) => {
      const before = marks[place - 1];
      return before === undefined ? [] : [[what, at - before.at]];
    }),
  );
};

const rounds: Round[] = [];
const image = await ensureNodeImage(new Docker());
for (let round = 0; round < Number(process.argv[2] ?? 5); round += 1)
  rounds.push(await measure(image));
for (const what of Object.keys(rounds[0] ?? {})) {
  const values = rounds.map((round) => round[what] ?? Number.NaN);
  const all = values.map((ms) => (ms / 1_000).toFixed(2)).join(' ');
  console.log(`${what.padEnd(24)}${(medianOf(values) / 1_000).toFixed(2)} s   (${all})`);
}
process.exit();
