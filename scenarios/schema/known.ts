import type { Property } from '../../harness/core/property.ts';
import type { Target } from '../../harness/core/target.ts';

/** What a scenario may name. */
export type Known = {
  readonly targets: ReadonlyMap<string, Target>;
  readonly properties: ReadonlyMap<string, Property>;
};

/** Those that say what must not happen or must come about; a `reached` only says what a run has met. */
export const guaranteesOf = ({ properties }: Pick<Known, 'properties'>): readonly string[] =>
  [...properties.values()].filter(({ kind }) => kind !== 'reached').map(({ name }) => name);
