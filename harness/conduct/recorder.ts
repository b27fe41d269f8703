import type { Ms } from '../core/cluster.ts';
import type { Operation, Sighting } from '../core/history.ts';
import type { Reading } from '../core/target.ts';

export type OperationPhase = Operation['phase'];

export type Invocation = Pick<
  Operation,
  'process' | 'client' | 'node' | 'operation' | 'effect' | 'intent' | 'args' | 'input' | 'phase'
>;

/** The operations as they are asked and answered; one that never ended stays `unknown`. */
export type Recorder = {
  invoked(invocation: Invocation, at: Ms): number;
  ended(id: number, reading: Reading, at: Ms): void;
  readonly operations: readonly Operation[];
  /** When a client was last told that a write of the healed tail is done. */
  readonly writtenInTailAt: Ms | undefined;
  /** How often an operation of that name was invoked. */
  count(operation: string): number;
  /** How many writes clients asked for, and how many of them they were told are done. */
  readonly writes: { readonly asked: number; readonly acknowledged: number };
};

const none: readonly Sighting[] = [];

/** A record while its operation is under way. */
type Growing = { -readonly [K in keyof Operation]: Operation[K] };

export const createRecorder = (): Recorder => {
  const operations: Growing[] = [];
  const counts = new Map<string, number>();
  const writes = { asked: 0, acknowledged: 0 };
  let writtenInTailAt: Ms | undefined;
  return {
    operations,
    writes,
    get writtenInTailAt() {
      return writtenInTailAt;
    },
    invoked(invocation, at) {
      const id = operations.length;
      const { process, client, node, operation, effect, intent, args, input, phase } = invocation;
      operations.push({
        id,
        process,
        client,
        node,
        operation,
        effect,
        intent,
        args,
        input,
        phase,
        invokedAt: at,
        endedAt: undefined,
        outcome: 'unknown',
        decided: false,
        seen: none,
        complete: false,
        output: undefined,
      });
      counts.set(operation, (counts.get(operation) ?? 0) + 1);
      if (client !== undefined && effect === 'write') writes.asked += 1;
      return id;
    },
    ended(id, reading, at) {
      const open = operations[id];
      if (open === undefined) throw new Error(`no operation ${id} was invoked`);
      const { outcome } = reading;
      open.endedAt = at;
      open.outcome = outcome;
      open.output = reading.output;
      open.decided = reading.decided ?? false;
      open.seen = reading.seen ?? none;
      open.complete = reading.complete ?? false;
      const { client, effect, phase } = open;
      if (client === undefined || effect !== 'write' || outcome !== 'ok') return;
      writes.acknowledged += 1;
      if (phase === 'settle') writtenInTailAt = at;
    },
    count: (operation) => counts.get(operation) ?? 0,
  };
};
