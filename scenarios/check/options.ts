import {
  ednValue,
  MODEL_NAMES,
  type ModelName,
  type Reading,
} from '../../properties/linearizability/formats/index.ts';
import { suggestion } from '../schema/did-you-mean.ts';

/** What `schism check` was asked. Plain data: worker threads receive it. */
export type CheckOptions = {
  readonly files: readonly string[];
  readonly model: ModelName;
  readonly reading: Reading;
  readonly timeoutMs: number;
  readonly jobs: number;
  readonly json: boolean;
  /** Where to draw a history; undefined: nowhere. */
  readonly draw: string | undefined;
};

export const USAGE = `usage: schism check FILE… --model NAME [options]

  FILE                 a history, or a folder of them: EDN, JSON lines, a Jepsen log or history.txt,
                       Porcupine's key-value log, a run file of schism; recognised by its content
  --model NAME         ${MODEL_NAMES.join(', ')}
  --timeout 20s        for each file; 500ms, 20s or 2m
  --init VALUE         the initial value, as EDN; nil unless given
  --nil HOW            what a read of nil says: unconstrained (nothing, the default) or value
  --failed-cas HOW     what a failed compare-and-set says: dropped (nothing, the default) or constrains
  --independent        values are [key value]
  --jobs N             files judged at once; 1 unless given
  --json               the result as JSON
  -o OUT.html          draws a history: the first that fails, or else is unknown, or else the first

exit: 0 all pass, 1 any fails, 3 any unknown and none fails, 2 bad input
`;

/** Reads the words after `schism check`; a text says what is wrong with them. */
export function optionsOf(argv: readonly string[]): CheckOptions | string {
  const given = {
    files: [] as string[],
    flags: new Set<string>(),
    values: new Map<string, string>(),
  };
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    const [name, attached]: readonly [string, string | undefined] = word.startsWith('--')
      ? split(word)
      : [word, undefined];
    if (VALUES.has(name)) {
      const value = attached ?? argv[++at];
      if (value === undefined) return `${name} needs a value`;
      given.values.set(name, value);
    } else if (FLAGS.has(name) && attached === undefined) given.flags.add(name);
    else if (word.startsWith('-') && word !== '-') return `unknown option ${word}${nearest(name)}`;
    else given.files.push(word);
  }
  return checked(given);
}

const VALUES = new Set(['--model', '--timeout', '--init', '--nil', '--failed-cas', '--jobs', '-o']);
const FLAGS = new Set(['--independent', '--json']);

function split(word: string): [string, string | undefined] {
  const at = word.indexOf('=');
  return at === -1 ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)];
}

function nearest(name: string): string {
  const near = [...VALUES, ...FLAGS].find(
    (known) => known.length > 2 && known.startsWith(name.slice(0, 4)),
  );
  return near === undefined ? '' : `; did you mean ${near}?`;
}

function checked({
  files,
  flags,
  values,
}: {
  files: readonly string[];
  flags: ReadonlySet<string>;
  values: ReadonlyMap<string, string>;
}): CheckOptions | string {
  const asked = values.get('--model');
  const model = MODEL_NAMES.find((name) => name === asked);
  if (model === undefined) return noModel(asked);
  if (files.length === 0) return 'no file given';
  const timeoutMs = milliseconds(values.get('--timeout') ?? '20s');
  if (timeoutMs === undefined) return '--timeout needs a time such as 500ms, 20s or 2m';
  const jobs = Number(values.get('--jobs') ?? '1');
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > 256)
    return '--jobs needs a number from 1 to 256';
  const nil = values.get('--nil') ?? 'unconstrained';
  if (nil !== 'unconstrained' && nil !== 'value') return '--nil needs unconstrained or value';
  const failedCas = values.get('--failed-cas') ?? 'dropped';
  if (failedCas !== 'dropped' && failedCas !== 'constrains') {
    return '--failed-cas needs dropped or constrains';
  }
  const init = values.get('--init');
  const reading = { nil, failedCas, independent: flags.has('--independent') } as const;
  try {
    return {
      files,
      model,
      reading: init === undefined ? reading : { ...reading, init: ednValue(init) },
      timeoutMs,
      jobs,
      json: flags.has('--json'),
      draw: values.get('-o'),
    };
  } catch {
    return `--init needs a value in EDN, such as 0, "x", nil or [1 2]; it was given ${init ?? ''}`;
  }
}

function noModel(asked: string | undefined): string {
  const all = MODEL_NAMES.join(', ');
  return asked === undefined
    ? `--model needs one of ${all}`
    : `there is no model ${asked}, but ${all}.${suggestion(asked, MODEL_NAMES)}`;
}

function milliseconds(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * (match[2] === 'ms' ? 1 : match[2] === 's' ? 1000 : 60_000);
}
