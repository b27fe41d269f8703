import { Digest } from '../backends/sim/digest.ts';
import { added, counting, noCounts, type Counts } from '../core/counts.ts';
import type { CarriedOut } from './carry-out.ts';
import { findingsOf } from './carry-out.ts';
import type { Finding, Tally } from './job.ts';

/** In whole microseconds, so that no sum depends on how its terms were grouped. */
const exactSum = (a: number, b: number): number =>
  (Math.round(a * 1_000) + Math.round(b * 1_000)) / 1_000;

/** Sums runs up as they end. */
export class TallyBuilder {
  readonly #digests: number[] = [];
  readonly #properties = new Map<string, Counts>();
  readonly #findings: Finding[] = [];
  #runs = 0;
  #simulatedMs = 0;
  #events = 0;
  #faults = 0;
  #faultsBit = 0;
  #noEffect: string | undefined;

  /** `true`: it has found something. */
  add(carried: CarriedOut): boolean {
    const { run, events } = carried;
    this.#runs += 1;
    this.#digests.push(...wordsOf(run.digest));
    this.#simulatedMs = exactSum(this.#simulatedMs, run.simulatedMs);
    this.#events += events;
    for (const fault of run.history.faults) {
      this.#faults += 1;
      if (fault.evidence.bit) this.#faultsBit += 1;
      else this.#noEffect ??= fault.evidence.text;
    }
    for (const judged of run.verdicts) {
      const counts = this.#properties.get(judged.property) ?? noCounts;
      this.#properties.set(judged.property, counting(counts, judged));
    }
    const findings = findingsOf(carried);
    this.#findings.push(...findings);
    return findings.length > 0;
  }

  /** A run that could not be carried out at all. */
  addLost(finding: Finding): void {
    this.#runs += 1;
    this.#digests.push(0, 0);
    this.#findings.push(finding);
  }

  get tally(): Tally {
    return {
      runs: this.#runs,
      digests: Uint32Array.from(this.#digests),
      simulatedMs: this.#simulatedMs,
      events: this.#events,
      faults: this.#faults,
      faultsBit: this.#faultsBit,
      noEffect: this.#noEffect,
      properties: this.#properties,
      findings: this.#findings,
    };
  }
}

export const lostRun = (finding: Finding): Tally => {
  const builder = new TallyBuilder();
  builder.addLost(finding);
  return builder.tally;
};

/** Adds up tallies that follow each other. */
export class Total {
  readonly #digest = new Digest();
  readonly #properties = new Map<string, Counts>();
  readonly findings: Finding[] = [];
  runs = 0;
  simulatedMs = 0;
  events = 0;
  faults = 0;
  faultsBit = 0;
  noEffect: string | undefined = undefined;

  add(tally: Tally): void {
    for (const word of tally.digests) this.#digest.add(word);
    this.runs += tally.runs;
    this.simulatedMs = exactSum(this.simulatedMs, tally.simulatedMs);
    this.events += tally.events;
    this.faults += tally.faults;
    this.faultsBit += tally.faultsBit;
    this.noEffect ??= tally.noEffect;
    this.findings.push(...tally.findings);
    for (const [name, more] of tally.properties) {
      const counts = this.#properties.get(name) ?? noCounts;
      this.#properties.set(name, added(counts, more));
    }
  }

  countsOf(property: string): Counts {
    return this.#properties.get(property) ?? noCounts;
  }

  /** Over the digests of all runs in order. */
  get digest(): string {
    return this.#digest.text;
  }
}

/** A digest's text as two words, and back. */
const wordsOf = (digest: string): readonly [number, number] => [
  Number.parseInt(digest.slice(0, 8), 16),
  Number.parseInt(digest.slice(8), 16),
];
export const textOf = (high: number, low: number): string =>
  [high, low].map((word) => word.toString(16).padStart(8, '0')).join('');
