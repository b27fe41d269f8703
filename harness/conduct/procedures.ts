import type { FolderScan } from '../core/history.ts';
import type { Memory, Procedure, ProcedureResult, ProcedureStep } from '../core/target.ts';
import { messageOf } from '../core/thrown.ts';
import { unreachable } from '../core/unreachable.ts';
import type { Desk } from './desk.ts';
import type { OperationPhase } from './recorder.ts';
import type { Timeline } from './timeline.ts';

export type ProcedureWorld = {
  readonly desk: Desk;
  readonly timeline: Timeline;
  readonly memory: Memory;
  phase(): OperationPhase;
  /** A process number of its own for each procedure. */
  newProcess(): number;
  scanned(scan: FolderScan): void;
};

const done: ProcedureResult = { step: 'done' };

/** Drives a procedure to its end, or until `stopped()`; `then` is called once, with what broke it if something did. */
export const runProcedure = (
  procedure: Procedure,
  world: ProcedureWorld,
  { stopped, then }: { stopped(): boolean; then(problem: string | undefined): void },
): void => {
  const process = world.newProcess();

  const advance = (result: ProcedureResult | undefined): void => {
    if (stopped()) {
      then('its time was up');
      return;
    }
    let step: IteratorResult<ProcedureStep, void>;
    try {
      step = result === undefined ? procedure.next(done) : procedure.next(result);
    } catch (error) {
      then(messageOf(error));
      return;
    }
    if (step.done === true) then(undefined);
    else carryOut(step.value);
  };

  const carryOut = (step: ProcedureStep): void => {
    const { desk, timeline } = world;
    switch (step.step) {
      case 'call': {
        const { node, operation, args } = step;
        const phase = world.phase();
        const call = {
          process,
          client: undefined,
          node,
          operation,
          args,
          memory: world.memory,
          phase,
        };
        const asked = desk.call(call, (end) => {
          advance({ step: 'call', outcome: end.outcome, output: end.output });
        });
        if (!asked) advance({ step: 'call', outcome: 'rejected', output: undefined });
        return;
      }
      case 'wait':
        timeline.at(desk.now + step.ms, () => {
          advance(done);
        });
        return;
      case 'kill':
        desk.issue({ type: 'kill', node: step.node }, () => {
          advance(done);
        });
        return;
      case 'start':
        desk.issue({ type: 'start', node: step.node }, () => {
          advance(done);
        });
        return;
      case 'scan': {
        const { node, autolock, canaries, exposed, sealed, unreadable } = step;
        desk.issue({ type: 'scan', node, autolock, canaries }, (happening) => {
          if (happening.type === 'scanned')
            world.scanned({
              ...happening.scan,
              ...(exposed && { exposed }),
              ...(sealed !== undefined && { sealed }),
              ...(unreadable && { unreadable }),
            });
          advance(done);
        });
        return;
      }
      case 'read-file': {
        const { node, file } = step;
        desk.issue({ type: 'read-file', node, file }, (happening) => {
          const bytes = happening.type === 'file-read' ? happening.bytes : undefined;
          advance({ step: 'file', bytes });
        });
        return;
      }
      default:
        unreachable(step);
    }
  };

  advance(undefined);
};
