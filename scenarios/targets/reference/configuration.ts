import type { NodeConfig } from '../../../cluster/node/config.ts';
import type { JsonObject } from '../../../harness/core/json.ts';

/** What a scenario's settings may say of a node's configuration. */
export const configurable = [
  'snapshotIntervalEntries',
  'trailingEntries',
] as const satisfies readonly (keyof NodeConfig)[];

/** The part of a node's configuration that a scenario sets; the rest is the node's own default. */
export const configurationOf = (
  settings: JsonObject,
): Partial<Pick<NodeConfig, (typeof configurable)[number]>> =>
  Object.fromEntries(
    configurable.flatMap((name) => {
      const value = settings[name];
      return typeof value === 'number' ? [[name, value]] : [];
    }),
  );
