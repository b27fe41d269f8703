import {
  casRegister,
  counter,
  keyed as keyedModel,
  kvAppend,
  multiRegister,
  mutex,
  queue,
  register,
  set,
  swarmServices,
  canonical,
  type AnyModel,
  type Key,
  type MultiRegisterStep,
} from '../../../models/index.ts';
import type { HistoryEvent, Value } from './event.ts';

/** How to read a history's values. */
export type Reading = {
  /** The initial value; undefined: the model's own, nil for registers. */
  readonly init?: Value | undefined;
  /** What a read of nil says: nothing, or that the value was nil. */
  readonly nil: 'unconstrained' | 'value';
  /** What a failed compare-and-set says: nothing, or that the value was another one. */
  readonly failedCas: 'dropped' | 'constrains';
  /** Whether values are `[key value]`. */
  readonly independent: boolean;
};

/** What a model's words in a history mean. A returned text is what is wrong with a value. */
export type Vocabulary = {
  readonly model: AnyModel;
  /** The words of `:f`. */
  readonly words: readonly string[];
  /** What was asked, by an invocation; undefined where the value has the wrong shape. */
  input(f: string, value: Value, key: Value | undefined): unknown;
  /** What was answered; {@link WRONG} where the value has the wrong shape. */
  output(f: string, value: Value, input: unknown): unknown;
  /** In words, for messages: what a value has to be. */
  readonly shapes: Readonly<Record<string, string>>;
};

/** An answer of the wrong shape. */
export const WRONG = Symbol('of the wrong shape');

/** The names that `--model` takes. `swarm-objects` are read from our own run files only. */
export const MODEL_NAMES = [
  'register',
  'cas-register',
  'multi-register',
  'mutex',
  'kv-append',
  'set',
  'counter',
  'queue',
  'swarm-objects',
] as const;

export type ModelName = (typeof MODEL_NAMES)[number];

/**
 * The vocabulary of a model; a text where the initial value does not fit it.
 * @param keyed whether calls may have a key, from the value or apart from it, and are about that key's object
 */
export function vocabularyOf(
  name: ModelName,
  reading: Reading,
  keyed: boolean,
): Vocabulary | string {
  const plain = plainVocabulary(name, reading);
  if (typeof plain === 'string' || !keyed) return plain;
  return plain.model.partition === undefined || name === 'set' ? perKey(plain, reading) : plain;
}

function perKey(plain: Vocabulary, { independent }: Reading): Vocabulary {
  return {
    ...plain,
    model: keyedModel(plain.model),
    input(f, value, key) {
      const [object, rest] = independent ? keyAndValue(value) : [key ?? null, value];
      if (object === undefined) return undefined;
      const call = plain.input(f, rest, undefined);
      return call === undefined ? undefined : { key: object, call };
    },
    output(f, value, input) {
      const { call } = input as { call: unknown };
      const rest = independent ? keyAndValue(value)[1] : value;
      return plain.output(f, rest, call);
    },
  };
}

function keyAndValue(value: Value): [Value | undefined, Value] {
  return Array.isArray(value) && value.length === 2
    ? [value[0] as Value, value[1] as Value]
    : [undefined, null];
}

function plainVocabulary(name: ModelName, reading: Reading): Vocabulary | string {
  const init = reading.init ?? null;
  const seen = (value: Value) =>
    value === null && reading.nil === 'unconstrained' ? undefined : value;
  switch (name) {
    case 'register':
    case 'cas-register':
      return registers(name, init, seen);
    case 'multi-register':
      return multiRegisters(init, seen);
    case 'mutex':
      return {
        model: mutex() as AnyModel,
        words: ['acquire', 'release'],
        input: (f) => ({ f }),
        output: () => undefined,
        shapes: {},
      };
    case 'kv-append':
      if (init !== null && typeof init !== 'string')
        return 'the initial value of kv-append is a text';
      return texts(init ?? '', reading, seen);
    case 'set':
      if (init !== null && !isCollection(init))
        return 'the initial value of a set is a set or a vector';
      return sets(elementsOf(init), seen);
    case 'counter':
      if (init !== null && typeof init !== 'number')
        return 'the initial value of a counter is a number';
      return counters(init ?? 0, seen);
    case 'queue':
      if (init !== null && !isCollection(init)) return 'the initial value of a queue is a vector';
      return queues(elementsOf(init));
    case 'swarm-objects':
      return swarm();
  }
}

