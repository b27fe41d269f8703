import type { Json, JsonObject } from '../core/json.ts';
import type { Ms, NodeName } from '../core/cluster.ts';
import type { Operation, Outcome } from '../core/history.ts';

export type OperationPhase = Operation['phase'];

export type Invocation = {
  readonly process: number;
  readonly client: number | undefined;
  readonly node: NodeName;
  readonly operation: string;
  readonly args: JsonObject;
  readonly input: Json;
  readonly phase: OperationPhase;
};

/** The operations as they are asked and answered; one that never ended stays `unknown`. */
export type Recorder = {
  invoked(invocation: Invocation, at: Ms): number;
  ended(
    id: number,
    end: { readonly outcome: Outcome; readonly output: Json | undefined },
    at: Ms,
  ): void;
  readonly operations: readonly Operation[];
  /** How often an operation of that name was invoked. */
  count(operation: string): number;
};

export const createRecorder = (): Recorder => {
  const operations: Operation[] = [];
  const counts = new Map<string, number>();
  return {
    operations,
    invoked(invocation, at) {
      const id = operations.length;
      operations.push({
        id,
        ...invocation,
        invokedAt: at,
        endedAt: undefined,
        outcome: 'unknown',
        output: undefined,
      });
      counts.set(invocation.operation, (counts.get(invocation.operation) ?? 0) + 1);
      return id;
    },
    ended(id, { outcome, output }, at) {
      const open = operations[id];
      if (open === undefined) throw new Error(`no operation ${id} was invoked`);
      operations[id] = { ...open, endedAt: at, outcome, output };
    },
    count: (operation) => counts.get(operation) ?? 0,
  };
};
