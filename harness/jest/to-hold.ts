import { expect } from '@jest/globals';
import fc from 'fast-check';
import { momentWords, type Property } from '../core/property.ts';
import { verdictOf, type Played } from '../library/played.ts';
import { saveForReplay } from '../library/save.ts';

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>> {
    /**
     * The property holds in this run. An `unknown` verdict proves nothing: it fails a plain test, and inside a property of fast-check
     * the run does not count, as with `fc.pre`.
     */
    toHold(property: Property): R;
  }
}
declare global {
  namespace jest {
    interface Matchers<R> {
      toHold(property: Property): R;
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
  toHold(received: unknown, property: Property) {
    if (!isPlayed(received)) {
      throw new TypeError('toHold judges what `run` or `play` gave back');
    }
    const verdict = verdictOf(received, property);
    if (verdict.verdict === 'unknown') {
      throw notCounted(
        `${property.name} is unknown, which proves nothing: ${verdict.missing}\n${saveForReplay(received, [verdict])}`,
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
