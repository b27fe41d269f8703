import { counted, seconds } from '../../harness/core/figures.ts';
import type { Operation } from '../../harness/core/history.ts';
import type { Property } from '../../harness/core/property.ts';
import { broken, held, moment, untested } from '../verdicts.ts';

/**
 * An answer that says no has no effect: 4xx and 503, "update out of sequence", a connection that was never made. The loser of two
 * updates of one version gets that text and has no effect.
 * @source docker-swarm failure catalogue 15(b); moby daemon/server/httpstatus/status.go.
 */
export const rejectedWritesNeverHappen: Property = {
  name: 'rejected-writes-never-happen',
  kind: 'safety',
  guarantee:
    'A write that was answered with a refusal has no effect: nobody ever sees what it would have written.',
  source:
    'moby daemon/server/httpstatus/status.go; swarmkit manager/state/store (ErrSequenceConflict)',
  judge({ operations }) {
    const refused = new Map<string, Operation>();
    for (const operation of operations) {
      const { outcome, intent } = operation;
      if (outcome === 'rejected' && intent?.value !== undefined)
        refused.set(intent.value, operation);
    }
    if (refused.size === 0) return untested('no write was refused');
    const objects = new Set(Array.from(refused.values(), ({ intent }) => intent?.object));
    let looks = 0;
    for (const reader of operations) {
      for (const { object, value } of reader.seen) {
        if (!objects.has(object)) continue;
        looks += 1;
        const write = value === undefined ? undefined : refused.get(value);
        if (write?.intent?.object === object) return happened(write, reader);
      }
    }
    return looks > 0
      ? held(
          `of ${counted(refused.size, 'refused write')} ${counted(looks, 'look')} at the objects showed nothing`,
        )
      : untested('no object was looked at of which a write was refused');
  },
};

const happened = (write: Operation, reader: Operation) => {
  const object = write.intent?.object ?? '';
  const what = `${write.operation} of ${object} to ${write.intent?.value ?? ''}`;
  const refusedAt = write.endedAt ?? write.invokedAt;
  const seenAt = reader.endedAt ?? reader.invokedAt;
  return broken(
    `${what} was refused at ${seconds(refusedAt)}, and yet ${reader.node} shows it at ${seconds(seenAt)}`,
    [
      moment(
        refusedAt,
        write.node,
        `${write.node} refuses ${what}: ${JSON.stringify(write.output ?? null)}`,
      ),
      moment(seenAt, reader.node, `${reader.node} shows ${object} as ${write.intent?.value ?? ''}`),
    ],
  );
};