type Seen = (value: Value) => Value | undefined;

/** One for all: histories are long. */
const READ = { f: 'read' } as const;

function registers(name: 'register' | 'cas-register', init: unknown, seen: Seen): Vocabulary {
  const cas = name === 'cas-register';
  return {
    model: cas ? casRegister(init) : register(init),
    words: cas ? ['read', 'write', 'cas'] : ['read', 'write'],
    shapes: { cas: 'two values, as [from to]' },
    input(f, value) {
      if (f === 'read') return READ;
      if (f === 'write') return { f, value };
      return Array.isArray(value) && value.length === 2
        ? { f, from: value[0] as unknown, to: value[1] as unknown }
        : undefined;
    },
    output: (f, value) => (f === 'read' ? seen(value) : f === 'cas' ? true : undefined),
  };
}

function multiRegisters(init: Value, seen: Seen): Vocabulary {
  const shape = 'a map of registers, or steps such as [[:r :x 1] [:w :y 2]]';
  return {
    model: multiRegister(init) as AnyModel,
    words: ['read', 'write', 'txn'],
    shapes: { read: shape, write: shape, txn: shape },
    input(f, value) {
      const steps = stepsOf(f, value);
      return steps === undefined ? undefined : { steps: steps.map(({ step }) => step) };
    },
    output(f, value, input) {
      if (value === null) return undefined;
      const steps = stepsOf(f, value);
      const asked = (input as { steps: readonly MultiRegisterStep<unknown>[] }).steps;
      if (steps?.length !== asked.length) return WRONG;
      return asked.map((step, at) => {
        const answered = steps[at];
        return step.f === 'r' && answered?.step.key === step.key ? seen(answered.saw) : undefined;
      });
    },
  };
}

type Steps = { step: MultiRegisterStep<unknown>; saw: Value }[];

function stepsOf(f: string, value: Value): Steps | undefined {
  const word = f === 'write' ? 'w' : 'r';
  if (value instanceof Map) {
    return [...(value as ReadonlyMap<Value, Value>)]
      .sort(([a], [b]) => (String(canonical(a)) < String(canonical(b)) ? -1 : 1))
      .map(([key, saw]) => ({ step: stepOf(word, key, saw), saw }));
  }
  if (!Array.isArray(value))
    return isRecord(value) ? stepsOf(f, new Map(Object.entries(value))) : undefined;
  const steps: Steps = [];
  for (const step of value as readonly Value[]) {
    if (!Array.isArray(step) || step.length < 2 || step.length > 3) return undefined;
    const [of, key, saw = null] = step as Value[];
    const known = typeof of === 'string' ? /^:?(?:(r|read)|(w|write))$/.exec(of) : null;
    if (known === null) return undefined;
    steps.push({ step: stepOf(known[1] === undefined ? 'w' : 'r', key as Value, saw), saw });
  }
  return steps;
}

function stepOf(word: 'r' | 'w', key: Value, value: Value): MultiRegisterStep<unknown> {
  const of: Key = canonical(key);
  return word === 'r' ? { f: 'r', key: of } : { f: 'w', key: of, value };
}

function isRecord(value: Value): value is { readonly [name: string]: Value } {
  return typeof value === 'object' && value !== null && !(value instanceof Set);
}

