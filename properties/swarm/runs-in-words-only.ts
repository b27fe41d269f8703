import type { History, Observation } from '../../harness/core/history.ts';
import type { Moment, Verdict } from '../../harness/core/property.ts';
import type { Said } from '../chronicle.ts';
import { broken, moment } from '../verdicts.ts';

/**
 * A task that its node, or a manager, calls running before an executor has started it. Judged only where executors are heard themselves,
 * and in virtual time, where words arrive in the order in which they are said.
 */
export const runsInWordsOnly = ({ backend, observations }: History): Verdict | undefined => {
  if (backend !== 'sim' || !observations.some(({ kind }) => kind === 'executor')) return undefined;
  const started = new Map<string, Said<'executor'>>();
  for (const words of observations) {
    if (words.kind === 'executor') {
      if (words.state === 'running') started.set(words.id, words);
      continue;
    }
    const id = calledRunning(words, started);
    if (id !== undefined) return inWordsOnly(id, words, observations);
  }
  return undefined;
};

/** The task that these words call running too early. A node's agent knows of its own boot alone, a manager of all there were. */
const calledRunning = (
  words: Observation,
  started: ReadonlyMap<string, Said<'executor'>>,
): string | undefined => {
  if (words.kind === 'commit')
    return words.tasks.find(({ id, state }) => state === 'running' && !started.has(id))?.id;
  if (words.kind !== 'task' || words.state !== 'running') return undefined;
  const start = started.get(words.id);
  return start?.node === words.node && start.boot === words.boot ? undefined : words.id;
};

const inWordsOnly = (
  id: string,
  words: Observation,
  observations: readonly Observation[],
): Verdict => {
  const { at, node, kind } = words;
  const text = `${node} ${kind === 'commit' ? 'commits' : 'says'} that task ${id} runs`;
  const start = observations
    .slice(observations.indexOf(words))
    .find((later) => isStart(later, id) && (kind === 'commit' || isOfBoot(later, words)));
  if (start === undefined)
    return broken(
      `${text}; its executor never started it${kind === 'task' ? ' in this boot' : ''}`,
      [moment(at, node, text)],
    );
  return broken(`${text}; its executor started it only later`, [
    moment(at, node, text),
    startOf(start, id),
  ]);
};

const isStart = (words: Observation, id: string): boolean =>
  words.kind === 'executor' && words.state === 'running' && words.id === id;

const isOfBoot = (words: Observation, { node, boot }: Observation): boolean =>
  words.node === node && words.boot === boot;

const startOf = ({ at, node }: Observation, id: string): Moment =>
  moment(at, node, `its executor starts task ${id}`);
