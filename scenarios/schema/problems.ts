import { z } from 'zod';
import {
  strangeOperation,
  strangeProcedure,
  strangeWord,
} from '../../harness/cli/strange-names.ts';
import { suggestion } from '../../harness/core/did-you-mean.ts';
import type { JsonObject } from '../../harness/core/json.ts';
import type { Parameter, Parameters, Target } from '../../harness/core/target.ts';
import { faultNames, faultSchemas, triggerKeys, type FaultOutput } from './fault-schema.ts';
import { issueWords } from './issue-words.ts';
import type { Known } from './known.ts';
import { scenarioSchema, type ScenarioOutput } from './scenario-schema.ts';

/** Something wrong in a document. `key`: the place is the key of that name, not its value. */
export type Problem = {
  readonly path: readonly (string | number)[];
  readonly key?: string;
  readonly message: string;
};

export type Checked =
  | { readonly ok: true; readonly document: ScenarioOutput }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Checks a document in two steps: its shape, then whether what it names exists. */
export const checkDocument = (value: unknown, known: Known): Checked => {
  const other = otherDocument(value);
  if (other !== undefined) return { ok: false, problems: [other] };
  const parsed = scenarioSchema.safeParse(value, issueWords);
  if (!parsed.success) {
    return {
      ok: false,
      problems: parsed.error.issues.flatMap((issue) => problemsOf(issue, value)),
    };
  }
  const problems = [...unknownNames(parsed.data, known), ...tooMuch(parsed.data)];
  return problems.length === 0 ? { ok: true, document: parsed.data } : { ok: false, problems };
};

/** What else of ours it is: then one line helps more than what it lacks to be a scenario. */
const otherDocument = (value: unknown): Problem | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const message =
    'patches' in value
      ? 'this is a planted bug, no scenario: give it to --mutants'
      : 'run' in value && 'replay' in value
        ? 'this is a saved run, no scenario: give it to replay'
        : undefined;
  return message === undefined ? undefined : { path: [], message };
};

type Path = readonly (string | number)[];
type Issue = z.core.$ZodIssue;

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (part, key) => (part as Readonly<Record<string | number, unknown>> | undefined)?.[key],
    value,
  );

const problemsOf = (issue: Issue, value: unknown): readonly Problem[] => {
  const path = issue.path as Path;
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path,
        key,
        message: `${key} is not known here.${otherWord(key, at(value, path)) ?? suggestion(key, keysAt(path, at(value, path)))}`,
      }));
    case 'invalid_union':
      return unionProblems(issue, value);
    case 'invalid_value':
      return [{ path, message: wrongValue(at(value, path), issue.values) }];
    case 'invalid_type':
      if (at(value, path) === undefined) {
        return [{ path: path.slice(0, -1), message: `${String(path.at(-1))} is missing` }];
      }
      return [{ path, message: wrongType(issue.message, at(value, path)) }];
    default:
      return [{ path, message: withShown(issue.message, at(value, path)) }];
  }
};

/** A kill lasts until its node starts again, and says so. */
const otherWord = (key: string, value: unknown): string | undefined =>
  key === 'for' && typeof value === 'object' && value !== null && 'kill' in value
    ? ' Did you mean restartAfter?'
    : undefined;

/** A bare number where a unit is needed is the commonest mistake. */
const wrongType = (message: string, value: unknown): string => {
  const meant =
    typeof value !== 'number'
      ? ''
      : message.includes('time')
        ? `. Did you mean ${value}${value < 100 ? 's' : 'ms'}?`
        : message.includes('rate')
          ? `. Did you mean ${value}/s?`
          : '';
  return `${message}; this is ${shown(value)}${meant}`;
};

const shown = (value: unknown): string =>
  typeof value === 'string' ? `"${value}"` : JSON.stringify(value);

const withShown = (message: string, value: unknown): string =>
  `${message}; this is ${shown(value)}`;

const wrongValue = (value: unknown, known: readonly unknown[]): string => {
  const words = known.map(String);
  const meant = typeof value === 'string' ? suggestion(value, words) : '';
  return `expected ${words.join(', ')}; this is ${shown(value)}${meant === '' ? '' : `.${meant}`}`;
};

