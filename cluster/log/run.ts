/** Which entries the disk holds: one run of indexes and the terms in it, kept as where each term begins. */

export class Run {
  /** The entry before the first one. */
  baseIndex: number;
  baseTerm: number;
  last: number;
  readonly #terms: { readonly from: number; readonly term: number }[] = [];

  constructor(baseIndex: number, baseTerm: number) {
    this.baseIndex = baseIndex;
    this.baseTerm = baseTerm;
    this.last = baseIndex;
  }

  get lastTerm(): number {
    return this.#terms.at(-1)?.term ?? this.baseTerm;
  }

  /** `undefined` outside of the run and its base. */
  term(index: number): number | undefined {
    if (index > this.last || index < this.baseIndex) return undefined;
    return this.#terms.findLast(({ from }) => from <= index)?.term ?? this.baseTerm;
  }

  push(term: number): void {
    this.last += 1;
    if (term !== this.lastTerm) this.#terms.push({ from: this.last, term });
  }

  truncateFrom(index: number): void {
    this.last = index - 1;
    while ((this.#terms.at(-1)?.from ?? 0) > this.last) this.#terms.pop();
  }

  reset(baseIndex: number, baseTerm: number): void {
    this.baseIndex = baseIndex;
    this.baseTerm = baseTerm;
    this.last = baseIndex;
    this.#terms.length = 0;
  }
}
