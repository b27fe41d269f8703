import { checkAnswer, checkFinish, checkSays } from './check-answer.ts';
import type { Node, NodeName, Shape } from './core/cluster.ts';
import type { Observation, Outcome, Sighting, Bounds, Effect, Intent } from './core/history.ts';
import type { Json, JsonObject } from './core/json.ts';
import { messageOf } from './core/thrown.ts';
import { UsageError } from './core/usage-error.ts';
import type { System } from './library/system.ts';
import { notJudgedBy, type SaidKind } from './tellable.ts';
import type { CallResult, OperationKind, Procedure, Reading, Target } from './core/target.ts';
import {
  clientPort,
  type Address,
  type Addresses,
  type LiveTarget,
  type NodePlace,
  type Said,
} from './backends/live/target.ts';

/** How one call of an operation ended, in the words of a history. Throwing means that the answer never came. */
export type Answer = {
  /** `rejected` only where it surely did not happen. */
  readonly outcome: Outcome;
  /** Shown in reports. */
  readonly output?: Json;
  /** What the answer shows of objects: needed by properties about lost writes and stale reads. */
  readonly seen?: readonly Sighting[];
  /**
   * `false` for a refusal that rests on nothing replicated, such as "I am no leader". `true` only for one that says that the act's need was
   * not met: see `Intent`. Default: `outcome` is `ok`.
   */
  readonly decided?: boolean;
};

export type OperationSpec = {
  readonly effect: Effect;
  /** What it means for one object. */
  intent?(args: JsonObject): Intent;
  /** Asks the node at `endpoint` (`127.0.0.1:PORT`). A refused connection is told apart from a broken one by its error code. */
  call(endpoint: Address, args: JsonObject, signal: AbortSignal): Promise<Answer>;
  /** Arguments for the default workload, from a drawn integer and a number no other operation of the run has. */
  draw?(draw: number, ordinal: number): JsonObject;
  /** How often the default workload asks it; 1 unless given. */
  readonly weight?: number;
};

export type TargetSpec = {
  readonly name: string;
  readonly title?: string;
  /** Their names; all are managers, in the words of faults. Or a function of the shape that a scenario asks for. */
  readonly nodes: readonly NodeName[] | ((shape: Shape) => readonly NodeName[]);
  /** Ports besides `client`, most often one: `peer`. */
  readonly ports?: readonly string[];
  /** A command that runs a node on this machine. The harness picks free ports and says them through `env`. */
  readonly process?: { readonly command: readonly [file: string, ...args: readonly string[]] };
  /** An image that runs a node in a container, and the ports it listens on there. */
  readonly docker?: {
    readonly image: string;
    readonly ports: Readonly<Record<string, number>>;
    readonly dataFolder?: string;
    readonly command?: readonly string[];
  };
  /** What each node is told: where to listen, and where it reaches each peer, which is the address of its own link. */
  env(place: NodePlace): Readonly<Record<string, string>>;
  /** Resolves once the node answers clients. */
  ready(endpoint: Address, signal: AbortSignal): Promise<void>;
  readonly operations: Readonly<Record<string, OperationSpec>>;
  /** Reads what a node says of itself from a line of its log. Without it, roles such as `leader` are never known. */
  observe?(line: string): Said | undefined;
  /**
   * The kinds of what `observe` reads, such as `['role']`: guarantees that need to hear more are not asked for. Left out: all of them are,
   * and those that nodes say too little for end as unknown.
   */
  readonly says?: readonly SaidKind[];
  /** `own`: nodes answer each other on connections that they dial themselves. Default `same`. */
  readonly answers?: LiveTarget['answers'];
  readonly bounds?: Partial<Bounds>;
  /** Operations of the final reads, asked of every node. */
  readonly finish?: readonly { readonly operation: string; readonly args: JsonObject }[];
  /** Deeds of its own that scenarios may do to it by name, `{ at: 1s, procedure: step-down, on: leader }`, by its own operations. */
  readonly procedures?: Target['procedures'];
  /** What arguments they take; without it none is checked. */
  readonly procedureArguments?: NonNullable<Target['procedureArguments']>;
  /** What random schedules do to it beside cuts, kills and pauses: mostly its procedures. */
  readonly ownFaults?: NonNullable<Target['ownFaults']>;
};

