import { seconds } from '../../harness/core/figures.ts';
import type { History } from '../../harness/core/history.ts';
import type { Verdict } from '../../harness/core/property.ts';
import { chronicleOf, type Said } from '../chronicle.ts';
import { broken, moment } from '../verdicts.ts';
import type { AloneSpan } from './terms-started-alone.ts';

/**
 * With CheckQuorum a leader that hears no majority steps down within an election timeout (dissertation §6.2). It is given twice
 * that, behind the time in which old messages may still have reached it.
 */
export const leadsAlone = (
  { node, from, to }: AloneSpan,
  history: History,
): Verdict | undefined => {
  const { electionTimeoutMsMax } = history.bounds;
  if (to - from < 4 * electionTimeoutMsMax) return undefined;
  let last: Said<'role'> | undefined;
  for (const said of chronicleOf(history).roles) {
    if (said.at > to) break;
    if (said.node === node) last = said;
  }
  if (last?.role !== 'leader' || isInterrupted(last, to, history)) return undefined;
  return broken(
    `${node} hears nobody for ${seconds(to - Math.max(from, last.at))} and leads on all the same`,
    [
      moment(last.at, node, `${node} leads term ${last.term}`),
      moment(from, node, "no manager's message reaches it from here on"),
      moment(to, node, `${node} has not said that it no longer leads`),
    ],
  );
};

/** Whether its process ended, or stood still, since it said that it leads. */
const isInterrupted = ({ node, at }: Said<'role'>, to: number, { lifecycle }: History): boolean =>
  lifecycle.some((lived) => lived.node === node && lived.at >= at && lived.at <= to);
