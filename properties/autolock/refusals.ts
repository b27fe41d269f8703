import type { History, Observation, Operation } from '../../harness/core/history.ts';
import type { Verdict } from '../../harness/core/property.ts';
import { askedOf } from '../lookup.ts';
import { broken, moment, seconds } from '../verdicts.ts';
import { isUnlock, type LockedSpan } from './locked-spans.ts';

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

const betrayed = ({ node, from, to }: LockedSpan, operation: Operation, does: string): Verdict => {
  const at = operation.endedAt ?? operation.invokedAt;
  return broken(`${node} is locked and ${does} at ${seconds(at)}`, [
    moment(from, node, `${node} ends; it starts again and is locked`),
    moment(
      at,
      node,
      `${node} ${does}: ${operation.outcome}, ${JSON.stringify(operation.output ?? null)}`,
    ),
    moment(to, node, `until here nobody has unlocked ${node}`),
  ]);
};

/** No key but the right one opens anything. */
export const opensWithWrongKey = ({ operations }: History): Verdict | undefined => {
  const opened = operations.find(
    (operation) =>
      isUnlock(operation) && operation.args.key === 'wrong' && operation.outcome === 'ok',
  );
  return (
    opened &&
    broken(`${opened.node} was unlocked by a wrong key`, [
      moment(opened.invokedAt, opened.node, `an operator tries a key that is not the swarm's`),
      moment(opened.endedAt ?? opened.invokedAt, opened.node, `${opened.node} accepts it`),
    ])
  );
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