export type DefinedTarget = {
  readonly target: Target;
  readonly live: LiveTarget;
  /** The system in one shape, for `run`, `schedules` and `start`. */
  system(shape?: Partial<Shape>): System;
};

const bounds: Bounds = {
  electionTimeoutMsMax: 1_000,
  leaderReturnsMs: 5_000,
  convergeMs: 1_000,
  unlockMs: 5_000,
};

/** A system of one's own, run by the same scenarios and judged by the same properties as any other. */
export const defineTarget = (spec: TargetSpec): DefinedTarget => {
  const ports = [clientPort, ...(spec.ports ?? ['peer'])];
  const nodes = (shape: Shape): readonly Node[] => {
    const names = typeof spec.nodes === 'function' ? spec.nodes(shape) : spec.nodes;
    return names.map((name) => ({ name, role: 'manager' }));
  };
  const talks = (from: Node, to: Node): boolean => from.name !== to.name;
  const names = Object.keys(spec.operations);
  const operationOf = (name: string): OperationSpec => {
    const operation = spec.operations[name];
    if (operation === undefined) {
      throw new RangeError(
        `target ${spec.name} has no operation "${name}"; it has ${names.join(', ')}`,
      );
    }
    return operation;
  };

  checkFinish(spec.finish ?? [], { name: spec.name, operations: names });
  checkSays(spec.says ?? [], spec.name);

  const target: Target = {
    name: spec.name,
    title: spec.title ?? spec.name,
    nodes,
    talks,
    operations: names.map((name) => kindOf(name, operationOf(name))),
    bounds: { ...bounds, ...spec.bounds },
    *form(): Procedure {
      // A system of one's own forms by itself: `ready` has waited for it.
    },
    *revive(): Procedure {
      // Nothing to do after a restart.
    },
    procedures: spec.procedures ?? {},
    ...(spec.procedureArguments === undefined
      ? {}
      : { procedureArguments: spec.procedureArguments }),
    ...(spec.ownFaults === undefined ? {} : { ownFaults: spec.ownFaults }),
    notJudgedBy: notJudgedBy(spec.observe === undefined ? [] : spec.says),
    *finish(context): Procedure {
      for (const { operation, args } of spec.finish ?? []) {
        for (const node of context.managers()) yield { step: 'call', node, operation, args };
      }
    },
    workload: names.flatMap((name) => {
      const { draw, weight = 1 } = operationOf(name);
      return draw === undefined ? [] : [{ operation: name, weight, args: draw }];
    }),
  };

  const live: LiveTarget = {
    name: spec.name,
    nodes,
    talks,
    ports,
    answers: spec.answers ?? 'same',
    ...(spec.process === undefined ? {} : { process: processOf(spec, spec.process.command) }),
    ...(spec.docker === undefined ? {} : { container: containerOf(spec, spec.docker) }),
    ready: spec.ready,
    observe: spec.observe ?? (() => undefined),
    async perform(endpoint, request, timeoutMs) {
      const { operation, args } = request as {
        readonly operation: string;
        readonly args: JsonObject;
      };
      const where = `target ${spec.name}, operation ${operation}`;
      return await answered(
        async (signal) => {
          const answer: unknown = await operationOf(operation).call(endpoint, args, signal);
          checkAnswer(answer, where);
          return answer;
        },
        { where, timeoutMs },
      );
    },
  };
  return {
    target,
    live,
    system: ({ managers = 3, workers = 0 } = {}) => ({
      target,
      shape: { managers, workers },
      ...(live.process === undefined ? {} : { process: () => live }),
      ...(live.container === undefined ? {} : { docker: () => Promise.resolve(live) }),
    }),
  };
};

