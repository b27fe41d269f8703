/** That nodes ended and came up again, for stories of what they did afterwards. */
import type { Ms, NodeName } from '../harness/core/cluster.ts';
import { seconds } from '../harness/core/figures.ts';
import type { History } from '../harness/core/history.ts';
import type { Moment } from '../harness/core/property.ts';
import { chronicleOf } from './chronicle.ts';
import { listed } from './deeds-in-words.ts';
import { moment } from './verdicts.ts';

type Restart = { readonly node: NodeName; readonly endedAt: Ms; readonly startedAt: Ms };

/** The last one of a node by this time, where it was killed and not merely stopped. */
const lastRestart = (node: NodeName, until: Ms, { lifecycle }: History): readonly Restart[] => {
  const own = lifecycle.filter((of) => of.node === node && of.at <= until);
  const start = own.findLastIndex(({ event }) => event === 'started');
  const [end, started] = [own.slice(0, start).at(-1), own[start]];
  if (started === undefined || end?.event !== 'killed') return [];
  return [{ node, endedAt: end.at, startedAt: started.at }];
};

const cameUpLocked = ({ node, startedAt }: Restart, history: History): boolean => {
  const boot = chronicleOf(history).boots.find(
    (of) => of.node === node && (of.said[0]?.at ?? 0) >= startedAt,
  );
  const lock = boot?.said.find(({ kind }) => kind === 'lock');
  return lock?.kind === 'lock' && lock.state === 'locked';
};

/** `m2 is killed; it starts again at 0.137 s, locked`. */
export const killedBefore = (node: NodeName, until: Ms, history: History): readonly Moment[] =>
  lastRestart(node, until, history).map((restart) => {
    const locked = cameUpLocked(restart, history) ? ', locked' : '';
    return moment(
      restart.endedAt,
      node,
      `${node} is killed; it starts again at ${seconds(restart.startedAt)}${locked}`,
    );
  });

/** The same of the managers that the last fault which bit has killed, told once for all of them. */
export const managersKilledLast = (until: Ms, history: History): readonly Moment[] => {
  const { bitten, managers } = chronicleOf(history);
  const last = bitten
    .filter(({ deeds, begunAt }) => deeds.length > 0 && begunAt !== undefined && begunAt <= until)
    .toSorted((a, b) => (a.begunAt ?? 0) - (b.begunAt ?? 0))
    .at(-1);
  const killed = (last?.deeds ?? []).flatMap((deed) => (deed.deed === 'kill' ? [deed.node] : []));
  const restarts = managers
    .filter((node) => killed.includes(node))
    .flatMap((node) => lastRestart(node, until, history));
  const [only] = restarts;
  if (only === undefined) return [];
  if (restarts.length === 1) return killedBefore(only.node, until, history);
  const names = listed(restarts.map(({ node }) => node));
  const startedAt = Math.max(...restarts.map((of) => of.startedAt));
  return [
    moment(
      Math.max(...restarts.map(({ endedAt }) => endedAt)),
      undefined,
      `${names} have been killed; the last of them starts again at ${seconds(startedAt)}`,
    ),
  ];
};
