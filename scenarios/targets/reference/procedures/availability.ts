import type { Procedure, ProcedureContext } from '../../../../harness/core/target.ts';
import { insist, onEach } from './steps.ts';

/** Sets the availability of the selected nodes: `drain` takes every task away, `active` lets them come again. */
export const setAvailability = (availability: 'active' | 'drain') =>
  function* (context: ProcedureContext): Procedure {
    yield* onEach(context.selected, function* (name) {
      yield* insist(context, 'node.update', {
        args: { name, availability },
        before: ['node.inspect', { name }],
      });
    });
  };
