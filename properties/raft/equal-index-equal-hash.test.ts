import { describe, expect, test } from '@jest/globals';
import { commit, history, says } from '../testing/histories.ts';
import { equalIndexEqualHash } from './equal-index-equal-hash.ts';

const judge = (given: Parameters<typeof history>[0]) => equalIndexEqualHash.judge(history(given));

describe('equal index, equal hash', () => {
  test('managers that committed the same are compared wherever they stopped at the same index', () => {
    const observations = [
      ...says('m1', 'a', [
        [1, commit(5, 77)],
        [2, commit(6, 78)],
      ]),
      ...says('m2', 'a', [[3, commit(6, 78)]]),
    ];
    expect(judge({ observations })).toMatchObject({ verdict: 'pass', tested: true });
  });

  test('different entries at one index are found', () => {
    const observations = [
      ...says('m1', 'a', [[1, commit(6, 78)]]),
      ...says('m2', 'a', [[3, commit(6, 79)]]),
    ];
    expect(judge({ observations })).toMatchObject({
      verdict: 'fail',
      summary: 'm1 and m2 committed different logs up to index 6',
    });
  });

  test('a node that commits something else after its restart is found', () => {
    const observations = [
      ...says('m1', 'a', [[1, commit(6, 78)]]),
      ...says('m1', 'b', [[3, commit(6, 80)]]),
    ];
    expect(judge({ observations })).toMatchObject({
      summary: 'm1 committed two different logs up to index 6',
    });
  });

  test('managers that never stopped at the same index prove nothing', () => {
    const observations = [
      ...says('m1', 'a', [[1, commit(5, 77)]]),
      ...says('m2', 'a', [[3, commit(6, 78)]]),
    ];
    expect(judge({ observations })).toMatchObject({ verdict: 'pass', tested: false });
  });

  test('without commits it is unknown', () => {
    expect(judge({}).verdict).toBe('unknown');
  });
});
