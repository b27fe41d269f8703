/** The main job: the simulator for a while, then real processes, then containers. */
import { LiveFailure } from '../../backends/live/failure.ts';
import type { BackendName } from '../../core/run.ts';
import { asCalledHere } from '../exit.ts';
import { atLeastOne } from './chosen.ts';
import { summed, type WorldResult } from './world-result.ts';
import { dockerMissing, runLiveBackend, runSim, triedOn, type WorldPlan } from './worlds.ts';

/** The simulator's share of the main job. */
const simShareMs = 15_000;
/** In each live world every scenario once, with 3 and with 5 managers in turn. */
const inTurn = (
  scenarios: WorldPlan['scenarios'],
  managers: number | undefined,
): WorldPlan['scenarios'] => {
  if (managers !== undefined) return scenarios;
  const half = scenarios.length / 2;
  const chosen = scenarios
    .slice(0, half)
    .map((small, place) => (place % 2 === 0 ? small : scenarios[half + place]));
  // 3 managers first, then 5.
  const ordered = [
    ...chosen.filter((_, place) => place % 2 === 0),
    ...chosen.filter((_, place) => place % 2 === 1),
  ];
  return atLeastOne(ordered.filter((scenario) => scenario !== undefined));
};

const mostReal = ['docker', 'process'] as const;

/** The simulator for a while, then real processes, then containers where an engine answers. */
export const runMainJob = async (
  plan: WorldPlan,
  managers: number | undefined,
): Promise<readonly WorldResult[]> => {
  const { entry, io, registry } = plan;
  const worlds: WorldResult[] = [];
  if (entry.sim !== undefined) {
    const forMs = plan.forMs ?? (plan.runs === undefined ? simShareMs : undefined);
    worlds.push(await runSim({ ...plan, forMs }));
    io.settle();
  }
  const live = {
    ...plan,
    scenarios: inTurn(plan.scenarios, managers),
    runs: undefined,
    forMs: undefined,
  };
  const playOn = (backend: 'process' | 'docker'): Promise<WorldResult> =>
    unlessItFails(
      backend,
      () => runLiveBackend({ ...live, before: summed(worlds) }, backend),
      plan,
    );
  const over = (): boolean =>
    io.signal.aborted || (plan.bail && worlds.some(({ broken }) => broken.length > 0));
  if (entry.process !== undefined && !over()) {
    worlds.push(await playOn('process'));
    io.settle();
  }
  if (entry.docker !== undefined && !over()) {
    const missing = await dockerMissing();
    if (missing === undefined) {
      worlds.push(await playOn('docker'));
    } else
      worlds.push(
        notRun(
          'docker',
          `no Docker engine answers; \`${registry.invocation} doctor\` says how to get one`,
        ),
      );
  }
  // A simulated failure is tried in the most real world that could be had.
  const real = mostReal.find((backend) =>
    worlds.some(({ tally }) => tally.backend === backend && tally.runs > 0),
  );
  const [simulated, ...others] = worlds;
  if (real === undefined || simulated?.tally.backend !== 'sim') return worlds;
  return [await triedOn(real, simulated, live), ...others];
};

/** What other worlds have found is not lost because one of them could not be had; the exit code tells of it. */
const unlessItFails = async (
  backend: BackendName,
  world: () => Promise<WorldResult>,
  { io, registry }: Pick<WorldPlan, 'io' | 'registry'>,
): Promise<WorldResult> => {
  try {
    return await world();
  } catch (error) {
    if (io.signal.aborted) return { ...notRun(backend, 'interrupted'), interrupted: true };
    if (!(error instanceof LiveFailure)) throw error;
    io.settle();
    io.err(`${io.colors.red('error')}: ${asCalledHere(error.message, registry)}`);
    return { ...notRun(backend, `could not be run: ${error.place}`), failed: true };
  }
};

const notRun = (backend: BackendName, note: string): WorldResult => ({
  tally: { backend, runs: 0, simulatedMs: 0, wallMs: 0, faults: 0, faultsBit: 0, note },
  properties: [],
  broken: [],
  digest: '',
  shown: [],
  interrupted: false,
});
