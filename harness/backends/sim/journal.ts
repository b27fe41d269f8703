/** Everything that happened in a run, a line an event, with the digest after it: to compare two runs of one seed. */
export type JournalLine = { readonly tick: number; readonly text: string; readonly digest: string };

/** More lines than this are not kept. */
const journalLinesMax = 2_000_000;

export class Journal {
  readonly lines: JournalLine[] = [];

  note(line: JournalLine): void {
    if (this.lines.length < journalLinesMax) this.lines.push(line);
  }
}

export type Difference = {
  /** Number of the event, from 0. */
  readonly event: number;
  readonly before: JournalLine | undefined;
  readonly one: JournalLine | undefined;
  readonly other: JournalLine | undefined;
};

/** The first event in which two runs differ; `undefined` where they are the same. */
export const firstDifference = (
  one: readonly JournalLine[],
  other: readonly JournalLine[],
): Difference | undefined => {
  const length = Math.max(one.length, other.length);
  for (let event = 0; event < length; event += 1) {
    const a = one[event];
    const b = other[event];
    if (a?.digest === b?.digest && a?.text === b?.text && a?.tick === b?.tick) continue;
    return { event, before: one[event - 1], one: a, other: b };
  }
  return undefined;
};
