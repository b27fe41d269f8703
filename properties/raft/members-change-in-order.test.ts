import { describe, expect, test } from '@jest/globals';
import type { History, Observation } from '../../harness/core/history.ts';
import { commit, history, leads, lived, members, role, says, vote } from '../testing/histories.ts';
import { membersChangeInOrder } from './members-change-in-order.ts';

const judge = (...observations: readonly (readonly Observation[])[]) =>
  membersChangeInOrder.judge(history({ observations: observations.flat() }));

type Words = Parameters<typeof says>[2][number][1];
const of = (voters: readonly string[], learners: readonly string[] = []): Words => ({
  kind: 'membership',
  voters: voters.map((node) => `${node}-raft`),
  learners: learners.map((node) => `${node}-raft`),
});
const fresh = (node: string): Words => ({ ...role(node, 0, 'learner'), lastIndex: 0 }) as Words;
const all = ['m1', 'm2', 'm3'];

const led = (...changes: readonly Words[]) =>
  says('m1', 'a', [
    [100, role('m1', 0, 'follower')],
    [110, members(...all)],
    [500, leads('m1', 1)],
    ...changes.map((words, at) => [1_000 + 100 * at, words] as const),
  ]);

test('whoever comes in learns, then votes, and whoever goes is dropped alone', () => {
  const learner = says('w1', 'a', [
    [1_010, fresh('w1')],
    [1_020, of(all, ['w1'])],
    [1_120, of([...all, 'w1'])],
  ]);
  const leader = led(of(all, ['w1']), of([...all, 'w1']), of(['m1', 'm2', 'w1']));
  expect(judge(leader, learner)).toMatchObject({ verdict: 'pass', tested: true });
});

test('a node must not vote that never learnt', () => {
  const atOnce = says('w1', 'a', [
    [1_010, fresh('w1')],
    [1_020, of([...all, 'w1'])],
  ]);
  expect(judge(led(of([...all, 'w1'])), atOnce)).toMatchObject({
    verdict: 'fail',
    summary: 'w1 votes, and was never a member that only learns',
  });
});

test('one that learnt in an earlier boot did, and of one whose beginning is not known nothing is said', () => {
  const before = says('w1', 'a', [
    [1_010, fresh('w1')],
    [1_020, of(all, ['w1'])],
  ]);
  const after = says('w1', 'b', [
    [2_010, role('w1', 1, 'follower')],
    [2_020, of([...all, 'w1'])],
  ]);
  expect(judge(led(), before, after).verdict).toBe('pass');
  expect(judge(led(), after).verdict).toBe('pass');
});

describe('a removal', () => {
  const named = all.map((node) => says(node, 'b', [[10, role(node, 1, 'follower')]]));
  const judgeLived = (lifecycle: History['lifecycle'], stalls: History['stalls'] = []) =>
    membersChangeInOrder.judge(
      history({
        observations: [...named.flat(), ...led(of(['m1', 'm3']))],
        lifecycle,
        stalls,
      }),
    );
  const gone = lived('m3', 'killed', 50);

  test('must leave a majority that lives', () => {
    expect(judgeLived([gone])).toMatchObject({
      verdict: 'fail',
      summary: 'm1 takes m2 out, and of the 2 that vote from then on m3 is down',
      moments: [
        { at: 50, node: 'm3', text: 'm3 is killed' },
        { at: 1_000, node: 'm1' },
      ],
    });
  });

  test.each([
    ['of one that was started again', [gone, lived('m3', 'started', 800)], []],
    ['of one that went on', [lived('m3', 'paused', 20), lived('m3', 'resumed', 60)], []],
    ['that may still have been heard of', [lived('m3', 'killed', 400)], []],
    ['that was told of late', [gone], [{ at: 900, forMs: 400 }]],
    ['of another', [lived('w1', 'killed', 50)], []],
  ] as const)('may rest on the word %s', (_whose, lifecycle, stalls) => {
    expect(judgeLived(lifecycle, stalls).verdict).toBe('pass');
  });
});

test('a leader must not change two at a time', () => {
  expect(judge(led(of(['m1'])))).toMatchObject({
    verdict: 'fail',
    summary: 'm1 leads and changes 2 members at a time',
  });
});

describe('a change', () => {
  const at = (index: number, words: Words): Words => ({ ...words, index }) as Words;
  const committed = (index: number, term: number): Words =>
    ({ ...commit(index, 7), term }) as Words;
  const learns = at(20, of(all, ['w1']));
  const votes = at(30, of([...all, 'w1']));
  const known = says('w1', 'a', [[50, role('w1', 0, 'follower')]]);
  const judgeLed = (...words: readonly Words[]) =>
    judge(
      known,
      says('m1', 'a', [
        [100, role('m1', 0, 'follower')],
        [110, at(1, members(...all))],
        [500, leads('m1', 3)],
        ...words.map((said, nth) => [1_000 + 100 * nth, said] as const),
      ]),
    );

  test('may follow the one before it once that is committed', () => {
    const words = [committed(19, 3), learns, committed(20, 3), votes];
    expect(judgeLed(...words)).toMatchObject({ verdict: 'pass', tested: true });
  });

  test('must not come before that', () => {
    expect(judgeLed(committed(19, 3), learns, votes)).toMatchObject({
      verdict: 'fail',
      summary: 'm1 changes the members again before the last change is committed',
      moments: [
        { at: 1_100, text: 'm1 knows of a change at index 20' },
        {
          at: 1_200,
          text: 'm1, which has committed everything up to index 19, makes it at index 30: 4 vote, 0 learn',
        },
      ],
    });
  });

  test("must not come before an entry of the leader's own term is committed", () => {
    expect(judgeLed(committed(19, 2), learns)).toMatchObject({
      verdict: 'fail',
      summary: 'm1 changes the members before it has committed anything in its own term',
    });
  });
});

test('a follower may learn of several changes at once', () => {
  const followed = says('m2', 'a', [
    [500, role('m2', 1, 'follower')],
    [600, members(...all)],
    [1_200, of(['m2'])],
  ]);
  expect(judge(led(), followed).verdict).toBe('pass');
});

test.each([
  ['a role', role('m3', 2, 'follower')],
  ['a vote', vote('m3', 2, 'm2')],
] as const)('whoever is out must not come back under its id: %s', (_, words) => {
  const back = (given: Words) =>
    says('m3', 'a', [
      [500, role('m3', 1, 'follower')],
      [1_200, role('m3', 1, 'none')],
      [1_300, given],
    ]);
  expect(judge(led(), back(words))).toMatchObject({
    verdict: 'fail',
    summary: 'm3 was removed, and takes part again under the same id',
  });
  expect(judge(led(), back({ ...words, raftId: 'another' } as Words)).verdict).toBe('pass');
});

test('nodes that say nothing of the members leave it unknown, and without a change nothing is tested', () => {
  expect(judge().verdict).toBe('unknown');
  expect(judge(led())).toMatchObject({ verdict: 'pass', tested: false });
});
