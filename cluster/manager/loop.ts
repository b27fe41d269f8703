/** A control loop: notes what may need work, and does the work on the state of the moment in which its turn comes. */
import { encodedSize } from '../encoded-size.ts';
import { entryBytesMax } from '../store/actions.ts';
import type { Kind } from '../store/objects.ts';
import type { StoreEvent, Transaction } from '../store/types.ts';

export type Loop = {
  readonly name: string;
  /** The kinds of objects whose changes it is told. */
  readonly watches: readonly Kind[];
  /** When it has to run, in monotonic milliseconds; Infinity where there is nothing to do. */
  readonly dueAt: number;
  /** It waits for company: work that may as well go along with a transaction that is made anyway. */
  readonly canRun?: boolean;
  /** A change, committed or just written by another loop of the same transaction. It may be told twice. */
  observe(event: StoreEvent): void;
  /** Looks at the whole state: what events could have been missed, and what an earlier leader left. */
  resync(): void;
  /** Does what is due. It may leave work for another transaction, and is then still due. */
  run(transaction: Transaction): void;
};

/** A transaction that grew this large is closed; what is left goes into the next one. */
export const actionsMax = 200;

/** Half of an entry: whatever a loop writes before it looks again has room in the other half. */
const bytesMax = entryBytesMax / 2;

export const isFull = (transaction: Transaction): boolean =>
  transaction.actions.length >= actionsMax || transaction.bytes >= bytesMax;

/** Room for what names and times take besides a large value. */
const besideBytes = 4096;

/** Whether a value that may be large by itself still goes into the entry. Into an empty one it has to. */
export const hasRoomFor = (transaction: Transaction, value: unknown): boolean =>
  transaction.actions.length === 0 ||
  transaction.bytes + encodedSize(value) + besideBytes <= entryBytesMax;

export const never = Infinity;
