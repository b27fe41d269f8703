import type { NodeName } from '../../harness/core/cluster.ts';
import { seconds } from '../../harness/core/figures.ts';
import type { History, Observation, Operation } from '../../harness/core/history.ts';
import type { Moment, Property, Verdict } from '../../harness/core/property.ts';
import { answerOf, endingOf, pastEndingOf } from '../answers.ts';
import { chronicleOf } from '../chronicle.ts';
import { healed, wasHealed } from '../healing.ts';
import { membershipOf, removalsOf } from '../membership.ts';
import { killedBefore } from '../restarts.ts';
import { broken, held, moment, unknown, untested } from '../verdicts.ts';
import { stalledAfterHeal } from './stalls.ts';

/**
 * Once healed, every manager serves its clients, whoever leads: it hands on to the leader what only the leader can answer. Others that
 * answer show that there is a leader, so a manager that does not is itself at fault, and none stops by itself. Not judged: who came up locked and stayed so
 * (`autolocked-restart` does), who ended again, and whose role changed.
 * @source Docker, "Administer and maintain a swarm of Docker Engines": all managers answer, and proxy to the leader; swarmkit,
 * manager/manager.go and protobuf/plugin/raftproxy.
 */
export const everyManagerServes: Property = {
  name: 'every-manager-serves',
  kind: 'liveness',
  guarantee:
    'Once everything is healed and others answer, no manager leaves its clients without an answer, nor stops by itself: within the bound it serves reads and writes, whoever leads.',
  source:
    'Docker, Administer and maintain a swarm; swarmkit protobuf/plugin/raftproxy (managers hand requests on to the leader)',
  judge(history) {
    if (chronicleOf(history).locks === 0) return unknown('no node says whether it is locked');
    const stopped = stoppedByItself(history);
    if (stopped !== undefined) return stopped;
    const judged = managersToJudge(history);
    const found = judged.map((node) => deafTo(node, history)).find((verdict) => verdict);
    if (found !== undefined) {
      const stalled = stalledAfterHeal(history);
      return stalled === undefined ? found : unknown(stalled);
    }
    const serving = judged.filter((node) => lastReads(history, node).some(isServed));
    if (serving.length === 0) return unknown('no manager was asked for anything in the end');
    const said = `${serving.join(', ')} answered in the end`;
    return chronicleOf(history).bitten.length > 0
      ? held(said)
      : untested(`${said}, after no fault`);
  },
};

/**
 * No fault damages what is on a disk: a node that says that it is in error has stopped for a reason of its own, unless it was taken
 * off the swarm's list, once for each time that it has joined.
 */
const stoppedByItself = (history: History): Verdict | undefined => {
  const joined = new Map<NodeName, { state: string | undefined; times: number }>();
  for (const { node, said } of chronicleOf(history).boots) {
    const own = joined.get(node) ?? { state: undefined, times: 0 };
    joined.set(node, own);
    for (const [place, words] of said.entries()) {
      if (words.kind !== 'lock') continue;
      const { state, at } = words;
      if (state === 'error' && removalsOf(node, at, history) < Math.max(1, own.times)) {
        const why = lastNote(said.slice(0, place)) ?? 'it does not say why';
        return broken(`${node} has stopped by itself, is in error and serves nobody: ${why}`, [
          ...killedBefore(node, at, history),
          moment(at, node, `${node} says that it is in error: ${why}`),
        ]);
      }
      if (state === 'active' && own.state === 'inactive') own.times += 1;
      if (state === 'active' || state === 'inactive') own.state = state;
    }
  }
  return undefined;
};

const lastNote = (said: readonly Observation[]): string | undefined => {
  const note = said.findLast(({ kind }) => kind === 'note');
  return note?.kind === 'note' ? quoted(note.text) : undefined;
};

const quotedMax = 80;

/** The beginning of what a node says, in quotation marks: the whole is in its log, and what it advises is not for the reader. */
const quoted = (text: string): string => {
  if (text.length <= quotedMax) return `"${text}"`;
  const cut = text.slice(0, quotedMax + 1);
  return `"${cut.slice(0, Math.max(cut.lastIndexOf(' '), quotedMax / 2))}…"`;
};

