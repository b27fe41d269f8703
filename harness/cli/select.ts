import { statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { suggestion } from '../core/did-you-mean.ts';
import type { Scenario } from '../core/scenario.ts';
import { UsageError } from '../core/usage-error.ts';
import type { Io } from './io.ts';
import type { Registry, TargetEntry } from './registry.ts';

/** A sentence for whoever named something of their own where nothing of it was read; nothing where it was. */
const noConfig = ({ withoutConfig }: Pick<Registry, 'withoutConfig'>): string =>
  withoutConfig === undefined ? '' : ` ${withoutConfig}`;

const unknownName = (name: string, registry: Registry): UsageError => {
  const names = [...registry.suites.keys(), ...registry.scenarios.keys()];
  return new UsageError(
    `there is no scenario, suite or file "${name}".${suggestion(name, names)} \`${registry.invocation} list\` shows all of them.${noConfig(registry)}`,
  );
};

/** Throws a `UsageError` where there is none. */
export const targetNamed = (name: string, registry: Registry): TargetEntry => {
  const entry = registry.targets.get(name);
  if (entry !== undefined) return entry;
  const known = [...registry.targets.keys()];
  throw new UsageError(
    `there is no target "${name}".${suggestion(name, known)} There are ${known.join(', ')}.${noConfig(registry)}`,
  );
};

const isFile = (name: string): boolean =>
  /\.(ya?ml|json)$/.test(name) || statSync(name, { throwIfNoEntry: false })?.isFile() === true;

/** Reports, run files and tallies know a scenario by its name, so no two may share one. */
const clash = (name: string): UsageError =>
  new UsageError(`two different scenarios are named ${name}; give one of them another name`);

/** The scenarios that names of suites, scenarios and files stand for, in their order, each once; `target`: what files are to run on. */
export const selectScenarios = (
  names: readonly string[],
  registry: Registry,
  target?: string,
): readonly Scenario[] => {
  const chosen = new Map<string, Scenario>();
  const add = (scenario: Scenario): void => {
    const { name } = scenario;
    const before = chosen.get(name);
    if (before !== undefined && !isDeepStrictEqual(before, scenario)) throw clash(name);
    chosen.set(name, scenario);
  };
  for (const name of names) {
    const suite = registry.suites.get(name);
    const scenario = registry.scenarios.get(name);
    if (suite !== undefined) {
      for (const part of suite.scenarios) {
        const found = registry.scenarios.get(part);
        if (found === undefined)
          throw new Error(`suite ${name} names a scenario ${part} that is not registered`);
        add(found);
      }
    } else if (scenario !== undefined) add(scenario);
    else if (isFile(name)) add(registry.readScenario(name, target));
    else throw unknownName(name, registry);
  }
  return [...chosen.values()];
};

export type ShapeAsked = {
  readonly managers: number | undefined;
  readonly workers: number | undefined;
};

/** Each scenario with the shapes that are asked for; where none is, with 3 and with 5 managers. */
export const shaped = (
  scenarios: readonly Scenario[],
  { managers, workers }: ShapeAsked,
  both: boolean,
): readonly Scenario[] => {
  const counts = managers === undefined ? (both ? [3, 5] : [undefined]) : [managers];
  return counts.flatMap((count) =>
    scenarios.map((scenario) => ({
      ...scenario,
      shape: {
        managers: count ?? scenario.shape.managers,
        workers: workers ?? scenario.shape.workers,
      },
    })),
  );
};

/** Says what an even number of managers costs. */
export const warnOfQuorum = (managers: number, io: Pick<Io, 'err' | 'colors'>): void => {
  const warning = quorumWarning(managers);
  if (warning !== undefined) io.err(`${io.colors.yellow('warning')}: ${warning}`);
};

/** `undefined` where there is nothing to say. */
const quorumWarning = (managers: number): string | undefined => {
  if (managers % 2 === 1) return undefined;
  const tolerates = Math.floor((managers - 1) / 2);
  return `${managers} managers tolerate the loss of ${tolerates}, as ${managers - 1} do, and need one more for a quorum: an odd number is better`;
};
