import { readFileSync } from 'node:fs';
import { runFileSchema, type RunFile } from '../core/run.ts';
import { UsageError } from './exit.ts';

const record = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;

/** Parts that everything else relies on; what is inside them was written by us together with them. */
const parts: readonly (readonly [path: string, type: string])[] = [
  ['run.scenario.name', 'string'],
  ['run.scenario.shape.managers', 'number'],
  ['run.seed', 'number'],
  ['run.index', 'number'],
  ['run.backend', 'string'],
  ['run.schedule', 'list'],
  ['run.history.operations', 'list'],
  ['run.history.observations', 'list'],
  ['run.history.faults', 'list'],
  ['run.verdicts', 'list'],
  ['run.digest', 'string'],
  ['mutants', 'list'],
];

const typeOf = (value: unknown): string => (Array.isArray(value) ? 'list' : typeof value);

const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((part, key) => record(part)?.[key], value);

/** Checks what was read; `place` is named in every complaint. Throws a `UsageError`. */
export const asRunFile = (value: unknown, place: string): RunFile => {
  const schema = record(value)?.schema;
  if (typeof schema !== 'string' || !schema.startsWith('schism/')) {
    throw new UsageError(`${place} is not a run file of schism: it has no "schema"`);
  }
  if (schema !== runFileSchema) {
    throw new UsageError(
      `${place} is of schema ${schema}; this schism reads ${runFileSchema}. Use the version that wrote it.`,
    );
  }
  for (const [path, type] of parts) {
    const found = typeOf(at(value, path));
    if (found !== type) {
      throw new UsageError(
        `${place} is damaged: ${path} is ${found === 'undefined' ? 'missing' : `a ${found}`}, expected a ${type}`,
      );
    }
  }
  return value as RunFile;
};

/** Reads a run file, or those inside a report. Throws a `UsageError` that names the file and what is wrong with it. */
export const readRunFiles = (
  file: string,
  runFilesOfReport: (text: string) => readonly unknown[],
): readonly RunFile[] => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UsageError(
      `${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  if (/^\s*</.test(text)) {
    try {
      return runFilesOfReport(text).map((run, place) =>
        asRunFile(run, `${file}, run ${place + 1}`),
      );
    } catch (cause) {
      if (cause instanceof UsageError) throw cause;
      throw new UsageError(`${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    }
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const cut = text.trimEnd().endsWith('}')
      ? 'is not JSON'
      : 'is cut off: it does not end as JSON does';
    throw new UsageError(
      `${file} ${cut} (${cause instanceof Error ? cause.message : String(cause)})`,
      { cause },
    );
  }
  return [asRunFile(value, file)];
};