const kindOf = (name: string, { effect, intent }: OperationSpec): OperationKind => ({
  name,
  effect,
  request: (args) => ({ operation: name, args }),
  ...(intent === undefined ? {} : { intent: (args: JsonObject) => intent(args) }),
  read: (_args, _request, result) => readingOf(result),
});

const readingOf = (result: CallResult): Reading => {
  if ('failed' in result) {
    return { outcome: result.sent ? 'unknown' : 'rejected', output: result.failed };
  }
  const answer = result.response as unknown as Answer;
  return {
    outcome: answer.outcome,
    output: answer.output,
    decided: answer.decided ?? answer.outcome === 'ok',
    ...(answer.seen === undefined ? {} : { seen: answer.seen }),
  };
};

const processOf = (
  spec: TargetSpec,
  [file, ...args]: readonly [string, ...string[]],
): NonNullable<LiveTarget['process']> => ({
  ports: 'assigned',
  command: (place) => ({ file, args, env: spec.env(place) }),
});

const containerOf = (
  spec: TargetSpec,
  docker: NonNullable<TargetSpec['docker']>,
): NonNullable<LiveTarget['container']> => {
  const { command } = docker;
  return {
    image: docker.image,
    ports: docker.ports,
    dataFolder: docker.dataFolder ?? '/data',
    env: (place) => spec.env(place),
    ...(command === undefined ? {} : { command: () => command }),
  };
};

/** Nothing left the client: the operation surely did not happen. */
const neverSent: readonly string[] = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH'];

/** The codes of an error and of whatever caused it: `fetch` hides them one level down. */
const codesOf = (error: unknown): readonly string[] => {
  const codes: string[] = [];
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ('code' in at && typeof at.code === 'string') codes.push(at.code);
    if (at instanceof AggregateError) codes.push(...at.errors.flatMap(codesOf));
  }
  return codes;
};

/** What a program throws that is wrong itself. */
const mistakes = [TypeError, ReferenceError, RangeError, SyntaxError] as const;

/**
 * `fetch` throws a TypeError with a cause where the network failed, and a body that is no JSON is an answer that cannot be read: both say
 * something of the node. Anything else of these kinds says something of `call`.
 */
const isMistake = (error: unknown): error is Error =>
  mistakes.some(
    (kind) => error instanceof kind || (error as Error | undefined)?.name === kind.name,
  ) &&
  codesOf(error).length === 0 &&
  (error as Error).cause === undefined &&
  !/fetch failed|terminated|JSON/.test((error as Error).message);

/** The first line of a stack outside of Node's own files. */
const placeOf = ({ stack = '' }: Error): string =>
  stack
    .split('\n')
    .find((line) => line.startsWith('    at ') && !line.includes('node:'))
    ?.trim() ?? '';

const answered = async (
  ask: (signal: AbortSignal) => Promise<Answer>,
  { where, timeoutMs }: { readonly where: string; readonly timeoutMs: number },
): Promise<CallResult> => {
  try {
    return { response: (await ask(AbortSignal.timeout(timeoutMs))) as unknown as Json };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    if (isMistake(error)) {
      throw new UsageError(
        `${where}: its call threw ${error.name}: ${error.message} ${placeOf(error)}`,
        {
          cause: error,
        },
      );
    }
    const text = messageOf(error);
    const codes = codesOf(error);
    return {
      failed: [text, ...codes].join(' '),
      sent: !codes.some((code) => neverSent.includes(code)),
    };
  }
};

/** Observations from JSON log lines; whatever is no JSON object, or of which `read` makes nothing, is passed over. What `read` throws ends the run. */
export const fromLogLines =
  (read: (line: JsonObject) => Said | undefined) =>
  (line: string): Said | undefined => {
    const object = line.startsWith('{') ? parsed(line) : undefined;
    return object === undefined ? undefined : read(object);
  };

const parsed = (line: string): JsonObject | undefined => {
  try {
    return JSON.parse(line) as JsonObject;
  } catch {
    return undefined;
  }
};

export type { Addresses, NodePlace, Observation, Said };
