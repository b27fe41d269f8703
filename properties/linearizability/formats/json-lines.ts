import { eventOf, Unreadable, type Fields, type AddEvent } from './event.ts';

/** Events of a file with one JSON object a line, its fields those of EDN's maps. Throws {@link Unreadable}. */
export function jsonLinesEvents(text: string, add: AddEvent): void {
  let line = 0;
  for (let start = 0; start < text.length;) {
    line += 1;
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const one = text.slice(start, end).trim();
    if (one !== '') add(eventOf(parsed(one, line), line));
    start = end + 1;
  }
}

function parsed(text: string, line: number): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Unreadable(line, 'the line is not a whole JSON object: it is broken or cut off');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Unreadable(line, 'the line is not a JSON object');
  }
  return value;
}
