import type { NodeName } from '../../../../harness/core/cluster.ts';
import type { Procedure, ProcedureContext } from '../../../../harness/core/target.ts';
import type { InfoShown } from '../../../../models/swarm-answers.ts';
import { knownUnlockKeys } from '../unlock-keys.ts';
import { askCluster, call, until, type Part } from './steps.ts';

/** At 50 ms a try, until a freshly started node answers at all. */
const answerTriesMax = 100;

/** What the node says of itself, once it says anything. */
export function* stateOf(node: NodeName): Part<string | undefined> {
  const { last } = yield* until(
    () => call(node, 'info'),
    ({ outcome }) => outcome === 'ok',
    answerTriesMax,
  );
  return (last.output.info as InfoShown | undefined)?.state;
}

/** Tries the known keys, the newest first: a manager that was down during a rotation needs an older one. */
export function* unlock(node: NodeName, context: ProcedureContext): Part<boolean> {
  for (let round = 0; round < unlockRoundsMax; round += 1) {
    for (let key = knownUnlockKeys(context.memory) - 1; key >= 0; key -= 1) {
      const { outcome } = yield* call(node, 'swarm.unlock', { key });
      if (outcome === 'ok') return true;
      if (outcome === 'unknown') break;
    }
    const state = yield* stateOf(node);
    if (state !== 'locked') return state === 'active';
    // A rotation whose answer got lost may have made a key that nobody here knows yet.
    yield* askCluster(context, 'swarm.unlockkey');
  }
  return false;
}

const unlockRoundsMax = 10;

/** What an operator does after a restart: looks, and unlocks what is locked. */
export function* revive(context: ProcedureContext): Procedure {
  for (const node of context.selected) {
    if ((yield* stateOf(node)) === 'locked') yield* unlock(node, context);
  }
}
