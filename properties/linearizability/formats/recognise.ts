import { ednEvents } from './edn.ts';
import { Unreadable, type AddEvent, type Problem } from './event.ts';
import { jepsenLogEvents } from './jepsen-log.ts';
import { jsonLinesEvents } from './json-lines.ts';
import { Pairing, type ReadHistory } from './pairing.ts';
import { runFileEvents } from './run-file.ts';
import { vocabularyOf, type ModelName, type Reading } from './vocabulary.ts';

/** How a history is written down. Porcupine's key-value log is EDN, with a `:key`. */
export type Format = 'edn' | 'json-lines' | 'run-file' | 'jepsen-log';

/** Recognises a text by its first characters that are neither blank nor in a comment of EDN. */
export function formatOf(text: string): Format {
  const start = /^(?:[\s,\ufeff]+|;[^\n]*)*/.exec(text)?.[0].length ?? 0;
  const head = text.slice(start, start + 4096);
  if (/^\{\s*"/.test(head)) return head.includes('"schism/run-file@') ? 'run-file' : 'json-lines';
  return /^[[({#]/.test(head) && !/^\[\d{4}-/.test(head) ? 'edn' : 'jepsen-log';
}

/** How to read a file, and a look at the clock now and then; what that throws ends the reading. */
export type Asked = Reading & { readonly watch?: (() => void) | undefined };

/** Lines or events between two looks at the clock. */
const STRETCH = 2048;

/** A history in any of the formats, or where and why it cannot be read. */
export function historyOf(text: string, name: ModelName, asked: Asked): ReadHistory | Problem {
  const format = formatOf(text);
  const vocabulary = vocabularyOf(name, asked, asked.independent || hasKeys(text, format));
  if (typeof vocabulary === 'string') return { line: 1, reason: vocabulary };
  const pairing = new Pairing(vocabulary, asked);
  let left = STRETCH;
  try {
    if (!/\S/.test(text)) throw new Unreadable(1, 'the file is empty');
    parsers[format](text, (event) => {
      if (--left === 0) {
        left = STRETCH;
        asked.watch?.();
      }
      if (event !== undefined) pairing.add(event);
    });
    return pairing.history();
  } catch (error) {
    if (error instanceof Unreadable) return { line: error.line, reason: error.message };
    throw error;
  }
}

/** Whether a text may say keys apart from values; Jepsen's log cannot. */
function hasKeys(text: string, format: Format): boolean {
  switch (format) {
    case 'run-file':
      return true;
    case 'edn':
      return text.includes(':key');
    case 'json-lines':
      return text.includes('"key"');
    case 'jepsen-log':
      return false;
  }
}

const parsers: Readonly<Record<Format, (text: string, add: AddEvent) => void>> = {
  edn: ednEvents,
  'json-lines': jsonLinesEvents,
  'run-file': runFileEvents,
  'jepsen-log': jepsenLogEvents,
};
