import { readFileSync } from 'node:fs';
import { runFileSchema, type RunFile } from '../core/run.ts';
import { messageOf } from '../core/thrown.ts';
import { UsageError } from '../core/usage-error.ts';
import { damageOf } from './run-file-shape.ts';

const record = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;

/** `schism/run-file@2`: its number. */
const numberOf = (schema: string): number => Number(/^schism\/run-file@(\d+)$/.exec(schema)?.[1]);

const otherSchema = (schema: string): string => {
  const number = numberOf(schema);
  if (Number.isNaN(number)) return `is no run file but ${schema}`;
  const age = number > numberOf(runFileSchema) ? 'a newer' : 'an older';
  return `is of ${age} schema ${schema}; this schism reads ${runFileSchema}. Use the version that wrote it.`;
};

/** Checks what was read; `place` is named in every complaint. Throws a `UsageError`. */
export const asRunFile = (value: unknown, place: string): RunFile => {
  const schema = record(value)?.schema;
  if (typeof schema !== 'string' || !schema.startsWith('schism/')) {
    throw new UsageError(`${place} is not a run file of schism: it has no "schema"`);
  }
  if (schema !== runFileSchema) throw new UsageError(`${place} ${otherSchema(schema)}`);
  const damage = damageOf(value);
  if (damage !== undefined) throw new UsageError(`${place} is damaged: ${damage}`);
  return value as RunFile;
};

const notJson = (text: string): string => {
  if (text.trim() === '') return 'is empty';
  if (!text.trimStart().startsWith('{')) return 'is neither a run file nor a report of schism';
  return text.trimEnd().endsWith('}') ? 'is not JSON' : 'is cut off: it does not end as JSON does';
};

/** Reads a run file, or those inside a report. Throws a `UsageError` that names the file and what is wrong with it. */
export const readRunFiles = (
  file: string,
  runFilesOfReport: (text: string) => readonly unknown[],
): readonly RunFile[] => {
  let text: string;
  try {
    // Some editors put a mark before the text.
    text = readFileSync(file, 'utf8').replace(/^\ufeff/, '');
  } catch (cause) {
    throw new UsageError(`${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
  if (/^\s*</.test(text)) {
    try {
      return runFilesOfReport(text).map((run, place) =>
        asRunFile(run, `${file}, run ${place + 1}`),
      );
    } catch (cause) {
      if (cause instanceof UsageError) throw cause;
      throw new UsageError(`${file}: ${messageOf(cause)}`, {
        cause,
      });
    }
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${file} ${notJson(text)} (${messageOf(cause)})`, { cause });
  }
  return [asRunFile(value, file)];
};
