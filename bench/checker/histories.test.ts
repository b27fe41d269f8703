import { expect, test } from '@jest/globals';

import { historyOf } from '../../properties/linearizability/formats/index.ts';
import { plainSearch } from '../../properties/linearizability/testing/plain-search.ts';
import { seeded } from '../../properties/linearizability/testing/random.ts';
import { busy } from './histories.ts';

const reading = { nil: 'unconstrained', failedCas: 'dropped', independent: false } as const;

test.each(Array.from({ length: 20 }, (_, seed) => seed))(
  'a history that is wrong by construction is wrong by an independent search too, and right without its lie: seed %i',
  (seed) => {
    const verdict = (wrongAt?: number) => {
      const shape = {
        clients: 4,
        operations: 60,
        values: 5,
        ...(wrongAt !== undefined && { wrongAt }),
      };
      const history = historyOf(busy(seeded(seed), shape), 'cas-register', reading);
      if ('reason' in history) throw new Error(history.reason);
      return plainSearch(history.model, history.operations, 1_000_000);
    };
    expect(verdict(20)).toBe(false);
    expect(verdict()).toBe(true);
  },
);