const managersToJudge = (history: History): readonly NodeName[] => {
  const { first, last, fixedUntil } = membershipOf(history);
  const { boots, roles } = chronicleOf(history);
  const changed = new Set(roles.filter(({ role }) => role === 'none').map(({ node }) => node));
  const ended = new Set(
    history.lifecycle
      .filter(({ at, event }) => at >= history.phases.healedAt && event !== 'resumed')
      .map(({ node }) => node),
  );
  return last.filter((node) => {
    if (ended.has(node) || changed.has(node)) return false;
    if (fixedUntil !== Infinity && !first.voters.includes(node)) return false;
    const said = boots.findLast((boot) => boot.node === node)?.said ?? [];
    const lock = said.findLast(({ kind }) => kind === 'lock');
    return lock?.kind === 'lock' && lock.state !== 'locked';
  });
};

/** The cluster answered, or refused for a reason that lies in what it holds. */
const isServed = ({ outcome, decided }: Operation): boolean => outcome === 'ok' || decided;

const lastReads = ({ operations }: History, manager: NodeName): readonly Operation[] =>
  operations.filter(
    ({ phase, effect, node }) => phase === 'final' && effect === 'read' && node === manager,
  );

const deafTo = (node: NodeName, history: History): Verdict | undefined =>
  deafToReads(node, history) ?? deafToWrites(node, history);

/** Asked again and again in the end, it answered none, and another one did. */
const deafToReads = (node: NodeName, history: History): Verdict | undefined => {
  const reads = lastReads(history, node);
  const [asked] = reads;
  if (asked === undefined || reads.some(isServed)) return undefined;
  const other = history.operations.find(
    (operation) =>
      operation.phase === 'final' &&
      operation.operation === asked.operation &&
      operation.node !== node &&
      operation.outcome === 'ok',
  );
  if (other === undefined) return undefined;
  return broken(
    `${node} answered no read in the end, although ${other.node} did${wasHealed(history) ? ` and everything was healed ${seconds(asked.invokedAt - history.phases.healedAt)} before` : ''}`,
    [
      ...healed(history),
      moment(
        asked.invokedAt,
        node,
        `${node} is asked for ${asked.operation} and ${endingOf(asked)}`,
      ),
      answers(other),
      ...lastAnswer(node, reads),
    ],
  );
};

/** How it still answered when it was asked for the last time. */
const lastAnswer = (node: NodeName, reads: readonly Operation[]): readonly Moment[] => {
  const last = reads.at(-1);
  if (last === undefined || reads.length < 2) return [];
  const answer = answerOf(last);
  const alike = reads.filter((read) => answerOf(read) === answer).length;
  const how = answer === undefined ? 'gives no answer' : `answers ${answer}`;
  const often = alike === reads.length ? 'each' : `${alike}`;
  return [
    moment(
      last.endedAt ?? last.invokedAt,
      node,
      `${node} ${how}, as it did ${often} of the ${reads.length} times that it was asked in the end`,
    ),
  ];
};

/** A write that it was asked for when another one's was accepted already, and that is open still when the bound has passed. */
const deafToWrites = (node: NodeName, history: History): Verdict | undefined => {
  const { healedAt } = history.phases;
  const writes = history.operations.filter(
    ({ effect, phase, invokedAt }) =>
      effect === 'write' && phase === 'settle' && invokedAt >= healedAt,
  );
  const bound = healedAt + history.bounds.leaderReturnsMs;
  const inVain = writes.find(
    (write) => write.node === node && !isServed(write) && (write.endedAt ?? Infinity) >= bound,
  );
  const other =
    inVain &&
    writes.find(
      ({ outcome, endedAt, node: by }) =>
        by !== node && outcome === 'ok' && (endedAt ?? Infinity) <= inVain.invokedAt,
    );
  if (inVain === undefined || other === undefined) return undefined;
  return broken(
    `${node} was asked for ${inVain.operation} ${wasHealed(history) ? `${seconds(inVain.invokedAt - healedAt)} after the heal` : `at ${seconds(inVain.invokedAt)}`} and ${pastEndingOf(inVain)}, although ${other.node} had accepted a write before`,
    [
      ...healed(history),
      answers(other),
      moment(
        inVain.invokedAt,
        node,
        `${node} is asked for ${inVain.operation} and ${endingOf(inVain)}`,
      ),
    ],
  );
};

const answers = ({ endedAt, invokedAt, node, operation }: Operation) =>
  moment(endedAt ?? invokedAt, node, `${node} answers ${operation}`);
