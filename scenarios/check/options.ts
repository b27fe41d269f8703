import { parseArgs } from 'node:util';
import { suggestion } from '../../harness/core/did-you-mean.ts';
import { durationExamples, parseDuration } from '../../harness/core/duration.ts';
import {
  ednValue,
  MODEL_NAMES,
  type ModelName,
  type Reading,
} from '../../properties/linearizability/formats/index.ts';

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
  --timeout 20s        for each file: ${durationExamples}
  --init VALUE         the initial value, as EDN; nil unless given
  --nil HOW            what a read of nil says: unconstrained (nothing, the default) or value
  --failed-cas HOW     what a failed compare-and-set says: dropped (nothing, the default) or constrains
  --independent        values are [key value]
  --jobs N             files judged at once; 1 unless given
  --json               the result as JSON
  -o, --out OUT.html   draws a history: the first that fails, or else is unknown, or else the first

exit: 0 all pass, 1 any fails, 3 any unknown and none fails, 2 bad input
`;

const OPTIONS = {
  model: { type: 'string' },
  timeout: { type: 'string' },
  init: { type: 'string' },
  nil: { type: 'string' },
  'failed-cas': { type: 'string' },
  independent: { type: 'boolean' },
  jobs: { type: 'string' },
  json: { type: 'boolean' },
  out: { type: 'string', short: 'o' },
} as const;
type Name = keyof typeof OPTIONS;
const NAMES = Object.keys(OPTIONS) as readonly Name[];

/** Reads the words after `schism check`; a text says what is wrong with them. */
export function optionsOf(argv: readonly string[]): CheckOptions | string {
  // Not strict: `--init -5` is a value, and what is wrong is said in words of ours.
  const { tokens, positionals: files } = parseArgs({
    args: [...argv],
    options: OPTIONS,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const given = new Map<Name, string>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const name = NAMES.find((known) => known === token.name);
    if (name === undefined) return unknownOption(token.rawName);
    if (OPTIONS[name].type === 'boolean') {
      if (token.inlineValue === true) return `${token.rawName} takes no value`;
      given.set(name, '');
    } else if (token.value === undefined) return `${token.rawName} needs a value`;
    else given.set(name, token.value);
  }
  return checked(files, given);
}

function unknownOption(word: string): string {
  const known = NAMES.map((name) => `--${name}`);
  return `there is no option ${word}.${suggestion(word, known)}`;
}

function checked(
  files: readonly string[],
  given: ReadonlyMap<Name, string>,
): CheckOptions | string {
  const asked = given.get('model');
  const model = MODEL_NAMES.find((name) => name === asked);
  if (model === undefined) return noModel(asked);
  if (files.length === 0) return 'no file given';
  const timeoutMs = parseDuration(given.get('timeout') ?? '20s');
  if (timeoutMs === undefined) return `--timeout needs a time such as ${durationExamples}`;
  const jobs = Number(given.get('jobs') ?? '1');
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > 256)
    return '--jobs needs a number from 1 to 256';
  const nil = given.get('nil') ?? 'unconstrained';
  if (nil !== 'unconstrained' && nil !== 'value') return '--nil needs unconstrained or value';
  const failedCas = given.get('failed-cas') ?? 'dropped';
  if (failedCas !== 'dropped' && failedCas !== 'constrains') {
    return '--failed-cas needs dropped or constrains';
  }
  const init = given.get('init');
  const reading = { nil, failedCas, independent: given.has('independent') } as const;
  try {
    return {
      files,
      model,
      reading: init === undefined ? reading : { ...reading, init: ednValue(init) },
      timeoutMs,
      jobs,
      json: given.has('json'),
      draw: given.get('out'),
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
