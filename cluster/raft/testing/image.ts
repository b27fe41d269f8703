/** What a member's disk holds, as the contract of `RaftPersist` has it, and what a crash in the middle of a persist may leave. */
import type { Entry, HardState, RaftPersist, Snapshot } from '../types.ts';

export type Image = {
  readonly hardState: HardState | undefined;
  readonly snapshot: Snapshot | undefined;
  /** Those behind the snapshot. */
  readonly entries: readonly Entry[];
};

export const emptyImage: Image = { hardState: undefined, snapshot: undefined, entries: [] };

export const lastIndexOf = (image: Image): number =>
  image.entries.at(-1)?.index ?? image.snapshot?.index ?? 0;

const withSnapshot = (image: Image, snapshot: Snapshot): Image => {
  const meets = image.entries.some(
    ({ index, term }) => index === snapshot.index && term === snapshot.term,
  );
  const entries = meets ? image.entries.filter(({ index }) => index > snapshot.index) : [];
  return { ...image, snapshot, entries };
};

const cutBefore = (image: Image, index: number): Image => {
  if (index > lastIndexOf(image) + 1)
    throw new Error(`a persist begins at ${index}, the disk ends at ${lastIndexOf(image)}`);
  return { ...image, entries: image.entries.filter((entry) => entry.index < index) };
};

/** What the disk holds before, in the course of, and after a persist; a crash leaves one of these. */
export const stagesOf = (before: Image, persist: RaftPersist): readonly Image[] => {
  const stages = [before];
  let image = before;
  const reach = (next: Image): void => {
    image = next;
    stages.push(next);
  };
  if (persist.snapshot !== undefined) reach(withSnapshot(image, persist.snapshot));
  if (persist.hardState !== undefined) reach({ ...image, hardState: persist.hardState });
  const [first] = persist.entries;
  if (first !== undefined && first.index <= lastIndexOf(image))
    reach(cutBefore(image, first.index));
  for (const entry of persist.entries) {
    const cut = cutBefore(image, entry.index);
    reach({ ...cut, entries: [...cut.entries, entry] });
  }
  return stages;
};
