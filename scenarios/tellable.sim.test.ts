import { beforeAll, describe, expect, test } from '@jest/globals';
import type { History } from '../harness/core/history.ts';
import { cut, kill } from '../harness/generate/faults.ts';
import type { Verdict } from '../harness/core/property.ts';
import { run } from '../harness/library/run.ts';
import { aboutSwarms, notJudgedBy, toldByNodes, type SaidKind } from '../harness/tellable.ts';
import { properties } from '../properties/index.ts';
import { referenceSwarm } from './targets/index.ts';

let history: History;
beforeAll(async () => {
  const schedule = [
    { at: 1_000, fault: cut('leader'), forMs: 2_000 },
    { at: 4_000, fault: kill('leader'), forMs: 500 },
  ];
  ({ history } = await run(referenceSwarm({ workers: 0 }), schedule, { backend: 'sim', seed: 3 }));
}, 60_000);

/** As if nodes said that much of themselves. */
const judged = (name: string, says: readonly SaidKind[]): Verdict => {
  const observations = history.observations.filter(({ kind }) =>
    says.some((said) => said === kind),
  );
  const property = properties.get(name);
  if (property === undefined) throw new Error(`there is no property ${name}`);
  return property.judge({ ...history, observations });
};

const isOpen = (verdict: Verdict): boolean =>
  verdict.verdict === 'unknown' || (verdict.verdict === 'pass' && !verdict.tested);

const all = [...properties.keys()];

test('what is named exists', () => {
  const named = [...aboutSwarms, ...Object.keys(toldByNodes)];
  expect(named.filter((name) => !properties.has(name))).toEqual([]);
});

describe.each(Object.entries(toldByNodes))('%s', (name, kinds) => {
  test.each(kinds)('cannot be judged where nodes do not say their %s', (missing) => {
    const others = kinds.filter((kind) => kind !== missing);
    expect(isOpen(judged(name, others))).toBe(true);
    expect(notJudgedBy(others)).toContain(name);
  });

  test('can where they say that and no more', () => {
    expect(notJudgedBy(kinds)).not.toContain(name);
    expect(judged(name, kinds).verdict).not.toBe('unknown');
  });
});

test.each(all.filter((name) => !notJudgedBy([]).includes(name)))(
  '%s can be judged by what clients saw alone',
  (name) => {
    expect(judged(name, []).verdict).not.toBe('unknown');
  },
);

test('whose nodes may say anything is judged by all that is not about swarms', () => {
  expect(notJudgedBy(undefined)).toEqual(aboutSwarms);
});