/** An entry of `faults` is judged as the kind that it names; any other union by the member that comes nearest. */
const unionProblems = (
  issue: Issue & { readonly code: 'invalid_union' },
  value: unknown,
): readonly Problem[] => {
  const path = issue.path as Path;
  const input = at(value, path);
  if (isFaultEntry(path)) return faultProblems(path, input);
  if (path.length === 1 && path[0] === 'faults' && Array.isArray(input)) {
    return input.flatMap((entry: unknown, place) => faultProblems([...path, place], entry));
  }
  if (path.length === 1 && path[0] === 'faults') {
    return [{ path, message: wrongValue(input, ['drawn', 'a list of faults']) }];
  }
  if (path.length === 1 && path[0] === 'properties') {
    return [{ path, message: wrongValue(input, ['all', 'a list of names']) }];
  }
  const nearest = issue.errors.toSorted((a, b) => badness(a) - badness(b))[0] ?? [];
  return nearest.flatMap((inner) =>
    problemsOf({ ...inner, path: [...path, ...inner.path] }, value),
  );
};

/** A wrong key says more about what was meant than a wrong type of everything. */
const badness = (issues: readonly Issue[]): number =>
  issues.reduce(
    (sum, { code, path }) => sum + (code === 'invalid_type' && path.length === 0 ? 10 : 1),
    0,
  );

const isFaultEntry = (path: Path): boolean => path.length === 2 && path[0] === 'faults';

const faultProblems = (path: Path, entry: unknown): readonly Problem[] => {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    return [
      {
        path,
        message: `expected a fault, such as { at: 2s, cut: leader, for: 5s }; this is ${shown(entry)}`,
      },
    ];
  }
  const keys = Object.keys(entry);
  const named = faultNames.filter((name) => keys.includes(name));
  const [name] = named;
  if (name === undefined) {
    const meant = keys.map((key) => suggestion(key, faultNames)).find((text) => text !== '') ?? '';
    return [{ path, message: `it names no fault (${faultNames.join(', ')}).${meant}` }];
  }
  if (named.length > 1)
    return [{ path, message: `it names ${named.join(' and ')}: one fault an entry` }];
  const parsed = faultSchemas[name].safeParse(entry, issueWords);
  return parsed.success
    ? []
    : parsed.error.issues.flatMap((issue) =>
        problemsOf({ ...issue, path: [...path, ...issue.path] }, placed(path, entry)),
      );
};

/** The entry as if it stood in its document. */
const placed = (path: Path, entry: unknown): unknown =>
  path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), entry);

/** The keys that are known at a place. */
const keysAt = (path: Path, value: unknown): readonly string[] => {
  if (path.length === 0) return Object.keys(scenarioSchema.shape);
  if (path[0] === 'workload') return ['clients', 'rate'];
  if (path.at(-1) === 'when') return triggerKeys;
  const named = faultNames.find((name) => Object.keys(value as object).includes(name));
  return named === undefined ? faultNames : Object.keys(faultSchemas[named].shape);
};

/** A run's history is held in memory, and judged as a whole. */
const operationsMax = 1_000_000;

function* tooMuch({ inject, workload }: ScenarioOutput): Generator<Problem> {
  const operations = workload.clients === 0 ? 0 : Math.round((inject / 1_000) * workload.rate);
  if (operations <= operationsMax) return;
  yield {
    path: ['inject'],
    message: `${operations} operations are more than a run can hold (${operationsMax}): a shorter time, or a lower workload.rate, is needed`,
  };
}

const parameterWords: Readonly<Record<Parameter, string>> = {
  flag: 'true or false',
  count: 'a whole number that is not negative',
};

const isOf = (kind: Parameter, value: unknown): boolean =>
  kind === 'flag'
    ? typeof value === 'boolean'
    : typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** Settings or arguments that nobody reads, or of another type. `whose`: what takes them. */
