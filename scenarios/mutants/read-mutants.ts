import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Mutant } from '../../harness/core/run.ts';
import { messageOf } from '../../harness/core/thrown.ts';
import { UsageError } from '../../harness/core/usage-error.ts';
import { codeFrame } from '../schema/code-frame.ts';
import { issueWords } from '../schema/issue-words.ts';
import { parseYaml } from '../schema/yaml-places.ts';
import { mutantSchema } from './mutant-schema.ts';

const extensions = ['.yaml', '.yml', '.json'];

/** The planted bugs of a file, or of every YAML and JSON file of a folder, in order of their names. Throws a `UsageError`. */
export const readMutants = (path: string): readonly Mutant[] => {
  const files = filesOf(path);
  if (files.length === 0)
    throw new UsageError(`${path} holds no planted bug (${extensions.join(', ')})`);
  return files.map(readMutant);
};

const filesOf = (path: string): readonly string[] => {
  try {
    if (!statSync(path).isDirectory()) return [path];
    return readdirSync(path)
      .filter((name) => extensions.includes(extname(name)))
      .sort()
      .map((name) => join(path, name));
  } catch (cause) {
    throw unreadable(path, cause);
  }
};

const unreadable = (path: string, cause: unknown): UsageError =>
  new UsageError(`${path} cannot be read: ${messageOf(cause)}`, { cause });

const readMutant = (file: string): Mutant => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw unreadable(file, cause);
  }
  const yaml = parseYaml(text);
  if ('problem' in yaml) {
    const { message, place } = yaml.problem;
    throw new UsageError(
      `${file}:${place.line}:${place.column}: ${message}\n${codeFrame(text, place)}`,
    );
  }
  const parsed = mutantSchema.safeParse(yaml.value, issueWords);
  if (parsed.success) return parsed.data;
  const texts = parsed.error.issues.map((issue) => {
    const place = yaml.placeOf(issue.path as (string | number)[]);
    const where = issue.path.map(String).join('.');
    return `${file}:${place.line}:${place.column}: ${where === '' ? '' : `${where}: `}${issue.message}\n${codeFrame(text, place)}`;
  });
  throw new UsageError(texts.join('\n\n'));
};
