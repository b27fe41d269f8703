/** What a call of `run` is to play. */
import type { Scenario } from '../../core/scenario.ts';
import { UsageError } from '../../core/usage-error.ts';
import type { Io } from '../io.ts';
import type { Registry, TargetEntry } from '../registry.ts';
import { selectScenarios, shaped, targetNamed } from '../select.ts';
import { lackedByShape, requireNodes } from '../strange-names.ts';
import type { RunOptions } from './options.ts';

export type Chosen = {
  /** As they were given, or the default suite's. */
  readonly names: readonly string[];
  readonly entry: TargetEntry;
  readonly plays: readonly [Scenario, ...Scenario[]];
  /** A suite is among the names: without a number of managers it is played with 3 and with 5. */
  readonly hasSuite: boolean;
};

/** Throws a `UsageError` that says what of it cannot be played, and why. */
export const chosen = (
  { names: given, target, managers, workers }: RunOptions,
  registry: Registry,
  io: Io,
): Chosen => {
  const names = given.length > 0 ? given : [registry.defaultSuite];
  const selected = selectScenarios(names, registry, target).map((scenario) => ({
    ...scenario,
    target: target ?? scenario.target,
  }));
  const entry = entryOf(selected, registry);
  const scenarios = selected.map((scenario) => judgeable(scenario, entry));
  const hasSuite = names.some((name) => registry.suites.has(name));
  const inShape = shaped(scenarios, { managers, workers }, hasSuite);
  const plays = atLeastOne(withoutLacking(inShape, { scenarios, names, registry, entry, io }));
  requireNodes(plays, entry.target);
  return { names, entry, plays, hasSuite };
};

const entryOf = (scenarios: readonly Scenario[], registry: Registry): TargetEntry => {
  const names = [...new Set(scenarios.map(({ target }) => target))];
  const [name = '', second] = names;
  if (second !== undefined) {
    throw new UsageError(
      `these scenarios are for different targets (${names.join(', ')}); run them one after the other, or name one with --target`,
    );
  }
  return targetNamed(name, registry);
};

/** A scenario that was made for any target, or for another one, with those of its properties that say something of this one. */
const judgeable = (
  scenario: Scenario,
  { target: { notJudgedBy = [] } }: TargetEntry,
): Scenario => ({
  ...scenario,
  properties: scenario.properties.filter((name) => !notJudgedBy.includes(name)),
});

type Wanted = {
  readonly scenarios: readonly Scenario[];
  readonly names: readonly string[];
  readonly registry: Registry;
  readonly entry: TargetEntry;
  readonly io: Io;
};

/**
 * Without what only came with a suite and names a node that the asked shape lacks: it is left out, and said. What was asked for by
 * itself is refused later, as is a suite of which nothing would be left.
 */
const withoutLacking = (
  plays: readonly Scenario[],
  { scenarios, names, registry, entry, io }: Wanted,
): readonly Scenario[] => {
  const lacked = lackedByShape(plays, scenarios, entry.target);
  const ofSuites = new Set(names.flatMap((name) => registry.suites.get(name)?.scenarios ?? []));
  const leaves = ({ name }: Scenario): boolean =>
    lacked.has(name) && ofSuites.has(name) && !names.includes(name);
  const left = plays.filter((play) => !leaves(play));
  if (left.length === 0) return plays;
  for (const { name } of scenarios.filter(leaves))
    io.err(`${io.colors.yellow('warning')}: ${name} is left out: ${lacked.get(name) ?? ''}`);
  return left;
};

export const atLeastOne = (scenarios: readonly Scenario[]): readonly [Scenario, ...Scenario[]] => {
  const [first, ...rest] = scenarios;
  if (first === undefined)
    throw new UsageError('nothing to run: name a scenario, a suite or a file');
  return [first, ...rest];
};
