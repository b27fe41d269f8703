/** How the end of all faults is told, and not told where there was nothing to heal. */
import type { Ms } from '../harness/core/cluster.ts';
import { seconds } from '../harness/core/figures.ts';
import type { FaultRecord, History } from '../harness/core/history.ts';
import type { Moment } from '../harness/core/property.ts';
import { moment } from './verdicts.ts';

const begun = ({ faults }: History): readonly FaultRecord[] =>
  faults.filter(({ beginAt }) => beginAt !== undefined);

/** Whether anything was done that a heal takes back. What a procedure did stays so. */
export const wasHealed = (history: History): boolean =>
  begun(history).some(({ deeds }) => deeds.length > 0);

const lastProcedureAt = (history: History): Ms =>
  Math.max(0, ...begun(history).map(({ endedAt }) => endedAt ?? history.phases.healedAt));

/** Since when nothing was done to the cluster any more; 0 where nothing ever was. */
const letAloneAt = (history: History): Ms =>
  wasHealed(history) ? history.phases.healedAt : lastProcedureAt(history);

/** The moment in which every heal was confirmed or given up, or the last procedure was over. Pictures draw a line where the heal began. */
export const healed = (history: History): readonly Moment[] => {
  if (begun(history).length === 0) return [];
  const text = wasHealed(history) ? confirmed(history) : 'the last procedure is over';
  return [moment(letAloneAt(history), undefined, text)];
};

const confirmed = (history: History): string => {
  const { healAt, healedAt } = history.phases;
  const began = healedAt - healAt < 1 ? '' : `; it began at ${seconds(healAt)}`;
  return begun(history).some(({ healed: took }) => took === false)
    ? `the heal is over, and not of all faults confirmed${began}`
    : `the heal of all faults is confirmed${began}`;
};

/** `after the heal`; where there was nothing to heal only the time remains. */
export const afterTheHeal = (history: History): string =>
  wasHealed(history) ? 'after the heal' : `from ${seconds(history.phases.healedAt)} on`;
