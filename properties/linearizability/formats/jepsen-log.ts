import { EdnReader } from './edn.ts';
import { Unreadable, type AddEvent, type HistoryEvent } from './event.ts';

/**
 * Events of Jepsen's text log (`INFO  jepsen.util - 4 :invoke :cas [1 4]`) and of its `history.txt`
 * (`4 :invoke :cas [1 4]`); lines that are neither are other output and skipped. Throws {@link Unreadable}.
 */
export function jepsenLogEvents(text: string, add: AddEvent): void {
  const reader = new EdnReader(text);
  let line = 0;
  for (let start = 0; start < text.length;) {
    line += 1;
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const event = lineEvent(text, { start, end, line }, reader);
    if (event === undefined) refuseBroken(text.slice(start, end), line);
    add(event);
    start = end + 1;
  }
}

type Line = { readonly start: number; readonly end: number; readonly line: number };

function lineEvent(
  text: string,
  { start, end, line }: Line,
  reader: EdnReader,
): HistoryEvent | undefined {
  for (
    let colon = text.indexOf(':', start);
    colon !== -1 && colon < end;
    colon = text.indexOf(':', colon + 1)
  ) {
    const type = typeAt(text, colon + 1);
    if (type === undefined) continue;
    const process = processBefore(text, start, colon);
    if (process === undefined) continue;
    reader.restart({ at: colon + 1 + type.length, end, line });
    if (reader.peek() === -1) throw new Unreadable(line, `the line ends after :${type}`);
    const f = reader.value();
    if (typeof f !== 'string' || !f.startsWith(':')) continue;
    // What follows the value is an error text or a comment. A line may also end here.
    const value = reader.peek() === -1 ? null : reader.value();
    return { line, process, type, f: f.slice(1), value, key: undefined };
  }
  return undefined;
}

const [O, F] = [111, 102];

function typeAt(text: string, at: number): HistoryEvent['type'] | undefined {
  const first = text.charCodeAt(at);
  const type =
    first === O ? 'ok' : first === F ? 'fail' : text.startsWith('inv', at) ? 'invoke' : 'info';
  return text.startsWith(type, at) && isBlank(text, at + type.length) ? type : undefined;
}

/** Also beyond the text's ends. */
function isBlank(text: string, at: number): boolean {
  return !(text.charCodeAt(at) > 32);
}

/** The word before a type: a number, or the nemesis; undefined where the line is something else. */
function processBefore(text: string, start: number, colon: number): number | string | undefined {
  let to = colon;
  while (to > start && isBlank(text, to - 1)) to -= 1;
  if (to === colon) return undefined;
  let process = 0;
  let scale = 1;
  let from = to;
  for (; from > start && !isBlank(text, from - 1); from--) {
    const digit = text.charCodeAt(from - 1) - 48;
    process = digit >= 0 && digit <= 9 && scale < 1e15 ? process + digit * scale : NaN;
    scale *= 10;
  }
  if (from === to) return undefined;
  if (!Number.isNaN(process)) return process;
  const word = text.slice(from, to);
  return word === ':nemesis' || word === 'nemesis' ? ':nemesis' : undefined;
}

/** A line that begins like an operation of the log, and is none. */
function refuseBroken(line: string, number: number): void {
  if (line.startsWith('INFO') && /^INFO\s+jepsen\.util\s+-\s+\d+\s*(:\w*\s*)?$/.test(line)) {
    throw new Unreadable(
      number,
      'the line is broken or cut off: it has a process, but no operation',
    );
  }
}
