import { EdnReader } from './edn.ts';
import { Unreadable, type HistoryEvent } from './event.ts';

/** What every such line has after its process: a tab or blanks, then one of these. */
const TYPES = ['invoke', 'ok', 'fail', 'info'] as const;

/**
 * Events of Jepsen's text log (`INFO  jepsen.util - 4 :invoke :cas [1 4]`) and of its `history.txt`
 * (`4 :invoke :cas [1 4]`); lines that are neither are other output and skipped. Throws {@link Unreadable}.
 */
export function jepsenLogEvents(text: string, add: (event: HistoryEvent) => void): void {
  let line = 0;
  for (let start = 0; start < text.length;) {
    line += 1;
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const event = lineEvent(text, { start, end, line });
    if (event !== undefined) add(event);
    else refuseBroken(text.slice(start, end), line);
    start = end + 1;
  }
}

type Line = { readonly start: number; readonly end: number; readonly line: number };

function lineEvent(text: string, { start, end, line }: Line): HistoryEvent | undefined {
  for (
    let colon = text.indexOf(':', start);
    colon !== -1 && colon < end;
    colon = text.indexOf(':', colon + 1)
  ) {
    const type = TYPES.find(
      (name) => text.startsWith(name, colon + 1) && isBlank(text, colon + 1 + name.length),
    );
    if (type === undefined || !isBlank(text, colon - 1)) continue;
    const process = processBefore(text, start, colon);
    if (process === undefined) continue;
    const reader = new EdnReader(text, { at: colon + 1 + type.length, end, line });
    if (reader.peek() === -1) throw new Unreadable(line, `the line ends after :${type}`);
    const f = reader.value();
    if (typeof f !== 'string' || !f.startsWith(':')) continue;
    // What follows the value is an error text or a comment. A line may also end here.
    const value = reader.peek() === -1 ? null : reader.value();
    return { line, process, type, f: f.slice(1), value, key: undefined };
  }
  return undefined;
}

function isBlank(text: string, at: number): boolean {
  const character = text[at];
  return (
    character === ' ' ||
    character === '\t' ||
    character === undefined ||
    character === '\n' ||
    character === '\r'
  );
}

/** The word before a type: a number, or the nemesis; undefined where the line is something else. */
function processBefore(text: string, start: number, colon: number): number | string | undefined {
  let to = colon;
  while (to > start && isBlank(text, to - 1)) to -= 1;
  let from = to;
  while (from > start && !isBlank(text, from - 1)) from -= 1;
  const word = text.slice(from, to);
  if (/^\d+$/.test(word)) return Number(word);
  return word === ':nemesis' || word === 'nemesis' ? ':nemesis' : undefined;
}

/** A line that begins like an operation of the log, and is none. */
function refuseBroken(line: string, number: number): void {
  if (/^INFO\s+jepsen\.util\s+-\s+\d+\s*(:\w*\s*)?$/.test(line)) {
    throw new Unreadable(
      number,
      'the line is broken or cut off: it has a process, but no operation',
    );
  }
}
