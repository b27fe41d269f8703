import type { Procedure, ProcedureContext } from '../../../../harness/core/target.ts';
import { shortLivedKey } from '../names.ts';
import { call, whyNot } from './steps.ts';

const counted = 'short-lived services';

/**
 * A service whose tasks end by themselves, after `endsAfterMs` (500), in failure where `fails`, on `replicas` (1) places: each of
 * them has to be started again and again. It is asked for once: a second try could not be told from the first.
 */
export function* deployShortLived({ leader, managers, memory, args }: ProcedureContext): Procedure {
  const manager = leader() ?? managers()[0];
  if (manager === undefined) throw new Error('no manager ran to ask');
  const number = Number(memory.get(counted) ?? 0) + 1;
  memory.set(counted, number);
  const key = shortLivedKey(number);
  const { endsAfterMs = 500, fails = false, replicas = 1 } = args;
  if (typeof endsAfterMs !== 'number' || typeof replicas !== 'number' || typeof fails !== 'boolean')
    throw new Error(
      `short-lived takes { endsAfterMs: 500, fails: true, replicas: 2 }, not ${JSON.stringify(args)}`,
    );
  const service = { key, value: key, replicas, endsAfterMs, fails };
  const asked = yield* call(manager, 'service.create', service);
  if (asked.outcome !== 'ok') throw new Error(whyNot(asked));
}
