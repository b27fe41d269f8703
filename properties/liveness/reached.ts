import { isOfClients } from '../../harness/core/cluster.ts';
import type { Deed } from '../../harness/core/fault.ts';
import { seconds } from '../../harness/core/figures.ts';
import type { History, Observation, Operation } from '../../harness/core/history.ts';
import type { Property } from '../../harness/core/property.ts';
import { lockedSince, lockedSpans } from '../autolock/locked-spans.ts';
import { chronicleOf } from '../chronicle.ts';
import { membershipOf, replicasOf } from '../membership.ts';
import { held, unknown } from '../verdicts.ts';

/** What a run can have met, and how one knows. */
const situations = {
  'election-during-a-cut': {
    is: 'a manager came to lead while links were cut',
    met: (history) => electionDuring('cut', history),
  },
  'election-after-a-kill': {
    is: 'a manager came to lead after the leader had been killed',
    met: (history) => electionDuring('kill', history),
  },
  'write-in-flight-at-a-cut': {
    is: 'a write was asked before a cut and not yet answered when it began',
    met: (history) => inFlight('cut', history),
  },
  'write-in-flight-at-a-kill': {
    is: 'a write was asked before a kill and not yet answered when it began',
    met: (history) => inFlight('kill', history),
  },
  'locked-restart': {
    is: 'a manager came up locked',
    met(history) {
      const [span] = lockedSpans(history);
      return span && `${span.node} came up locked, at ${seconds(lockedSince(span))}`;
    },
  },
  'task-moved': {
    is: 'a task was replaced by one on another node',
    met: taskMoved,
  },
  promotion: {
    is: 'a worker became a manager that votes',
    met(history) {
      const { first, configurations } = membershipOf(history);
      const come = configurations.flatMap(({ voters }) => voters);
      const name = come.find((voter) => !first.voters.includes(voter));
      return name && `${name} came to vote`;
    },
  },
  demotion: {
    is: 'a manager became a worker',
    met(history) {
      const said = chronicleOf(history).roles.find(({ role }) => role === 'none');
      return said && `${said.node}, at ${seconds(said.at)}`;
    },
  },
  'unknown-outcome': {
    is: 'a write ended without its client knowing how',
    met(history) {
      const write = history.operations.find(
        ({ effect, outcome }) => effect === 'write' && outcome === 'unknown',
      );
      return write && `${write.operation} at ${write.node}, asked at ${seconds(write.invokedAt)}`;
    },
  },
} as const satisfies Readonly<
  Record<string, { readonly is: string; met(history: History): string | undefined }>
>;

export type Situation = keyof typeof situations;

/**
 * What a run must have met to count: a "sometimes" property, which guards against campaigns that pass because nothing happened.
 * @source Stateright, `sometimes` properties; Antithesis, "sometimes assertions".
 */
export const reached = (situation: Situation): Property => {
  const { is, met } = situations[situation];
  return {
    name: `reached:${situation}`,
    kind: 'reached',
    guarantee: `At some time ${is}.`,
    source: 'a condition of the campaign, so that it does not pass because nothing happened',
    judge(history) {
      const how = met(history);
      return how === undefined ? unknown(`at no time: ${is}`) : held(how);
    },
  };
};

export const situationNames = Object.keys(situations) as readonly Situation[];

const faultsWith = (which: 'cut' | 'kill', history: History) =>
  chronicleOf(history).bitten.filter(({ deeds }) =>
    deeds.some((deed) => deed.deed === which && hitsNodes(deed)),
  );

/** Clients that lose sight of nodes are nothing that nodes would notice. */
const hitsNodes = (deed: Deed): boolean => deed.deed !== 'cut' || !deed.links.every(isOfClients);

/** Counts by arrival: it says that a run met something, and judges nothing. */
const electionDuring = (deed: 'cut' | 'kill', history: History): string | undefined => {
  for (const { beginAt, endAt } of faultsWith(deed, history)) {
    const from = beginAt ?? Infinity;
    const to = endAt ?? history.phases.endAt;
    const leader = chronicleOf(history).roles.find(
      ({ role, at }) => role === 'leader' && at > from && at < to,
    );
    if (leader !== undefined)
      return `${leader.node} in term ${leader.term}, at ${seconds(leader.at)}`;
  }
  return undefined;
};

const inFlight = (deed: 'cut' | 'kill', history: History): string | undefined => {
  for (const { beginAt } of faultsWith(deed, history)) {
    const write = history.operations.find((operation) => isOpenAt(beginAt ?? -Infinity, operation));
    if (write !== undefined)
      return `${write.operation} at ${write.node}, asked at ${seconds(write.invokedAt)}`;
  }
  return undefined;
};

const isOpenAt = (at: number, { effect, invokedAt, endedAt }: Operation): boolean =>
  effect === 'write' && invokedAt <= at && (endedAt ?? Infinity) > at;

/** As any manager that lived saw it: one that was killed does not see what came after. */
function taskMoved(history: History): string | undefined {
  for (const boot of chronicleOf(history).boots) {
    for (const said of replicasOf(boot)) {
      const moved = movedIn(said);
      if (moved !== undefined) return moved;
    }
  }
  return undefined;
}

const movedIn = (said: readonly Observation[]): string | undefined => {
  const nodes = new Map<string, string>();
  for (const words of said) {
    if (words.kind !== 'commit') continue;
    for (const task of words.tasks) {
      // A replacement waits as `ready` at first, until the one before has gone.
      if (task.node === '' || task.slot === 0 || task.desired !== 'running') continue;
      const place = `${task.service} ${task.slot}`;
      const before = nodes.get(place);
      if (before !== undefined && before !== task.node) {
        return `slot ${task.slot} of service ${task.service}, at ${seconds(words.at)}`;
      }
      nodes.set(place, task.node);
    }
  }
  return undefined;
};
