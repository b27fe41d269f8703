import { Unreadable, type AddEvent, type HistoryEvent, type Value } from './event.ts';

/** The fields of a run's operation that say what it meant for one object; see `harness/core/history.ts`. */
type RunOperation = {
  readonly process: number;
  readonly intent?: {
    readonly object: string;
    readonly act: string;
    readonly value?: string;
    readonly version?: number;
  };
  readonly invokedAt: number;
  readonly endedAt?: number;
  readonly outcome: 'ok' | 'rejected' | 'unknown';
  readonly decided?: boolean;
  readonly complete?: boolean;
  readonly seen?: readonly {
    readonly object: string;
    readonly value?: string;
    readonly version?: number;
  }[];
};

/** Another schema may mean something else by the same names. */
const SCHEMA = 'schism/run-file@1';

/** The words of a run for what a register calls otherwise. */
const REGISTER_WORDS = new Map([['put', 'write']]);

type Timed = { readonly at: number; readonly end: boolean; readonly event: HistoryEvent };

/**
 * Events of one of our own run files, in the order of their times: writes of the objects that its operations made, and what
 * its answers show of those; a list shows all of them. Every call counts as a process: a run's clients may
 * overlap with themselves only across failures. Throws {@link Unreadable}.
 */
export function runFileEvents(text: string, add: AddEvent): void {
  const operations = operationsOf(text);
  const known = new Set<string>();
  for (const { intent } of operations) {
    if (intent?.act === 'put' || intent?.act === 'create') known.add(intent.object);
  }
  const events: Timed[] = [];
  let process = 0;
  for (const operation of operations) {
    const { intent } = operation;
    if (intent !== undefined && intent.act !== 'read' && known.has(intent.object)) {
      events.push(...writeEvents(operation, intent, process++));
    }
    for (const [object, seen] of looksOf(operation, known)) {
      events.push(...readEvents(operation, { process: process++, object, seen }));
    }
  }
  events.sort((a, b) => a.at - b.at || Number(a.end) - Number(b.end));
  for (const { event } of events) add(event);
}

function writeEvents(
  { invokedAt, endedAt, outcome }: RunOperation,
  { object, act, value: written, version }: NonNullable<RunOperation['intent']>,
  process: number,
): readonly Timed[] {
  const value = written ?? null;
  const common = {
    line: 1,
    process,
    f: REGISTER_WORDS.get(act) ?? act,
    key: object,
    value: version === undefined ? value : [version, value],
  };
  const asked: Timed = { at: invokedAt, end: false, event: { ...common, type: 'invoke' } };
  if (endedAt === undefined || outcome === 'unknown') return [asked];
  const type = outcome === 'ok' ? 'ok' : 'fail';
  return [asked, { at: endedAt, end: true, event: { ...common, type } }];
}

/** What an answer shows of objects, null where they are absent; also a refusal may show that. */
function looksOf(
  { endedAt, outcome, decided = true, seen = [], complete }: RunOperation,
  known: ReadonlySet<string>,
): ReadonlyMap<string, Value> {
  const looks = new Map<string, Value>();
  if (endedAt === undefined || outcome === 'unknown' || !decided) return looks;
  if (complete === true) for (const object of known) looks.set(object, null);
  for (const { object, value: shown, version } of seen) {
    const value = shown ?? null;
    if (known.has(object)) looks.set(object, version === undefined ? value : { value, version });
  }
  return looks;
}

function readEvents(
  { invokedAt, endedAt = invokedAt }: RunOperation,
  {
    process,
    object,
    seen,
  }: { readonly process: number; readonly object: string; readonly seen: Value },
): readonly Timed[] {
  const common = { line: 1, process, f: 'read', key: object };
  return [
    { at: invokedAt, end: false, event: { ...common, type: 'invoke', value: null } },
    { at: endedAt, end: true, event: { ...common, type: 'ok', value: seen } },
  ];
}

function operationsOf(text: string): readonly RunOperation[] {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (error) {
    throw new Unreadable(
      1,
      `the run file is not whole: ${error instanceof Error ? error.message : 'not JSON'}`,
    );
  }
  const { schema, run } = file as {
    schema?: unknown;
    run?: { history?: { operations?: unknown } };
  };
  if (schema !== SCHEMA)
    throw new Unreadable(1, `the run file is of schema ${String(schema)}; ${SCHEMA} is read here`);
  const operations = run?.history?.operations;
  if (!Array.isArray(operations)) throw new Unreadable(1, 'the run file holds no history');
  return operations as readonly RunOperation[];
}
