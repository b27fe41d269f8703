/** The draws of one purpose and scope, one after the other. */
export type Stream = {
  /** An integer of [0, below). */
  next(below: number): number;
};

/**
 * Everything a simulator decides is asked here, under a stable name, so that a change in one place shifts nothing elsewhere.
 * A hash of seed and name is one implementation, a recorded list another.
 */
export type Choices = {
  /**
   * An integer of [0, below). `purpose` says what is decided (`message-delay`), `scope` for which link or node (`m1__m2`),
   * and the ordinal counts the draws of that pair, inside.
   */
  choose(purpose: string, scope: string, below: number): number;
  /** The same draws, of the same ordinals, with the name looked up once: for whoever asks often. */
  stream(purpose: string, scope: string): Stream;
};
