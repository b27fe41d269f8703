import { seconds } from '../../harness/core/figures.ts';
import type { History, Observation, Operation } from '../../harness/core/history.ts';
import type { Verdict } from '../../harness/core/property.ts';
import { answerOf, endingOf } from '../answers.ts';
import { askedOf } from '../lookup.ts';
import { killedBefore } from '../restarts.ts';
import { broken, moment } from '../verdicts.ts';
import { isUnlock, lockedSince, type LockedSpan } from './locked-spans.ts';

/** What was asked of a locked manager and answered before anybody could have unlocked it. */
export const askedWhileLocked = (
  { node, from, to }: LockedSpan,
  history: History,
): readonly Operation[] =>
  askedOf(history, node, { from, to }).filter(
    ({ endedAt }) => endedAt !== undefined && endedAt <= to,
  );

/** `_ping`, `info` (which must say "locked") and `unlock` are all that it answers. */
export const answersWhileLocked = (span: LockedSpan, history: History): Verdict | undefined => {
  for (const operation of askedWhileLocked(span, history)) {
    const { effect, outcome, decided, output } = operation;
    if (effect !== 'local' && (outcome === 'ok' || decided)) {
      return betrayed(span, operation, `answers ${operation.operation}`);
    }
    const { info } = (output ?? {}) as { readonly info?: { readonly state?: string } };
    if (info?.state !== undefined && info.state !== 'locked') {
      return betrayed(span, operation, `says of itself that it is ${info.state}`);
    }
  }
  return undefined;
};

const betrayed = (span: LockedSpan, operation: Operation, does: string): Verdict => {
  const { node, from, to } = span;
  const at = operation.endedAt ?? operation.invokedAt;
  const lockedAt = lockedSince(span);
  return broken(`${node} is locked and ${does} at ${seconds(at)}`, [
    moment(from, node, `${node} ends`),
    moment(lockedAt, node, `${node} has started again and says that it is locked`),
    moment(
      at,
      node,
      `${node} ${does}: ${operation.outcome}, ${JSON.stringify(operation.output ?? null)}`,
    ),
    moment(to, node, 'nobody has unlocked it until here'),
  ]);
};

/** No key but the right one opens anything. */
export const opensWithWrongKey = (history: History): Verdict | undefined => {
  const opened = history.operations.find(
    (operation) =>
      isUnlock(operation) && operation.args.key === 'wrong' && operation.outcome === 'ok',
  );
  return opened && tookWrongKey(opened, history);
};

/** Whether it opened anything with it is what it said, and how it answered, until it was given another key. */
const tookWrongKey = (opened: Operation, history: History): Verdict => {
  const { node, invokedAt, endedAt = invokedAt } = opened;
  const next = history.operations.find(
    (operation) =>
      operation.node === node && isUnlock(operation) && operation.invokedAt > invokedAt,
  );
  const until = next?.invokedAt ?? history.phases.endAt;
  const opens = history.observations.find(
    (words) =>
      words.node === node &&
      words.kind === 'lock' &&
      words.state !== 'locked' &&
      words.at >= invokedAt &&
      words.at <= until,
  );
  const refused = askedOf(history, node, { from: endedAt, to: until }).find(
    ({ effect, outcome, decided }) => effect !== 'local' && outcome === 'rejected' && !decided,
  );
  const killed = killedBefore(node, invokedAt, history);
  const tries = moment(invokedAt, node, "an operator tries a key that is not the swarm's");
  const takes = moment(endedAt, node, `${node} answers ${answerOf(opened) ?? 'that it fits'}`);
  if (opens?.kind === 'lock')
    return broken(`${node} was unlocked by a wrong key`, [
      ...killed,
      tries,
      takes,
      moment(opens.at, node, `${node} says that it is ${opens.state}, and not locked`),
    ]);
  return broken(`${node} took a wrong key for the right one`, [
    ...killed,
    tries,
    takes,
    ...(refused === undefined
      ? []
      : [
          moment(
            refused.endedAt ?? refused.invokedAt,
            node,
            `${node} is locked all the same: asked for ${refused.operation} it ${endingOf(refused)}`,
          ),
        ]),
  ]);
};

const doing = (words: Observation): string => {
  if (words.kind === 'role') return `is a ${words.role} in term ${words.term}`;
  return words.kind === 'vote' ? `votes in term ${words.term}` : 'follows the log';
};

/** A locked manager takes no part: it has no role in any term, gives no vote, commits nothing and runs no loops. */
export const takesPartWhileLocked = ({ node, boot }: LockedSpan): Verdict | undefined => {
  let locked = boot.said.find((words) => words.kind === 'lock' && words.state === 'locked');
  for (const words of boot.said) {
    if (locked === undefined || words.seq < locked.seq) continue;
    if (words.kind === 'lock') locked = words.state === 'locked' ? words : undefined;
    const takesPart =
      (words.kind === 'role' && words.role !== 'none') ||
      words.kind === 'commit' ||
      words.kind === 'state' ||
      words.kind === 'vote' ||
      words.kind === 'manager';
    if (locked === undefined || !takesPart) continue;
    const does = doing(words);
    return broken(`${node} is locked and ${does}`, [
      moment(locked.at, node, `${node} is locked`),
      moment(words.at, node, `${node} ${does}`),
    ]);
  }
  return undefined;
};
