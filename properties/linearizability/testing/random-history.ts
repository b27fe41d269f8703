import type { Operation } from '../../../models/index.ts';
import type { Kind } from './kinds.ts';
import type { Random } from './random.ts';

export type Shape = {
  readonly operations: number;
  readonly processes: number;
  /** The share of operations that end unknown, and of those that are rejected. */
  readonly unknown: number;
  readonly rejected: number;
  /** The chance that the history is changed until it is wrong, or thirty changes did not make it so. */
  readonly wrong: number;
};

type Open = Operation & { effectIn: number; returnIn: number; output?: unknown };

/**
 * A history that an object answered, which lets every operation take effect at one instant; then,
 * perhaps, changed until it is wrong. One change rarely makes a history wrong, so each is judged.
 * @param isRight an independent judge; what it says is not part of what is returned
 */
export function randomHistory(
  kind: Kind,
  { shape, random }: { readonly shape: Shape; readonly random: Random },
  isRight: (history: readonly Operation[]) => boolean,
): Operation[] {
  const history = answered(kind, shape, random);
  if (!random.chance(shape.wrong)) return history;
  for (let changes = 0; changes < 30 && isRight(history); changes++) corrupt(kind, history, random);
  return history;
}

/** Goes through time step by step: operations start, take effect at some step, and return at a later one. */
function answered({ model, input, whole }: Kind, shape: Shape, random: Random): Operation[] {
  let counted = 0;
  const states = new Map<unknown, unknown>();
  const history: Operation[] = [];
  const open: Open[] = [];
  let time = 0;
  let process = shape.processes;
  const free = Array.from({ length: shape.processes }, (_, at) => at);
  const start = () => {
    const outcome = random.chance(shape.unknown)
      ? 'unknown'
      : random.chance(shape.rejected)
        ? 'rejected'
        : 'ok';
    const operation = {
      process: free.splice(random.below(free.length), 1)[0]!,
      input: input(random, () => ++counted),
      outcome,
      invoked: time++,
      returned: Infinity,
    } as const;
    const never = outcome === 'rejected' || (outcome === 'unknown' && random.chance(0.4));
    open.push({
      ...operation,
      effectIn: never ? Infinity : random.below(4),
      returnIn: random.below(8),
    });
    history.push(operation);
  };
  const step = (operation: Open) => {
    const object = whole === true ? undefined : model.partition?.(operation.input);
    const state = states.has(object) ? states.get(object) : model.init;
    if (operation.effectIn-- === 0) {
      const answers =
        operation.outcome === 'ok' ? (model.answers?.(state, operation.input) ?? []) : [];
      const output = answers.length === 0 ? undefined : random.pick(answers);
      const next = model.step(state, operation.input, output);
      if (next.length === 0) {
        // Not possible now, as acquiring a held lock: it waits, or never ends.
        operation.effectIn = random.below(3);
        return;
      }
      states.set(object, random.pick(next));
      operation.output = random.chance(0.95) ? output : undefined;
      operation.effectIn = Infinity;
      operation.returnIn = Math.min(operation.returnIn, random.below(3));
      Object.assign(operation, { done: true });
    }
  };
  for (
    let idle = 0;
    (history.length < shape.operations || open.length > 0) && idle < 40 * shape.operations;
    idle++
  ) {
    if (history.length < shape.operations && free.length > 0 && random.chance(0.6)) start();
    const operation = open.length > 0 ? random.pick(open) : undefined;
    if (operation === undefined) continue;
    step(operation);
    const done = 'done' in operation || operation.outcome !== 'ok';
    if (!done || operation.returnIn-- > 0) continue;
    open.splice(open.indexOf(operation), 1);
    end(history, operation, time++);
    free.push(operation.outcome === 'unknown' ? process++ : (operation.process as number));
    // An unknown operation's client has gone on; its effect may come much later.
    if (operation.outcome === 'unknown' && operation.effectIn !== Infinity) {
      open.push({ ...operation, effectIn: random.below(6), returnIn: Infinity });
      free.pop();
      free.push(process++);
    }
  }
  return history.map((operation) =>
    operation.outcome === 'ok' && operation.returned === Infinity
      ? { ...operation, outcome: 'unknown' }
      : operation,
  );
}

function end(history: Operation[], operation: Open, time: number): void {
  const at = history.findIndex(({ invoked }) => invoked === operation.invoked);
  const { process, input, output, outcome, invoked } = operation;
  history[at] = {
    process,
    input,
    outcome,
    invoked,
    ...(outcome === 'ok' ? { returned: time, output } : {}),
  };
}

function corrupt({ model, input }: Kind, history: Operation[], random: Random): void {
  const at = random.below(history.length);
  const operation = history[at];
  if (operation === undefined) return;
  const { invoked, returned } = operation;
  switch (random.below(operation.outcome === 'ok' ? 6 : 2)) {
    case 0:
      history[at] = {
        ...operation,
        input: input(random, () => random.below(8)),
        output: undefined,
      };
      return;
    case 1:
      history[at] = {
        ...operation,
        outcome: random.pick(['ok', 'rejected', 'unknown']),
        returned: returned ?? invoked + 3,
      };
      return;
    case 2: {
      const move = random.below(12) - 6;
      const moved = Math.max(0, invoked + move);
      history[at] = {
        ...operation,
        invoked: moved,
        returned: Math.max(moved, (returned ?? invoked) + move),
      };
      return;
    }
    default: {
      // What it might have been answered in another state, or what another one was answered.
      const other = random.pick(history);
      const seen = model.answers?.(someState(model, history, random), operation.input) ?? [];
      const output = seen.length > 0 && random.chance(0.8) ? random.pick(seen) : other.output;
      history[at] = { ...operation, output };
    }
  }
}

function someState(model: Kind['model'], history: readonly Operation[], random: Random): unknown {
  let state = model.init;
  for (let steps = random.below(4); steps > 0; steps--) {
    state = model.step(state, random.pick(history).input, undefined)[0] ?? state;
  }
  return state;
}