function* wrongParameters(
  given: JsonObject,
  known: Parameters,
  { path, whose }: { readonly path: Path; readonly whose: string },
): Generator<Problem> {
  const names = Object.keys(known);
  for (const [key, value] of Object.entries(given)) {
    const kind = Object.hasOwn(known, key) ? known[key] : undefined;
    if (kind === undefined) {
      const instead = names.length === 0 ? '' : `, but ${names.join(', ')}`;
      yield { path, key, message: `${whose} has no ${key}${instead}.${suggestion(key, names)}` };
    } else if (!isOf(kind, value)) {
      const message = `expected ${parameterWords[kind]}; this is ${shown(value)}`;
      yield { path: [...path, key], message };
    }
  }
}

/** Names of targets, properties, nodes, procedures, operations and settings that do not exist. */
function* unknownNames(
  document: ScenarioOutput,
  { targets, properties }: Known,
): Generator<Problem> {
  const target = targets.get(document.target);
  if (target === undefined) {
    const known = [...targets.keys()];
    yield {
      path: ['target'],
      message: `there is no target ${document.target}, but ${known.join(', ')}.${suggestion(document.target, known)}`,
    };
    return;
  }
  if (document.properties !== 'all') {
    for (const [place, name] of document.properties.entries()) {
      const path = ['properties', place] as const;
      if (!properties.has(name)) {
        const meant = suggestion(name, [...properties.keys()]);
        yield { path, message: `there is no property ${name}.${meant}` };
      } else if (target.notJudgedBy?.includes(name) === true) {
        yield {
          path,
          message: `target ${target.name} cannot be judged by ${name}: it has no such things, or its nodes do not tell of them`,
        };
      }
    }
  }
  if (target.settings !== undefined) {
    const whose = `target ${target.name}`;
    yield* wrongParameters(document.settings, target.settings, { path: ['settings'], whose });
  }
  if (document.faults === 'drawn') return;
  for (const [place, entry] of document.faults.entries()) {
    yield* unknownInFault(entry, { path: ['faults', place], document, target });
  }
}

type Place = { readonly path: Path; readonly document: ScenarioOutput; readonly target: Target };

/** Keys of faults that say between whom links are hit, and those that say which nodes are. */
const betweenEnds = ['cut', 'partition', 'delay', 'flap', 'from'] as const;
const ofNodes = ['kill', 'pause', 'on'] as const;

const isOneOf = (keys: readonly string[], key: string): boolean => keys.includes(key);

function* unknownInFault(
  entry: FaultOutput,
  { path, document, target }: Place,
): Generator<Problem> {
  const { managers, workers, inject } = document;
  if ((entry.at ?? 0) >= inject) {
    yield {
      path: [...path, 'at'],
      message: `it is not before the end of the injection, ${inject}ms`,
    };
  }
  const cluster = { target, shape: { managers, workers } };
  for (const key of [...betweenEnds, ...ofNodes]) {
    const hits = isOneOf(ofNodes, key) ? 'nodes' : 'links';
    for (const word of [(entry as Readonly<Record<string, unknown>>)[key]].flat(3)) {
      const message = typeof word === 'string' ? strangeWord(word, cluster, hits) : undefined;
      if (message !== undefined) yield { path: [...path, key], message };
    }
  }
  if ('procedure' in entry) yield* wrongProcedure(entry, path, target);
  if (entry.when !== undefined && 'operation' in entry.when) {
    const message = strangeOperation(entry.when.operation, target);
    if (message !== undefined) yield { path: [...path, 'when', 'operation'], message };
  }
}

function* wrongProcedure(
  { procedure, args }: Extract<FaultOutput, { readonly procedure: string }>,
  path: Path,
  target: Target,
): Generator<Problem> {
  const message = strangeProcedure(procedure, target);
  const known = target.procedureArguments;
  if (message !== undefined) yield { path: [...path, 'procedure'], message };
  else if (known !== undefined && args !== undefined) {
    yield* wrongParameters(args, known[procedure] ?? {}, {
      path: [...path, 'args'],
      whose: `procedure ${procedure}`,
    });
  }
}
