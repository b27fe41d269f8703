/**
 * Which forwarded writes have been here. Ids are `origin#number`, where an origin is one boot of one node and counts from 1: so
 * a window of the last numbers of each origin is enough, and what lies before it counts as seen.
 */

/** How far a message may be overtaken by later ones of its origin. */
const windowSize = 1_024;

type Origin = { highest: number; readonly recent: Set<number> };

export class Seen {
  readonly #origins = new Map<string, Origin>();

  /** Notes the id. Answers whether it is new. */
  note(id: string): boolean {
    const at = id.lastIndexOf('#');
    const number = Number(id.slice(at + 1));
    if (at < 0 || !Number.isSafeInteger(number)) return false;
    const origin = this.#originOf(id.slice(0, at));
    if (number <= origin.highest - windowSize || origin.recent.has(number)) return false;
    origin.recent.add(number);
    if (number > origin.highest) {
      origin.highest = number;
      for (const old of origin.recent) {
        if (old > number - windowSize) break;
        origin.recent.delete(old);
      }
    }
    return true;
  }

  #originOf(name: string): Origin {
    const known = this.#origins.get(name);
    if (known !== undefined) return known;
    const origin: Origin = { highest: 0, recent: new Set() };
    this.#origins.set(name, origin);
    return origin;
  }
}
