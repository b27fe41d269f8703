import type { Procedure, ProcedureContext } from '../../../../harness/core/target.ts';
import { askCluster } from './steps.ts';

/** Sets the availability of the selected nodes: `drain` takes every task away, `active` lets them come again. */
export const setAvailability = (availability: 'active' | 'drain') =>
  function* (context: ProcedureContext): Procedure {
    for (const name of context.selected) {
      yield* askCluster(context, 'node.update', {
        args: { name, availability },
        before: ['node.inspect', { name }],
      });
    }
  };
