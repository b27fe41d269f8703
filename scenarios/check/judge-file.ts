import { messageOf } from '../../harness/core/thrown.ts';
import { show } from '../../models/canonical.ts';
import {
  formatOf,
  historyOf,
  type Problem,
  type ReadHistory,
} from '../../properties/linearizability/formats/index.ts';
import { jepsenLogEvents } from '../../properties/linearizability/formats/jepsen-log.ts';
import {
  checkLinearizable,
  type Explaining,
  type Verdict,
} from '../../properties/linearizability/check.ts';
import { readFileSync, statSync } from './file-system.ts';
import type { CheckOptions } from './options.ts';

/** Larger files are refused: a history is read as one text. */
export const FILE_BYTES_MAX = 256 * 1024 * 1024;

/** What finding out where a history is wrong may take, after it is known that it is. */
const WHERE_MS = 500;

/** One file's row of the result. */
export type FileResult = {
  readonly file: string;
  readonly verdict: 'pass' | 'fail' | 'unknown' | 'bad-input';
  readonly operations: number;
  /** Objects that were told apart. */
  readonly keys: number;
  /** All of reading, parsing and judging. */
  readonly ms: number;
  readonly why: string;
};

/** The same with what a drawing needs. */
export type Judged = {
  readonly result: FileResult;
  readonly history: ReadHistory | undefined;
  readonly verdict: Verdict | undefined;
};

/** Reads, parses and judges one file; never throws for what is in it. */
export function judgeFile(file: string, options: CheckOptions): Judged {
  const startedAt = performance.now();
  const row = (
    part: Pick<FileResult, 'verdict' | 'why'>,
    operations = 0,
    keys = 0,
  ): FileResult => ({
    file,
    verdict: part.verdict,
    operations,
    keys,
    ms: Math.round((performance.now() - startedAt) * 100) / 100,
    why: part.why,
  });
  const left = () => options.timeoutMs - (performance.now() - startedAt);
  let history: ReadHistory | Problem;
  try {
    history = read(file, options, left);
  } catch (error) {
    if (!(error instanceof TimeOver)) throw error;
    return {
      result: row({ verdict: 'unknown', why: TIME_OVER }),
      history: undefined,
      verdict: undefined,
    };
  }
  if ('reason' in history) {
    const where = history.line === NO_LINE ? file : `${file}:${history.line}`;
    const why = `${where}: ${history.reason}`;
    return { result: row({ verdict: 'bad-input', why }), history: undefined, verdict: undefined };
  }
  const { operations, model } = history;
  if (operations.length === 0) {
    const why = 'it holds no operation of a client';
    return { result: row({ verdict: 'unknown', why }), history, verdict: undefined };
  }
  const verdict = checkLinearizable(
    model,
    operations,
    { timeoutMs: Math.max(0, left()), now: () => performance.now() },
    howMuch(options),
  );
  const why = reasonOf(history, verdict);
  return {
    result: row({ verdict: verdict.verdict, why }, operations.length, verdict.parts),
    history,
    verdict,
  };
}

function howMuch({ draw, json }: CheckOptions): Explaining {
  if (draw !== undefined) return { explain: 'fully' };
  return json ? { explain: 'hint' } : { explain: 'where', explainMs: WHERE_MS };
}

/** The place of what is wrong with a file as a whole. */
const NO_LINE = 0;

class TimeOver extends Error {}
const TIME_OVER = 'the time given was over while the file was read';

/** @param left milliseconds of the time given */
function read(
  file: string,
  { model, reading }: CheckOptions,
  left: () => number,
): ReadHistory | Problem {
  let text: string;
  try {
    const { size } = statSync(file);
    if (size > FILE_BYTES_MAX) {
      const reason = `the file has ${size} bytes; more than ${FILE_BYTES_MAX} (256 MiB) are not read`;
      return { line: 1, reason };
    }
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return { line: NO_LINE, reason: messageOf(error) };
  }
  if (text.includes('\0')) return { line: 1, reason: 'it is binary data, not a history' };
  const watch = () => {
    if (left() <= 0) throw new TimeOver();
  };
  const history = historyOf(text, model, { ...reading, watch });
  const isEmpty = 'operations' in history && history.operations.length === 0;
  return isEmpty ? (otherText(text, watch) ?? history) : history;
}

/**
 * A log may hold lines of other output, so any text reads as one. Of a text that came to no operation: where it holds nothing of a log
 * at all, not even the nemesis, its first line and what could have been read.
 */
function otherText(text: string, watch: () => void): Problem | undefined {
  if (formatOf(text) !== 'jepsen-log') return undefined;
  let events = 0;
  jepsenLogEvents(text, (event) => {
    if (event !== undefined) events += 1;
    watch();
  });
  if (events > 0) return undefined;
  const start = text.search(/\S/);
  const line = text.slice(0, start).split('\n').length;
  const [first = ''] = /.*/.exec(text.slice(start, start + 2 * SHOWN_MAX)) ?? [];
  const reason = `${JSON.stringify(brief(first))} is no operation, nor is any other line; ${READABLE}`;
  return { line, reason };
}

const READABLE =
  "what can be read is EDN, JSON lines, Jepsen's log and history.txt, Porcupine's key-value log and run files of schism";

/** Enough of a line to find it in the file. */
function brief(line: string): string {
  return line.length > SHOWN_MAX ? `${line.slice(0, SHOWN_MAX)}…` : line.trimEnd();
}

const SHOWN_MAX = 60;

/** One line for a person: what is wrong and where, or what was missing. */
function reasonOf({ model, operations, lines }: ReadHistory, verdict: Verdict): string {
  switch (verdict.verdict) {
    case 'pass':
      return '';
    case 'unknown':
      return verdict.operation === undefined
        ? verdict.why
        : `line ${lines[verdict.operation] ?? 0}: ${verdict.why}`;
    case 'fail': {
      const { at, legal, first } = verdict.failure;
      const operation = operations[at];
      if (operation === undefined) return '';
      const { input, output, process } = operation;
      const call = model.describe?.(input, output) ?? show(input);
      const others = legal.map((answer) => model.describe?.(input, answer) ?? show(answer));
      const instead = others.length === 0 ? '' : `; right would have been ${others.join(' or ')}`;
      const where = `line ${lines[at] ?? 0}: process ${process}: ${call}`;
      return first
        ? `${where} fits no order of what returned before${instead}`
        : `no order goes on at ${where}${instead}`;
    }
  }
}
