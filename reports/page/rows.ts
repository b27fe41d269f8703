import type { Ms, NodeName } from '../../harness/core/cluster.ts';
import { counted } from '../../harness/core/figures.ts';
import type { History, Observation } from '../../harness/core/history.ts';
import { bootWords, commitWords, namesOf } from './commits.ts';
import { voteWords, votesOf } from './votes.ts';
import { deedWords, recordWords } from './words.ts';

/** One line of the table of events. */
export type EventRow = {
  readonly at: Ms;
  /** When it was over, of what takes its time: the answer of an operation, the last confirmation of a fault. */
  readonly until?: Ms | undefined;
  readonly node: string;
  /** `fault`, `heal`, `role`, `vote`, `lock`, `node`, `operation`, `note`, `phase`, `commit`, and what else nodes say. */
  readonly kind: string;
  readonly text: string;
  /** What a reader looks for first; shown also where the table is cut. */
  readonly weight: 0 | 1 | 2;
};

const faultRows = (history: History): readonly EventRow[] =>
  history.faults.flatMap((fault): readonly EventRow[] => {
    const words = recordWords(fault);
    if (fault.beginAt === undefined) {
      return [
        {
          at: history.phases.healAt,
          node: '',
          kind: 'fault',
          text: `${words}: ${fault.evidence.text}`,
          weight: 1,
        },
      ];
    }
    const begin: EventRow = {
      at: fault.beginAt,
      until: fault.begunAt,
      node: '',
      kind: 'fault',
      text: `${words}: ${fault.deeds.map(deedWords).join('; ') || fault.evidence.text}`,
      weight: 2,
    };
    if (fault.endedAt === undefined) return [begin];
    const healed = fault.healed === false ? ', and what it hit did not come back' : '';
    return [
      begin,
      {
        at: fault.endedAt,
        until: fault.endAt,
        node: '',
        kind: 'heal',
        text: `${words} ended: ${fault.evidence.text}${healed}`,
        weight: 2,
      },
    ];
  });

const observationRows = (history: History): readonly EventRow[] =>
  history.observations.flatMap((said): readonly EventRow[] => {
    const row = { at: said.at, node: said.node };
    switch (said.kind) {
      case 'role': {
        const leads = said.role === 'leader';
        const text = leads ? `leads term ${said.term}` : `${said.role} in term ${said.term}`;
        return [{ ...row, kind: 'role', text, weight: leads ? 2 : 1 }];
      }
      case 'lock':
        return [
          { ...row, kind: 'lock', text: said.state, weight: said.state === 'locked' ? 2 : 0 },
        ];
      case 'membership':
        return [
          {
            ...row,
            kind: 'members',
            text: `${counted(said.voters.length, 'voter')}, ${counted(said.learners.length, 'learner')}`,
            weight: 0,
          },
        ];
      case 'note':
        return [{ ...row, kind: 'note', text: said.text, weight: 2 }];
      case 'manager':
        return [
          {
            ...row,
            kind: 'manager',
            text: `control loops ${said.running ? 'start' : 'stop'} in term ${said.term}`,
            weight: 1,
          },
        ];
      // Votes have names in rows of their own, and what is said most often is not written down twice.
      case 'vote':
      case 'boot':
      case 'commit':
      case 'state':
      case 'task':
      case 'executor':
        return [];
    }
  });

const voteRows = (history: History): readonly EventRow[] =>
  votesOf(history).map((vote) => ({
    at: vote.at,
    node: vote.node,
    kind: 'vote',
    text: voteWords(vote),
    weight: vote.again ? 2 : 1,
  }));

const answerMax = 160;

/** What is left out is in the document. */
const cut = (answer: string): string =>
  answer.length > answerMax ? `${answer.slice(0, answerMax)}…` : answer;

const operationRows = (history: History): readonly EventRow[] =>
  history.operations.map((operation) => {
    const who = operation.client === undefined ? 'the operator' : `client ${operation.client}`;
    const end =
      operation.endedAt === undefined
        ? 'no answer'
        : `${operation.outcome} after ${Math.round(operation.endedAt - operation.invokedAt)} ms`;
    const output =
      operation.outcome === 'ok' || operation.output === undefined
        ? ''
        : ` ${cut(JSON.stringify(operation.output))}`;
    return {
      at: operation.invokedAt,
      until: operation.endedAt,
      node: operation.node,
      kind: 'operation',
      text: `${who}: ${operation.operation} ${JSON.stringify(operation.args)} → ${end}${output}`,
      weight: operation.outcome === 'ok' ? 0 : 1,
    };
  });

/** What nodes say again and again: the script makes these rows anew of the document, in the same words. */
const frequentRows = (history: History): readonly EventRow[] => {
  const names = namesOf(history);
  return history.observations.flatMap((said): readonly EventRow[] => {
    const text = frequentWords(said, names);
    if (text === undefined) return [];
    const changes = said.kind === 'commit' && said.tasks.length > 0;
    return [{ at: said.at, node: said.node, kind: said.kind, text, weight: changes ? 1 : 0 }];
  });
};

const frequentWords = (
  said: Observation,
  names: ReadonlyMap<string, NodeName>,
): string | undefined => {
  switch (said.kind) {
    case 'boot':
      return bootWords(said);
    case 'commit':
      return commitWords(said, names);
    case 'state':
      return `has objects of the digest ${said.digest}, with everything up to entry ${said.index}`;
    case 'task':
      return `task ${said.id}: ${said.state}`;
    case 'executor':
      return `its executor: task ${said.id} ${said.state === 'running' ? 'runs' : 'is gone'}`;
    default:
      return undefined;
  }
};

/** Every event of a run, in order of time. */
export const eventRows = (history: History): readonly EventRow[] =>
  [...toldRows(history), ...operationRows(history), ...frequentRows(history)].sort(
    (a, b) => a.at - b.at,
  );

/** A heal that is not confirmed in time is given up. */
const healedWords = ({ faults }: History): string =>
  faults.some(({ beginAt, healed }) => beginAt !== undefined && healed === false)
    ? 'the heal is over, and not of all faults confirmed'
    : 'every heal is confirmed';

/** All but operations and what nodes say again and again, of which there is too much to be written down twice. */
export const toldRows = (history: History): readonly EventRow[] => {
  const { phases } = history;
  const phase = (at: Ms, text: string): EventRow => ({
    at,
    node: '',
    kind: 'phase',
    text,
    weight: 2,
  });
  return [
    phase(phases.injectAt, 'the cluster has formed; the schedule begins'),
    phase(phases.healAt, 'the heal begins'),
    phase(phases.healedAt, healedWords(history)),
    phase(phases.quietAt, 'the workload has ended'),
    phase(phases.endAt, 'the end'),
    ...faultRows(history),
    ...voteRows(history),
    ...observationRows(history),
    ...history.lifecycle.map((event): EventRow => ({
      at: event.at,
      node: event.node,
      kind: 'node',
      text: event.text === '' ? event.event : `${event.event}: ${event.text}`,
      weight: 1,
    })),
  ];
};
