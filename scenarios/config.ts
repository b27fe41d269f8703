import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TargetEntry } from '../harness/cli/registry.ts';
import { isReserved } from '../harness/core/fault.ts';
import type { Property } from '../harness/core/property.ts';
import type { Scenario } from '../harness/core/scenario.ts';
import type { Target } from '../harness/core/target.ts';
import { messageOf } from '../harness/core/thrown.ts';
import { UsageError } from '../harness/core/usage-error.ts';
import { ourScenarios } from './ours.ts';
import { checkedScenario } from './schema/checked-scenario.ts';
import type { ScenarioInput } from './schema/scenario-schema.ts';
import { ownProperties, withOwn } from './own-properties.ts';

/** What a `schism.config.ts` beside the user's own tests adds. */
export type Config = {
  readonly targets?: readonly TargetEntry[];
  readonly scenarios?: readonly Scenario[];
  readonly properties?: readonly Property[];
};

/** The same as it is written: scenarios with the keys of a file, or as values. */
type Written = {
  readonly targets?: readonly TargetEntry[];
  readonly scenarios?: readonly (Scenario | ScenarioInput)[];
  readonly properties?: readonly Property[];
};

const configNames = ['schism.config.ts', 'schism.config.mjs', 'schism.config.js'];

const configKeys = 'targets, scenarios, properties';
const entryKeys = 'target, sim, process, docker, configuration';

const isTargetEntry = (value: unknown): value is TargetEntry => {
  const { target, configuration } = (value ?? {}) as Partial<TargetEntry>;
  return (
    typeof target?.name === 'string' &&
    typeof target.nodes === 'function' &&
    typeof configuration === 'function'
  );
};

/** What a configuration exports, if it is one. Throws a sentence that names the key; `known`: the targets that there are besides. */
export const configOf = (value: unknown, known: readonly Target[] = []): Config => {
  if (typeof value !== 'object' || value === null)
    throw new Error(`its default export must be { ${configKeys} }`);
  const {
    targets = [],
    scenarios = [],
    properties: listed = [],
    ...others
  } = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(others))
    throw new Error(`${key} is not known here, but ${configKeys}`);
  if (!Array.isArray(targets) || !targets.every(isTargetEntry))
    throw new Error(`targets must be a list of { ${entryKeys} }`);
  if (!Array.isArray(scenarios))
    throw new Error('scenarios must be a list of scenarios, with the keys of a scenario file');
  for (const { target } of targets) {
    const name = target.nodes(anyShape).find((node) => isReserved(node.name))?.name;
    if (name !== undefined)
      throw new Error(
        `a node of target ${target.name} is named ${name}, which means something else in faults; give it another name`,
      );
  }
  const own = ownProperties(listed);
  const all = {
    targets: new Map(
      [...known, ...targets.map(({ target }) => target)].map((target) => [target.name, target]),
    ),
    properties: withOwn(own),
  };
  const checked = scenarios.map((scenario: unknown, place) =>
    checkedScenario(scenario, `scenarios[${place}]`, all),
  );
  for (const { name } of checked)
    if (ourScenarios.has(name))
      throw new Error(`a scenario named ${name} comes with schism; give yours another name`);
  const twice =
    repeated(checked.map(({ name }) => name)) ?? repeated(targets.map(({ target }) => target.name));
  if (twice !== undefined) throw new Error(`two are named ${twice}; give one another name`);
  return { targets, scenarios: checked, properties: own };
};

/** What a target calls its nodes hardly depends on how many there are. */
const anyShape = { managers: 5, workers: 2 };

const repeated = (names: readonly string[]): string | undefined =>
  names.find((name, place) => names.indexOf(name) !== place);

/** Where a folder's own configuration is, if it has one. */
export const configIn = (folder: string): string | undefined =>
  configNames.map((name) => join(folder, name)).find((name) => existsSync(name));

/** The user's own targets and scenarios, where there are any. Throws a `UsageError` that names the file. */
export const readConfig = async (folder: string, known: readonly Target[]): Promise<Config> => {
  const file = configIn(folder);
  if (file === undefined) return {};
  try {
    const loaded = (await import(pathToFileURL(file).href)) as { readonly default?: Written };
    return configOf(loaded.default, known);
  } catch (cause) {
    const why = messageOf(cause);
    const mend = /import statement outside a module|require is not defined/.test(why)
      ? '; it is an ES module: put "type": "module" into the package.json beside it'
      : '';
    throw new UsageError(`${relative(folder, file)}: ${why}${mend}`, { cause });
  }
};
