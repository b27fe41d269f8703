import { createConductor, type Conducting } from '../../../../conduct/conductor.ts';
import { defaultLimits } from '../../../../conduct/plan.ts';
import type { Ms } from '../../../../core/cluster.ts';
import type { Scenario } from '../../../../core/scenario.ts';
import type { Schedule } from '../../../../core/schedule.ts';
import type { Procedure, Target } from '../../../../core/target.ts';
import { chatterTarget } from './target.ts';

export const chatterShape = { managers: 3, workers: 0 };

/** The chattering nodes as a whole target: `name` asks one who it is. */
export const chatterSystem: Target = {
  name: chatterTarget.name,
  title: 'nodes that say numbers to each other',
  nodes: (of) => chatterTarget.nodes(of),
  talks: (from, to) => chatterTarget.talks(from, to),
  operations: [
    {
      name: 'name',
      effect: 'read',
      request: () => ({ ask: 'name' }),
      read: (_args, _request, result) =>
        'failed' in result
          ? { outcome: result.sent ? 'unknown' : 'rejected', output: result.failed }
          : { outcome: 'ok', output: result.response },
    },
  ],
  bounds: { electionTimeoutMsMax: 100, leaderReturnsMs: 100, convergeMs: 100, unlockMs: 100 },
  *form(context): Procedure {
    for (const { name } of context.nodes)
      yield { step: 'call', node: name, operation: 'name', args: {} };
  },
  *revive(): Procedure {
    // It comes back by itself.
  },
  procedures: {},
  *finish(context): Procedure {
    for (const { name } of context.nodes)
      yield { step: 'call', node: name, operation: 'name', args: {} };
  },
  workload: [],
};

export const chatterScenario = (injectMs: Ms): Scenario => ({
  name: 'chatter',
  title: 'chatter',
  target: chatterSystem.name,
  shape: chatterShape,
  workload: { clients: 1, perSecond: 1 },
  faults: [],
  injectMs,
  settleMs: 200,
  settings: {},
  properties: [],
});

/** A conductor that plays a schedule on the chattering nodes. */
export const conductingChatter = (
  schedule: Schedule,
  { backend, injectMs }: { readonly backend: 'process' | 'docker'; readonly injectMs: Ms },
): Conducting =>
  createConductor({
    target: chatterSystem,
    scenario: chatterScenario(injectMs),
    schedule,
    backend,
    limits: defaultLimits,
  });
