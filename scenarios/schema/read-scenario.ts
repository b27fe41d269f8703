import { readFileSync } from 'node:fs';
import type { Scenario } from '../../harness/core/scenario.ts';
import { messageOf } from '../../harness/core/thrown.ts';
import { UsageError } from '../../harness/core/usage-error.ts';
import { codeFrame } from './code-frame.ts';
import type { Known } from './known.ts';
import { checkDocument, type Problem } from './problems.ts';
import type { ScenarioInput } from './scenario-schema.ts';
import { toScenario } from './to-scenario.ts';
import { parseYaml, type PlacedYaml } from './yaml-places.ts';

/** A scenario in TypeScript, checked by the same schema as a file. Throws a `UsageError` that lists what is wrong. */
export const defineScenario = (
  input: ScenarioInput,
  known: Known,
  named = `scenario ${input.name}`,
): Scenario => {
  const checked = checkDocument(input, known);
  if (checked.ok) return toScenario(checked.document, known);
  throw new UsageError(
    checked.problems.map((problem) => `${named}: ${pathText(problem)}`).join('\n'),
  );
};

/** `faults[0].for: expected a time …` */
const pathText = ({ path, key, message }: Problem): string => {
  const steps = key === undefined ? path : [...path, key];
  const text = steps.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return text === '' ? message : `${text.replace(/^\./, '')}: ${message}`;
};

/** The scenario in a YAML text. Throws a `UsageError` with file, line, column, a frame and what was probably meant. */
export const parseScenario = (text: string, file: string, known: Known): Scenario => {
  const yaml = parseYaml(text);
  if ('problem' in yaml) {
    const { message, place } = yaml.problem;
    throw new UsageError(
      `${file}:${place.line}:${place.column}: ${message}\n${codeFrame(text, place)}`,
    );
  }
  const checked = checkDocument(yaml.value ?? {}, known);
  if (checked.ok) return toScenario(checked.document, known);
  throw new UsageError(
    checked.problems.map((problem) => placedText(problem, { text, file, yaml })).join('\n\n'),
  );
};

const placedText = (
  problem: Problem,
  { text, file, yaml }: { readonly text: string; readonly file: string; readonly yaml: PlacedYaml },
): string => {
  const place = yaml.placeOf(problem.path, problem.key);
  return `${file}:${place.line}:${place.column}: ${pathText(problem)}\n${codeFrame(text, place)}`;
};

/** What is known to a file that is to run on one target, whichever it names: that one is judged by what it can be judged by. */
const forTarget = (known: Known, name: string | undefined): Known => {
  const target = name === undefined ? undefined : known.targets.get(name);
  if (target === undefined) return known;
  const instead = { ...target, notJudgedBy: [] };
  return { ...known, targets: new Map([...known.targets.keys()].map((key) => [key, instead])) };
};

/** Reads a scenario file, to be run on the target that it names or on another one. Throws a `UsageError` that names the file and what is wrong with it. */
export const readScenario = (file: string, known: Known, target?: string): Scenario => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const why = messageOf(cause);
    throw new UsageError(`the scenario ${file} cannot be read: ${why}`, { cause });
  }
  return parseScenario(text, file, forTarget(known, target));
};
