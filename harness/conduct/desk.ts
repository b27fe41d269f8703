import type { Command, Happening } from '../core/backend.ts';
import type { JsonObject } from '../core/json.ts';
import type { Ms, NodeName } from '../core/cluster.ts';
import type { Json } from '../core/json.ts';
import type { Outcome } from '../core/history.ts';
import type { Memory, OperationKind, Target } from '../core/target.ts';
import type { OperationPhase, Recorder } from './recorder.ts';

type Answered = Extract<Happening, { readonly id: number }>;
type Continuation = (happening: Answered, at: Ms) => void;

/** Hands commands to the world and each answer back to whoever asked. */
export type Desk = {
  readonly now: Ms;
  issue(command: Unnumbered, then: Continuation): number;
  /** A command that begins under a number and is ended under the same one. */
  end(id: number, then: Continuation): void;
  answered(happening: Answered, at: Ms): void;
  /** Calls an operation of the target and records it. `false`: it could not be asked (its memory lacks something). */
  call(call: Call, then: (end: CallEnd) => void): boolean;
  /** The commands since the last time. */
  drain(): readonly Command[];
  tick(at: Ms): void;
};

type Unnumbered =
  | { readonly type: 'start' | 'kill'; readonly node: NodeName }
  | Omit<Extract<Command, { readonly type: 'begin' }>, 'id'>
  | Omit<Extract<Command, { readonly type: 'scan' }>, 'id'>
  | Omit<Extract<Command, { readonly type: 'read-file' }>, 'id'>
  | Omit<Extract<Command, { readonly type: 'call' }>, 'id'>;

export type Call = {
  readonly process: number;
  readonly client: number | undefined;
  readonly node: NodeName;
  readonly operation: string;
  readonly args: JsonObject;
  readonly memory: Memory;
  readonly phase: OperationPhase;
};
export type CallEnd = { readonly outcome: Outcome; readonly output: Json | undefined };

const none: readonly Command[] = [];

export const createDesk = (
  target: Target,
  { recorder, callTimeoutMs }: { readonly recorder: Recorder; readonly callTimeoutMs: Ms },
): Desk => {
  const kinds = new Map<string, OperationKind>(target.operations.map((kind) => [kind.name, kind]));
  const waiting = new Map<number, Continuation>();
  let commands: Command[] = [];
  let numbers = 0;
  let now = 0;

  const issue: Desk['issue'] = (command, then) => {
    const id = numbers;
    numbers += 1;
    waiting.set(id, then);
    commands.push({ ...command, id });
    return id;
  };

  return {
    get now() {
      return now;
    },
    tick(at) {
      now = at;
    },
    issue,
    end(id, then) {
      waiting.set(id, then);
      commands.push({ type: 'end', id });
    },
    answered(happening, at) {
      const then = waiting.get(happening.id);
      waiting.delete(happening.id);
      then?.(happening, at);
    },
    call({ process, client, node, operation: name, args, memory, phase }, then) {
      const kind = kinds.get(name);
      if (kind === undefined) {
        throw new Error(
          `target ${target.name} has no operation ${name}; it has ${[...kinds.keys()].join(', ')}`,
        );
      }
      const request = kind.request(args, memory);
      if (request === undefined) return false;
      const operation = recorder.invoked(
        {
          process,
          client,
          node,
          operation: name,
          effect: kind.effect,
          intent: kind.intent?.(args, request, memory),
          args,
          input: kind.shown === undefined ? request : kind.shown(request),
          phase,
        },
        now,
      );
      issue({ type: 'call', node, request, timeoutMs: callTimeoutMs }, (happening, at) => {
        if (happening.type !== 'called') return;
        const end = kind.read(args, request, happening.result, memory);
        recorder.ended(operation, end, at);
        then(end);
      });
      return true;
    },
    drain() {
      if (commands.length === 0) return none;
      const drained = commands;
      commands = [];
      return drained;
    },
  };
};
