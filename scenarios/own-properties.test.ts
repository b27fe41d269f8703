import { expect, test } from '@jest/globals';
import type { History } from '../harness/core/history.ts';
import { between, cut, history } from '../properties/testing/histories.ts';
import { ownProperties } from './own-properties.ts';

const fair = {
  name: 'reads-are-fast',
  kind: 'safety',
  guarantee: 'A read takes less than a second.',
  source: 'our service level agreement',
  judge: (): unknown => ({ verdict: 'pass', tested: true, because: 'one read was fast' }),
};

test.each([
  ['no list', { properties: {} }, 'properties must be a list of properties'],
  ['no property', [5], 'properties[0] is a number, expected a record'],
  ['a class of ours', [{ ...fair, kind: 'safe' }], 'properties[0].kind is "safe", expected one of'],
  ['no name', [fair, { ...fair, name: undefined }], 'properties[1].name is missing, expected a'],
  ['no judge', [{ ...fair, judge: 'me' }], 'properties[0].judge must be a function of a history'],
  ['a name of two words', [{ ...fair, name: 'fast reads' }], 'expected a word without spaces'],
  ['a name of ours', [{ ...fair, name: 'linearizable' }], 'named linearizable comes with schism'],
  ['what runs themselves break', [{ ...fair, name: 'problem' }], 'give yours another name'],
  ['one name twice', [fair, fair], 'two properties are named reads-are-fast'],
])('%s is told so', (_, list, words) => {
  expect(() => ownProperties(list)).toThrow(words);
});

const judged = (judge: () => unknown, given: Partial<History> = {}) => {
  const [property] = ownProperties([{ ...fair, judge }]);
  return property?.judge(history(given));
};

test.each([
  { verdict: 'pass', tested: false, because: 'nobody read' },
  { verdict: 'fail', summary: 'slow', moments: [{ at: 1, node: undefined, text: 'asked' }] },
  { verdict: 'unknown', missing: 'what clients saw' },
])('a verdict is handed on: %j', (verdict) => {
  expect(judged(() => verdict)).toEqual(verdict);
});

test('a story is told with what led to it, as those of schism itself are', () => {
  const moments = [
    { at: 1_000, node: 'm2', text: 'asked' },
    { at: 3_000, node: 'm2', text: 'answered' },
  ];
  const faults = [cut(between(['m2'], ['m1', 'm3']), [1_200, 2_500])];
  const verdict = judged(() => ({ verdict: 'fail', summary: 'slow', moments }), { faults });
  expect(verdict).toMatchObject({
    moments: [
      { text: 'asked' },
      { text: 'm2 is cut off from m1 and m3, until 2.500 s' },
      { text: 'answered' },
    ],
  });
});

test.each([
  [undefined, 'its answer is missing, expected a record'],
  [{ verdict: 'passed' }, 'its answer.verdict is \\"passed\\", expected one of pass, fail'],
  [
    { verdict: 'pass', tested: 1, because: '' },
    'its answer.tested is a number, expected a boolean',
  ],
  [
    { verdict: 'fail', summary: '', moments: [{ at: '1 s', text: '' }] },
    'its answer.moments[0].at',
  ],
  [Promise.reject(new Error('late')), 'judge is no async function'],
])('an answer that is no verdict leaves the run unjudged: %j', (answer, words) => {
  const verdict = judged(() => answer);
  expect(verdict).toMatchObject({ verdict: 'unknown', faulty: true });
  expect(JSON.stringify(verdict)).toContain(words);
});

test('what throws leaves the run unjudged, with the line that threw', () => {
  const verdict = judged(() => {
    throw new RangeError('no such read');
  });
  expect(JSON.stringify(verdict)).toMatch(
    /the property itself failed: RangeError: no such read, at .*own-properties\.test\.ts:\d+:\d+/,
  );
  const bare = judged(() => {
    AbortSignal.abort('no such read').throwIfAborted();
  });
  expect(bare).toEqual({
    verdict: 'unknown',
    missing: 'the property itself failed: no such read',
    faulty: true,
  });
});
