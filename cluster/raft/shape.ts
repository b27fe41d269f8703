/** Whether a message from a peer has the shape that its type promises. What has not is dropped: a peer is never trusted to be well. */
import type { Entry, Member, Membership, RaftMessage } from './types.ts';

/** Unsigned integers that survive arithmetic. */
const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

const isFlag = (value: unknown): value is boolean => value === true || value === false;

const isText = (value: unknown): value is string => typeof value === 'string';

type Unsure<T> = { readonly [K in keyof T]?: unknown } | undefined;

const isMember = (value: Unsure<Member>): boolean =>
  isText(value?.id) && isText(value.nodeId) && isText(value.address) && isFlag(value.voter);

const isMembership = (value: Unsure<Membership>): boolean =>
  Array.isArray(value?.members) &&
  Array.isArray(value.removed) &&
  (value.members as Unsure<Member>[]).every(isMember) &&
  value.removed.every(isText);

type UnsureEntry = Unsure<Entry & { readonly data: unknown; readonly membership: unknown }>;

const isEntry = (value: UnsureEntry): boolean => {
  if (!isCount(value?.index) || !isCount(value.term)) return false;
  if (value.kind === 'data') return value.data instanceof Uint8Array;
  if (value.kind === 'config') return isMembership(value.membership as Unsure<Membership>);
  return value.kind === 'noop';
};

const areEntries = (value: readonly Entry[] | undefined): boolean => {
  if (!Array.isArray(value)) return false;
  for (const entry of value as readonly Entry[]) if (!isEntry(entry)) return false;
  return true;
};

export const isWellFormed = (message: RaftMessage): boolean => {
  if (!isText(message.from) || !isCount(message.term)) return false;
  switch (message.type) {
    case 'vote-request':
      return (
        isCount(message.lastIndex) &&
        isCount(message.lastTerm) &&
        isFlag(message.pre) &&
        isFlag(message.transfer)
      );
    case 'vote-response':
      return isFlag(message.pre) && isFlag(message.granted);
    case 'append':
      return (
        isCount(message.prevIndex) &&
        isCount(message.prevTerm) &&
        isCount(message.commit) &&
        isCount(message.round) &&
        areEntries(message.entries)
      );
    case 'append-response':
      return (
        isFlag(message.ok) &&
        isCount(message.index) &&
        isCount(message.conflictTerm) &&
        isCount(message.round)
      );
    case 'snapshot-chunk':
      return (
        isCount(message.index) &&
        isCount(message.snapshotTerm) &&
        isCount(message.hash) &&
        isCount(message.offset) &&
        isCount(message.round) &&
        isFlag(message.done) &&
        message.bytes instanceof Uint8Array &&
        isMembership(message.membership)
      );
    case 'snapshot-response':
      return (
        isCount(message.index) &&
        isCount(message.offset) &&
        isCount(message.round) &&
        isFlag(message.installed)
      );
    case 'timeout-now':
    case 'removed':
      return true;
    case 'log-lost':
      return isCount(message.index);
    default:
      // A type that this version does not know.
      return false;
  }
};