function texts(init: string, { independent }: Reading, seen: Seen): Vocabulary {
  return {
    model: kvAppend(init) as AnyModel,
    words: ['get', 'put', 'append'],
    shapes: { put: 'a text', append: 'a text', get: 'a text or nil' },
    input(f, whole, apart) {
      const [key, value] =
        independent && apart === undefined ? keyAndValue(whole) : [apart ?? null, whole];
      if (key === undefined) return undefined;
      if (f === 'get') return { f, key: keyOf(key) };
      return typeof value === 'string' ? { f, key: keyOf(key), value } : undefined;
    },
    output(f, whole) {
      if (f !== 'get') return undefined;
      const value = seen(independent && Array.isArray(whole) ? keyAndValue(whole)[1] : whole);
      return value === undefined || typeof value === 'string' ? value : value === null ? '' : WRONG;
    },
  };
}

/** Texts and numbers are keys as they are. */
function keyOf(value: Value): Key {
  return typeof value === 'string' || typeof value === 'number' ? value : canonical(value);
}

function isCollection(value: Value): boolean {
  return Array.isArray(value) || value instanceof Set;
}

function elementsOf(value: Value): readonly Value[] {
  return isCollection(value) ? [...(value as Iterable<Value>)] : [];
}

function sets(init: readonly Value[], seen: Seen): Vocabulary {
  return {
    model: set(init) as AnyModel,
    words: ['add', 'remove', 'contains', 'read'],
    shapes: { read: 'a set or a vector', contains: 'an element, and true or false as the answer' },
    input: (f, value) => (f === 'read' ? { f } : { f, value }),
    output(f, value) {
      if (f === 'read') {
        const saw = seen(value);
        return saw === undefined || saw === null
          ? undefined
          : isCollection(saw)
            ? elementsOf(saw)
            : WRONG;
      }
      if (f === 'contains')
        return typeof value === 'boolean' ? value : value === null ? undefined : WRONG;
      return undefined;
    },
  };
}

function counters(init: number, seen: Seen): Vocabulary {
  return {
    model: counter(init) as AnyModel,
    words: ['add', 'read'],
    shapes: { add: 'a number', read: 'a number or nil' },
    input: (f, value) =>
      f === 'read' ? { f } : typeof value === 'number' ? { f, by: value } : undefined,
    output(f, value) {
      if (f === 'add') return undefined;
      const saw = seen(value);
      return saw === undefined || typeof saw === 'number' ? saw : WRONG;
    },
  };
}

function queues(init: readonly Value[]): Vocabulary {
  return {
    model: queue(init) as AnyModel,
    words: ['enqueue', 'dequeue'],
    shapes: {},
    input: (f, value) => (f === 'enqueue' ? { f, value } : { f }),
    output: (f, value) =>
      f === 'enqueue' ? undefined : value === null ? { empty: true } : { value },
  };
}

function swarm(): Vocabulary {
  return {
    // Their versions move on without clients, too.
    model: swarmServices() as AnyModel,
    words: ['create', 'update', 'remove', 'read'],
    shapes: { update: 'a version and a value' },
    input(f, value, key) {
      if (typeof key !== 'string') return undefined;
      if (f !== 'update') return f === 'create' ? { f, name: key, value } : { f, name: key };
      return Array.isArray(value) && typeof value[0] === 'number'
        ? { f, name: key, version: value[0], value: value[1] as unknown }
        : undefined;
    },
    output(f, value) {
      if (f !== 'read') return { is: 'done' };
      if (value === null) return { is: 'absent' };
      const { value: saw, version } = value as { value?: unknown; version?: unknown };
      return typeof version === 'number' ? { is: 'found', version, value: saw } : WRONG;
    },
  };
}

/** Why an event cannot be an operation of the model; undefined where it can. */
export function wordProblem(vocabulary: Vocabulary, { f }: HistoryEvent): string | undefined {
  return vocabulary.words.includes(f)
    ? undefined
    : `:${f} is not an operation of ${vocabulary.model.name}, which has ${vocabulary.words.join(', ')}`;
}
