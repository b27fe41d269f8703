/** What a member's disk holds, and what a crash in the middle of a persist leaves of it. */
import type { Entry, HardState, Membership, RaftBoot, RaftPersist, Snapshot } from '../types.ts';
import type { Dice } from './dice.ts';

export type Image = {
  hardState: HardState | undefined;
  snapshot: Snapshot | undefined;
  entries: readonly Entry[];
};

export const emptyImage = (): Image => ({
  hardState: undefined,
  snapshot: undefined,
  entries: [],
});

export const lastIndexOf = (image: Image): number =>
  image.entries.at(-1)?.index ?? image.snapshot?.index ?? 0;

const writeSnapshot = (image: Image, snapshot: Snapshot): void => {
  const meets = image.entries.some(
    ({ index, term }) => index === snapshot.index && term === snapshot.term,
  );
  image.snapshot = snapshot;
  image.entries = meets ? image.entries.filter(({ index }) => index > snapshot.index) : [];
};

const writeEntries = (image: Image, entries: readonly Entry[]): void => {
  const first = entries[0];
  if (first === undefined) return;
  if (first.index > lastIndexOf(image) + 1)
    throw new Error(`a persist begins at ${first.index}, the disk ends at ${lastIndexOf(image)}`);
  image.entries = [...image.entries.filter(({ index }) => index < first.index), ...entries];
};

export const write = (image: Image, persist: RaftPersist): void => {
  if (persist.snapshot !== undefined) writeSnapshot(image, persist.snapshot);
  if (persist.hardState !== undefined) image.hardState = persist.hardState;
  writeEntries(image, persist.entries);
};

/** A crash leaves a prefix of a persist: nothing, the snapshot, the hard state besides, some of the entries, or all. */
export const writeTorn = (image: Image, persist: RaftPersist, dice: Dice): void => {
  const steps = dice.below(4);
  if (steps === 0) return;
  if (persist.snapshot !== undefined) writeSnapshot(image, persist.snapshot);
  if (steps === 1) return;
  if (persist.hardState !== undefined) image.hardState = persist.hardState;
  if (steps === 2) return;
  writeEntries(image, persist.entries.slice(0, dice.below(persist.entries.length + 1)));
};

export const bootFrom = (image: Image, membership: Membership | undefined): RaftBoot => ({
  hardState: image.hardState,
  snapshot: image.snapshot,
  entries: image.entries,
  membership,
});
