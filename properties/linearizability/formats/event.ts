/** What files hold: EDN's or JSON's values. Keywords keep their colon; EDN's maps are maps, sets sets. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Value[]
  | ReadonlySet<Value>
  | ReadonlyMap<Value, Value>
  | { readonly [name: string]: Value | undefined };

/** One line of a history: an operation begins, or a client sees it end. */
export type HistoryEvent = {
  /** Lines of the file are counted from 1. */
  readonly line: number;
  /** A number, or a name such as `:nemesis`. */
  readonly process: number | string;
  readonly type: 'invoke' | 'ok' | 'fail' | 'info';
  /** What was asked, without its colon. */
  readonly f: string;
  readonly value: Value;
  /** Where the format says it apart from the value. */
  readonly key: Value | undefined;
};

/** Takes the events of a file as they come; undefined for a line that holds none. */
export type AddEvent = (event: HistoryEvent | undefined) => void;

/** Why a file cannot be read. */
export type Problem = { readonly line: number; readonly reason: string };

/** Thrown inside the parsers only; what they export returns {@link Problem}s. */
export class Unreadable extends Error {
  readonly line: number;

  constructor(line: number, reason: string) {
    super(reason);
    this.line = line;
  }
}

const EVENT_TYPES = new Map<string, HistoryEvent['type']>(
  (['invoke', 'ok', 'fail', 'info'] as const).flatMap((type) => [
    [type, type],
    [`:${type}`, type],
  ]),
);

/** The fields of an event as a map of a file names them, before they are known to be right. */
export type Fields = {
  process?: Value | undefined;
  type?: Value | undefined;
  f?: Value | undefined;
  value?: Value | undefined;
  key?: Value | undefined;
};

/** The event that fields describe; throws {@link Unreadable}. */
export function eventOf({ process, type, f, value, key }: Fields, line: number): HistoryEvent {
  if (typeof process !== 'number' && typeof process !== 'string') {
    throw new Unreadable(line, 'an operation needs a :process, a number or a name');
  }
  const known = typeof type === 'string' ? EVENT_TYPES.get(type) : undefined;
  if (known === undefined) {
    throw new Unreadable(line, 'an operation needs a :type, one of :invoke, :ok, :fail and :info');
  }
  if (typeof f !== 'string') throw new Unreadable(line, 'an operation needs an :f, what was asked');
  return {
    line,
    process,
    type: known,
    f: f.startsWith(':') ? f.slice(1) : f,
    value: value ?? null,
    key,
  };
}
