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
  readonly seen?: readonly {
    readonly object: string;
    readonly value?: string;
    readonly version?: number;
  }[];
};

/** The words of a run for what a register calls otherwise. */
const REGISTER_WORDS = new Map([['put', 'write']]);

/**
 * Events of one of our own run files, in the order of their times; operations that are about no single
 * object are skipped. Every operation counts as a process: a run's clients may overlap with themselves
 * only across failures. Throws {@link Unreadable}.
 */
export function runFileEvents(text: string, add: AddEvent): void {
  const operations = operationsOf(text);
  const events: { at: number; end: boolean; event: HistoryEvent }[] = [];
  operations.forEach((operation, process) => {
    const { intent, invokedAt, endedAt, outcome } = operation;
    if (intent === undefined) return;
    const sighting = operation.seen?.find(({ object }) => object === intent.object);
    const common = {
      line: 1,
      process,
      f: REGISTER_WORDS.get(intent.act) ?? intent.act,
      key: intent.object,
    };
    const value: Value =
      intent.version === undefined
        ? (intent.value ?? null)
        : [intent.version, intent.value ?? null];
    events.push({ at: invokedAt, end: false, event: { ...common, type: 'invoke', value } });
    if (endedAt === undefined || outcome === 'unknown') return;
    const type = outcome === 'ok' ? 'ok' : 'fail';
    const seen: Value =
      sighting?.version === undefined
        ? (sighting?.value ?? null)
        : { value: sighting.value ?? null, version: sighting.version };
    events.push({
      at: endedAt,
      end: true,
      event: { ...common, type, value: intent.act === 'read' ? seen : value },
    });
  });
  events.sort((a, b) => a.at - b.at || Number(a.end) - Number(b.end));
  for (const { event } of events) add(event);
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
  const { run } = file as { run?: { history?: { operations?: unknown } } };
  const operations = run?.history?.operations;
  if (!Array.isArray(operations)) throw new Unreadable(1, 'the run file holds no history');
  return operations as readonly RunOperation[];
}
