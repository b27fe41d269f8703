import { expect } from '@jest/globals';
import type { Property } from '../core/property.ts';
import { verdictOf, type Played } from '../library/played.ts';
import { saveForReplay } from '../library/save.ts';

declare module 'expect' {
  interface Matchers<R extends void | Promise<void>> {
    /** The property holds in this run. An `unknown` verdict fails too: it proves nothing. */
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

/** `import 'schism-harness/jest'` once, then `expect(await run(…)).toHold(noSplitBrain)`. */
expect.extend({
  toHold(received: unknown, property: Property) {
    if (!isPlayed(received)) {
      throw new TypeError('toHold judges what `run` or `play` gave back');
    }
    const verdict = verdictOf(received, property);
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
          case 'unknown':
            return `${title}\nis unknown, which proves nothing: ${verdict.missing}\n${replay()}`;
          case 'fail':
            return [
              title,
              `was broken: ${verdict.summary}`,
              ...verdict.moments.map(
                (moment, place) =>
                  `  ${place + 1}  ${((moment.at - zero) / 1000).toFixed(3)} s  ${moment.node ?? ''}  ${moment.text}`,
              ),
              replay(),
            ].join('\n');
        }
      },
    };
  },
});
