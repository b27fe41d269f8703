import { ednEvents } from './edn.ts';
import { Unreadable, type HistoryEvent, type Problem } from './event.ts';
import { jepsenLogEvents } from './jepsen-log.ts';
import { jsonLinesEvents } from './json-lines.ts';
import { runFileEvents } from './run-file.ts';

/** How a history is written down. Porcupine's key-value log is EDN, with a `:key`. */
export type Format = 'edn' | 'json-lines' | 'run-file' | 'jepsen-log';

/** Recognises a text by its first characters that are neither blank nor in a comment of EDN. */
export function formatOf(text: string): Format {
  const start = /^(?:[\s,\ufeff]+|;[^\n]*)*/.exec(text)?.[0].length ?? 0;
  const head = text.slice(start, start + 4096);
  if (/^\{\s*"/.test(head)) return head.includes('"schism/run-file@') ? 'run-file' : 'json-lines';
  return /^[[({#]/.test(head) && !/^\[\d{4}-/.test(head) ? 'edn' : 'jepsen-log';
}

/** Events of a history in any of the formats, in the order of the file. */
export function eventsOf(text: string): readonly HistoryEvent[] | Problem {
  const events: HistoryEvent[] = [];
  const add = (event: HistoryEvent) => events.push(event);
  try {
    if (text.trim() === '') throw new Unreadable(1, 'the file is empty');
    parsers[formatOf(text)](text, add);
    return events;
  } catch (error) {
    if (error instanceof Unreadable) return { line: error.line, reason: error.message };
    throw error;
  }
}

const parsers = {
  edn: ednEvents,
  'json-lines': jsonLinesEvents,
  'run-file': runFileEvents,
  'jepsen-log': jepsenLogEvents,
} as const;
