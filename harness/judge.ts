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

/**
 * The verdicts of a run: those that its scenario asks for, and beside them every other safety property that was broken. A scenario
 * need not name what it does not put to the test, and yet nothing that breaks goes unseen.
 */
export const judgeRun = (
  history: History,
  properties: readonly Property[],
  asked: readonly string[],
): readonly Judged[] =>
  judge(
    history,
    properties.filter(({ name, kind }) => kind === 'safety' || asked.includes(name)),
  ).filter(({ property, verdict }) => verdict === 'fail' || asked.includes(property));
