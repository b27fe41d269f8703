import { expect } from '@jest/globals';
import fc from 'fast-check';
import { momentWords, type Property } from '../core/property.ts';
import { verdictOf, type Played } from '../library/played.ts';
import { saveForReplay } from '../library/save.ts';

/** What is enough beside a pass that means something. */
export type Accepted = {
  /** `true`: a run that never put the property to the test passes. */
  readonly untested?: boolean;
};

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>> {
    /**
     * The property holds in this run, which put it to the test. An `unknown` verdict, and a `pass` of a run that never put the property to
     * the test, prove nothing: they fail a plain test, and inside a property of fast-check the run does not count, as with `fc.pre`.
     */
    toHold(property: Property, accepted?: Accepted): R;
  }
}
declare global {
  namespace jest {
    interface Matchers<R> {
      toHold(property: Property, accepted?: Accepted): R;
    }
  }
}

const isPlayed = (value: unknown): value is Played =>
  typeof value === 'object' && value !== null && 'history' in value && 'run' in value;

/** What fast-check takes for an unmet precondition, with words for everybody else. */
const notCounted = (message: string): Error => {
  const failure = new fc.PreconditionFailure();
  failure.message = message;
  return failure;
};

/** `import 'schism-harness/jest'` once, then `expect(await run(…)).toHold(noSplitBrain)`. */
expect.extend({
  toHold(received: unknown, property: Property, { untested = false }: Accepted = {}) {
    if (!isPlayed(received)) {
      throw new TypeError('toHold judges what `run` or `play` gave back');
    }
    const verdict = verdictOf(received, property);
    if (verdict.verdict === 'unknown') {
      throw notCounted(
        `${property.name} is unknown, which proves nothing: ${verdict.missing}\n${saveForReplay(received, [verdict])}`,
      );
    }
    // `not` asks for a property that broke: what was not put to the test did not.
    if (verdict.verdict === 'pass' && !verdict.tested && !untested && !this.isNot) {
      throw notCounted(
        `${property.name} holds, but nothing put it to the test, which proves nothing: ${verdict.because}\n` +
          `Where that is enough: toHold(property, { untested: true })\n${saveForReplay(received, [verdict])}`,
      );
    }
    const { history } = received;
    const zero = history.phases.injectAt;
    const replay = (): string => saveForReplay(received, [verdict]);
    return {
      pass: verdict.verdict === 'pass',
      message() {
        const title = `${property.name}: ${property.guarantee}`;
        switch (verdict.verdict) {
          case 'pass':
            return `${title}\nheld, and was expected not to.\n${replay()}`;
          case 'fail':
            return [
              title,
              `was broken: ${verdict.summary}`,
              ...verdict.moments.map(
                (moment, place) => `  ${place + 1}  ${momentWords(moment, zero)}`,
              ),
              replay(),
            ].join('\n');
        }
      },
    };
  },
});
