/** When what is desired changed last: what has to come about has the bound from then on. */
import type { Ms } from '../../harness/core/cluster.ts';
import type { History } from '../../harness/core/history.ts';
import type { ServiceShown } from '../../models/swarm-answers.ts';
import { chronicleOf } from '../chronicle.ts';
import { remembered } from '../remembered.ts';
import type { FinalState } from './final-state.ts';

/** By what it wrote, when each write that was answered had its answer. */
const answersOf = remembered((history): ReadonlyMap<string, Ms> => {
  const answered = new Map<string, Ms>();
  for (const { intent, outcome, endedAt } of history.operations) {
    if (outcome === 'ok' && intent?.value !== undefined) answered.set(intent.value, endedAt ?? 0);
  }
  return answered;
});

/** By what was written, when somebody first had an answer that shows it. */
const sightingsOf = remembered((history): ReadonlyMap<string, Ms> => {
  const seen = new Map<string, Ms>();
  for (const { seen: shown, endedAt } of history.operations) {
    if (endedAt === undefined) continue;
    for (const { value } of shown)
      if (value !== undefined && endedAt < (seen.get(value) ?? Infinity)) seen.set(value, endedAt);
  }
  return seen;
});

/** When the log went past a version: an object of this version was written about then. 0 where it never did. */
const wentPast = (version: number, history: History): Ms =>
  chronicleOf(history).commits.find(({ index }) => index > version)?.at ?? 0;

/**
 * When it was certain that a service had been written whose last writer never had an answer: such a write may come about late. That is
 * when somebody was shown it, or else when the log went past the service's version, which alone says little, because a finished
 * roll-out writes the service as well. 0 where there is none.
 */
export const lastChangeAt = ({ services }: FinalState, history: History): Ms => {
  const answered = answersOf(history);
  const ambiguous = services.filter(({ mark }) => !answered.has(mark));
  return Math.max(0, ...ambiguous.map((service) => certainAt(service, history)));
};

const certainAt = ({ mark, version }: ServiceShown, history: History): Ms =>
  Math.min(sightingsOf(history).get(mark) ?? Infinity, wentPast(version, history));

/** When a service was written last, as far as clients had it written. */
export const changeOf = (service: ServiceShown, history: History): Ms =>
  answersOf(history).get(service.mark) ?? certainAt(service, history);

/** Of an update that takes one lot of places after the other, so many are done within the bound: 13 took a little more. */
const lotsInBound = 10;

/** How long an update of the service may take beyond the bound: what it waits by its own configuration, and for places beyond many. */
export const waitsOf = (
  { updateWaits, replicas }: ServiceShown,
  { nodes }: FinalState,
  { bounds }: Pick<History, 'bounds'>,
): Ms => {
  if (updateWaits === undefined) return 0;
  const lots = (replicas ?? nodes.length) / updateWaits.places;
  const beyond = Math.max(0, Math.ceil(lots) - lotsInBound);
  return updateWaits.ms * Math.floor(lots) + (beyond * bounds.convergeMs) / lotsInBound;
};

/** When anything became of a node, its availability or its state: tasks may have to go to it, or away from it. */
export const changeOfNodes = ({ nodes }: FinalState, history: History): Ms =>
  nodes.length === 0 ? 0 : wentPast(Math.max(...nodes.map(({ version }) => version)), history);
