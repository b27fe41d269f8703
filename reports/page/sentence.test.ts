import { expect, test } from '@jest/globals';
import type { CampaignSummary, FailureSummary } from '../../harness/core/campaign.ts';
import { sampleRun, sampleSummary } from '../sample.ts';
import { renderReport } from '../write.ts';
import { outcomeOf, sentence } from './sentence.ts';

const held = sampleSummary(true);

const lost = (property: string, index: number): FailureSummary => ({
  property,
  scenario: 'halves',
  backend: 'sim',
  seed: 42,
  index,
  summary: 'm2 threw: boom',
  file: '',
  digest: '',
  replay: 'npx schism run halves',
});

const withLost = (...properties: readonly string[]): CampaignSummary => ({
  ...held,
  ok: false,
  failures: properties.map(lost),
});

test('runs that could not be judged are said in the first sentence, and are no success', () => {
  const summary = withLost('problem', 'problem', 'worker-died');
  expect(sentence(summary)).toBe('Nothing broke in 2,412 runs, but 3 runs could not be judged.');
  expect(outcomeOf(summary)).toBe('fail');
  const page = renderReport(summary, [{ ...sampleRun(100), replay: 'again' }]);
  expect(page).toContain('<header class="fail">');
  expect(page).toContain('m2 threw: boom');
  expect(page).toMatch(/<title>\s*leader-cut-off:\s*broken\s*<\/title>/);
});

test('a run that was another one when it was run again is said', () => {
  expect(sentence(withLost('nondeterministic'))).toBe(
    'Nothing broke in 2,412 runs, but 1 run was not the same once more.',
  );
});

test('beside a broken guarantee, too', () => {
  const broken = sampleSummary(false);
  const both = { ...broken, failures: [...broken.failures, lost('problem', 3)] };
  expect(sentence(both)).toBe(
    'A guarantee was broken: at-most-one-leader-per-term (1 of 2,412 runs); 1 run could not be judged.',
  );
});

test('of many broken guarantees the first three are named, and the others counted', () => {
  const broken = sampleSummary(false);
  const [tally] = broken.properties;
  if (tally === undefined) throw new Error('the sample has properties');
  const named = (...properties: readonly string[]) =>
    sentence(
      {
        ...broken,
        failures: [],
        properties: properties.map((property) => ({ ...tally, property })),
      },
      'd',
    );
  expect(named('a', 'b', 'c', 'd')).toBe(
    '4 guarantees were broken: d (1 of 2,412 runs), a (1 of 2,412 runs), b (1 of 2,412 runs), c (1 of 2,412 runs).',
  );
  expect(named('a', 'b', 'c', 'd', 'e')).toBe(
    '5 guarantees were broken: d (1 of 2,412 runs), a (1 of 2,412 runs), b (1 of 2,412 runs) and 2 more.',
  );
});

test('a campaign that was not run to its end says so', () => {
  const unfinished = ['the campaign was interrupted'];
  expect(sentence({ ...held, ok: false, unfinished })).toBe(
    'Nothing broke in 2,412 runs, but the campaign was interrupted.',
  );
});

test('what a campaign has to meet is no guarantee', () => {
  const [first] = held.properties;
  if (first === undefined) throw new Error('the sample has properties');
  const reached = { ...first, property: 'reached:task-moved', kind: 'reached' } as const;
  expect(sentence({ ...held, properties: [...held.properties, reached] })).toBe(
    'All 2 guarantees held in 2,412 runs.',
  );
});

test('a run that held is not told before the summary because another one was lost', () => {
  const run = sampleRun(100);
  const [, second] = run.run.verdicts;
  if (second === undefined) throw new Error('the sample has verdicts');
  const file = { ...run, run: { ...run.run, index: 9, verdicts: [second] } };
  const page = renderReport(withLost('problem'), [file]);
  expect(page.indexOf('id="summary"')).toBeLessThan(page.indexOf('id="run-0"'));
});

test('a property that failed itself has not judged', () => {
  const [first, ...others] = held.properties;
  if (first === undefined) throw new Error('the sample has properties');
  const mine = { ...first, property: 'reads-are-fast', unknown: 2, faulty: 1 };
  expect(sentence({ ...held, ok: false, properties: [mine, ...others] })).toBe(
    'Nothing broke in 2,412 runs, but reads-are-fast was unable to judge all of them.',
  );
});
