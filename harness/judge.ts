import type { History } from './core/history.ts';
import type { Property } from './core/property.ts';
import type { Judged } from './core/run.ts';

/** The verdicts of some properties on one history, in their order. Pure: a saved history is judged again like this. */
export const judge = (history: History, properties: readonly Property[]): readonly Judged[] =>
  properties.map((property) => ({
    property: property.name,
    guarantee: property.guarantee,
    source: property.source,
    ...property.judge(history),
  }));
