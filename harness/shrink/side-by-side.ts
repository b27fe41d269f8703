/**
 * Shrinking where a run takes long, several can be played at once, and the same schedule does not always end the same: on real
 * clusters.
 */
import type { Ms } from '../core/cluster.ts';
import { isFault, type Schedule } from '../core/schedule.ts';

export type SideBySideGiven = {
  /** The schedule that fails. */
  readonly schedule: Schedule;
  /** When the failure had happened, in milliseconds of the schedule, where that is known: what comes later is left out first. */
  readonly happenedAt?: Ms;
  /** Plays each once, side by side: which of them broke the property, in the same order. */
  readonly play: (schedules: readonly Schedule[]) => Promise<readonly boolean[]>;
  /** So many are played at once. */
  readonly lanes: number;
  /** A smaller schedule counts only where it breaks the property in `needed` of so many plays. */
  readonly plays: number;
  readonly needed: number;
  /** Asked before each round; one that has begun is ended. */
  readonly isOver: () => boolean;
};

export type SideBySideResult = {
  readonly schedule: Schedule;
  /** Of `plays`, in how many the smaller schedule broke the property; 0 of 0 where nothing smaller was found. */
  readonly broken: number;
  readonly plays: number;
  /** Plays altogether. */
  readonly attempts: number;
  /** No smaller candidate was left to try. */
  readonly complete: boolean;
};

type Shrinking = Pick<SideBySideGiven, 'schedule' | 'happenedAt'>;

/** What is left of a schedule: places in it, ascending. */
type Kept = readonly number[];

type Candidate = { readonly kept: Kept; tried: boolean };

type Rate = { readonly broken: number; readonly plays: number };

/** Only every fourth operation is left, and so on: those of a cluster's clients are many and much alike. */
const thinnings = [4, 16, 2];

/**
 * Smaller candidates, the boldest first: nothing that comes after the failure, few operations, a fault less, a client less, then
 * stretches of operations less.
 */
function* smallerThan(kept: Kept, { schedule, happenedAt = Infinity }: Shrinking): Generator<Kept> {
  /** Whose operation it is; `undefined`: a fault. */
  const clientAt = (place: number): number | undefined => {
    const entry = schedule[place];
    return entry === undefined || isFault(entry) ? undefined : entry.client;
  };
  const faults = kept.filter((place) => clientAt(place) === undefined);
  const operations = kept.filter((place) => clientAt(place) !== undefined);
  const clients = Map.groupBy(operations, clientAt);
  const without = (gone: readonly number[]): Kept => kept.filter((place) => !gone.includes(place));
  const late = kept.filter((place) => (schedule[place]?.at ?? 0) > happenedAt);
  if (late.length > 0) yield without(late);
  if (operations.length > 0) yield faults;
  for (const each of thinnings) {
    if (operations.length > each) yield without(operations.filter((_, at) => at % each !== 0));
  }
  for (const fault of faults) yield without([fault]);
  if (clients.size > 1) for (const ofClient of clients.values()) yield without(ofClient);
  for (let length = operations.length; length > 1;) {
    length = Math.ceil(length / 2);
    for (let at = 0; at < operations.length; at += length)
      yield without(operations.slice(at, at + length));
  }
}

const both = (a: Kept, b: Kept): Kept => a.filter((place) => b.includes(place));

class Search {
  kept: Kept;
  /** How often what is kept broke when it was taken. */
  rate: Rate = { broken: 0, plays: 0 };
  attempts = 0;
  readonly #given: SideBySideGiven;
  readonly #candidates = new Map<string, Candidate>();

  constructor(given: SideBySideGiven) {
    this.#given = given;
    this.kept = given.schedule.map((_, place) => place);
  }

  /** Tries as many candidates as there are lanes, and takes one where it can; `false` where none was left to try. */
  async round(): Promise<boolean> {
    const batch = this.#untried();
    if (batch.length === 0) return false;
    const ends = await this.#play(batch);
    const { plays, needed, isOver } = this.#given;
    const broken = batch.filter((_, place) => ends[place] === true);
    for (const [place, contender] of this.#contenders(broken).entries()) {
      // What has been found in time is confirmed, or it was found for nothing.
      if (place > 0 && isOver()) break;
      // It is a contender because it broke, so that play says nothing about how often it does.
      const again = await this.#play(Array.from({ length: plays }, () => contender));
      const times = again.filter(Boolean).length;
      if (times < needed) continue;
      this.kept = contender.kept;
      this.rate = { broken: times, plays };
      break;
    }
    return true;
  }

  scheduleOf(kept: Kept): Schedule {
    return this.#given.schedule.filter((_, place) => kept.includes(place));
  }

  #untried(): readonly Candidate[] {
    const batch: Candidate[] = [];
    for (const kept of smallerThan(this.kept, this.#given)) {
      if (batch.length === this.#given.lanes) break;
      const candidate = this.#candidate(kept);
      if (!candidate.tried && !batch.includes(candidate)) batch.push(candidate);
    }
    return batch;
  }

  /** What broke, the smallest first; before them what all have in common, since each could do without something else. */
  #contenders(broken: readonly Candidate[]): readonly Candidate[] {
    const sorted = broken.toSorted((a, b) => a.kept.length - b.kept.length);
    const [smallest, ...others] = sorted;
    if (smallest === undefined) return [];
    const common = this.#candidate(
      others.reduce((kept, other) => both(kept, other.kept), smallest.kept),
    );
    return common.tried ? sorted : [common, ...sorted];
  }

  async #play(candidates: readonly Candidate[]): Promise<readonly boolean[]> {
    for (const candidate of candidates) candidate.tried = true;
    this.attempts += candidates.length;
    return await this.#given.play(candidates.map(({ kept }) => this.scheduleOf(kept)));
  }

  #candidate(kept: Kept): Candidate {
    const key = kept.join();
    const known = this.#candidates.get(key);
    if (known !== undefined) return known;
    const candidate: Candidate = { kept, tried: false };
    this.#candidates.set(key, candidate);
    return candidate;
  }
}

/**
 * Makes a schedule smaller that breaks a property often enough. In each round as many candidates as there are lanes are played
 * once; what all that broke have in common, or else the smallest of them that does so, is taken where it breaks in `needed` of
 * `plays` more.
 */
export const shrinkSideBySide = async (given: SideBySideGiven): Promise<SideBySideResult> => {
  const search = new Search(given);
  let complete = false;
  while (!complete && !given.isOver()) complete = !(await search.round());
  const { kept, rate, attempts } = search;
  return { schedule: search.scheduleOf(kept), ...rate, attempts, complete };
};
