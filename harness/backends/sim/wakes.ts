/** Each place's wake, and always the earliest of them: asked for far more often than it changes. */
export class Wakes {
  /** The tick of the earliest; `Infinity` where nobody wants to be woken. */
  earliest = Infinity;
  /** Whose it is. */
  place = 0;
  readonly #ticks: Float64Array;

  constructor(places: number) {
    this.#ticks = new Float64Array(places).fill(Infinity);
  }

  of(place: number): number {
    return this.#ticks[place] ?? Infinity;
  }

  /** The wake of a place, instead of the one it had; `Infinity` for none. */
  set(place: number, tick: number): void {
    const ticks = this.#ticks;
    ticks[place] = tick;
    if (tick < this.earliest) {
      this.earliest = tick;
      this.place = place;
    } else if (place === this.place) {
      let earliest = Infinity;
      let earliestAt = 0;
      for (let i = 0; i < ticks.length; i += 1) {
        const wake = ticks[i] ?? Infinity;
        if (wake < earliest) {
          earliest = wake;
          earliestAt = i;
        }
      }
      this.earliest = earliest;
      this.place = earliestAt;
    }
  }
}
