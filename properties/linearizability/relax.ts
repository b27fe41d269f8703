import { looksOnly, type AnyModel, type Operation } from '../../models/model.ts';
import type { Attempts } from './attempts.ts';
import type { PartOf } from './decide.ts';
import type { Meter } from './limits.ts';
import { NEVER, type Part } from './part.ts';

/**
 * What is still demanded of one operation. Everything that is false here was shown not to matter.
 * An update is never left out: that would make failures of its own.
 */
export type Demand = {
  /** Position in the history. */
  readonly operation: number;
  /** False: it counts as one whose end nobody saw. */
  readonly ended: boolean;
  /** False: it might as well have been invoked at the very beginning. */
  readonly notBefore: boolean;
  /** False: it might as well have returned at the very end. */
  readonly notAfter: boolean;
};

/**
 * A history that allows more orders than the one judged, and still none that is right: without any
 * one of its demands there is one, or, where `minimal` is false, a limit was reached before that was shown.
 */
export type Relaxation = { readonly demands: readonly Demand[]; readonly minimal: boolean };

type Entry = { source: number; invoked: number; returned: number };

/**
 * Relaxes a failing part as far as it still fails: reads are dropped, updates made unknown, intervals
 * widened. Every step only allows more orders, so what is needed once stays needed.
 */
export function relax(
  model: AnyModel,
  { operations, part }: PartOf,
  { meter, attempts }: { readonly meter: Meter; readonly attempts: Attempts },
): Relaxation {
  const isRead = (entry: Entry) => looksOnly(model, operations[entry.source]!.input);
  const end = after(part);
  let minimal = true;
  const fails = (entries: readonly Entry[]): boolean => {
    const verdict = attempts.verdictOf({ operations, part: partOf(part, entries, meter) });
    if (verdict === 'unknown') minimal = false;
    return verdict === 'fail';
  };
  /** Looked at before every group: with the limits reached, thousands of them would still be made. */
  const spent = (): boolean => {
    if (!attempts.spent) return false;
    minimal = false;
    return true;
  };
  let entries = entriesOf(part).filter((entry) => entry.returned !== NEVER || !isRead(entry));
  entries = dropped(entries, { may: isRead, still: fails, spent });
  const certain = (entry: Entry) => entry.returned !== NEVER;
  entries = changed(entries, {
    may: (entry) => certain(entry) && !isRead(entry),
    to: (entry) => ({ ...entry, returned: NEVER }),
    still: fails,
    spent,
  });
  entries = changed(entries, {
    may: (entry) => entry.invoked >= 0,
    to: (entry) => ({ ...entry, invoked: -1 }),
    still: fails,
    spent,
  });
  entries = changed(entries, {
    may: certain,
    to: (entry) => ({ ...entry, returned: end }),
    still: fails,
    spent,
  });
  return {
    minimal,
    demands: entries.map(({ source, invoked, returned }) => ({
      operation: source,
      ended: returned !== NEVER,
      notBefore: invoked >= 0,
      notAfter: returned < end,
    })),
  };
}

/** The relaxed history as operations, to judge or to draw it. */
export function relaxedOperations(
  operations: readonly Operation[],
  relaxation: Relaxation,
): readonly Operation[] {
  return relaxation.demands.map(({ operation, ended, notBefore, notAfter }) => {
    const original = operations[operation]!;
    return {
      ...original,
      outcome: ended ? 'ok' : 'unknown',
      invoked: notBefore ? original.invoked : -Infinity,
      returned: ended && notAfter ? original.returned : Infinity,
    };
  });
}

/** Later than everything that was seen. */
function after(part: Part): number {
  let last = 0;
  for (const rank of part.invoked) last = Math.max(last, rank);
  for (const rank of part.returned) if (rank !== NEVER) last = Math.max(last, rank);
  return last + 1;
}

function entriesOf(part: Part): Entry[] {
  return Array.from(part.source, (source, member) => ({
    source,
    invoked: part.invoked[member]!,
    returned: part.returned[member]!,
  }));
}

function partOf({ key }: Part, entries: readonly Entry[], meter: Meter): Part {
  const sorted = [...entries].sort(meter.watched((a, b) => a.invoked - b.invoked));
  return {
    key,
    source: Int32Array.from(sorted, ({ source }) => source),
    invoked: Int32Array.from(sorted, ({ invoked }) => invoked),
    returned: Int32Array.from(sorted, ({ returned }) => returned),
  };
}

type Relaxing = {
  readonly may: (entry: Entry) => boolean;
  readonly still: (entries: readonly Entry[]) => boolean;
  readonly spent: () => boolean;
};

/** Leaves out, in ever smaller groups, whatever may be left out while the rest is still wrong. */
function dropped(entries: Entry[], { may, still, spent }: Relaxing): Entry[] {
  const gone = new Set<Entry>();
  inGroups(entries.filter(may), spent, (group) => {
    const leaving = new Set(group);
    const less = entries.filter((entry) => !gone.has(entry) && !leaving.has(entry));
    if (!still(less)) return false;
    for (const entry of group) gone.add(entry);
    return true;
  });
  return entries.filter((entry) => !gone.has(entry));
}

/** The same for changes. */
function changed(
  entries: Entry[],
  { may, to, still, spent }: Relaxing & { readonly to: (entry: Entry) => Entry },
): Entry[] {
  let current = entries;
  inGroups(
    entries.map((_, at) => at).filter((at) => may(entries[at]!)),
    spent,
    (group) => {
      const next = [...current];
      for (const at of group) next[at] = to(next[at]!);
      if (!still(next)) return false;
      current = next;
      return true;
    },
  );
  return current;
}

/** Offers all, then the halves of what was refused, down to single ones. */
function inGroups<T>(
  all: readonly T[],
  spent: () => boolean,
  accept: (group: readonly T[]) => boolean,
): void {
  if (all.length === 0 || spent() || accept(all) || all.length === 1) return;
  const half = all.length >>> 1;
  inGroups(all.slice(0, half), spent, accept);
  inGroups(all.slice(half), spent, accept);
}
