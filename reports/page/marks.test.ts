import { expect, test } from '@jest/globals';
import { marksOf } from './marks.ts';
import type { EventRow } from './rows.ts';

const row = (
  kind: string,
  node: string,
  text: string,
  times: Partial<EventRow> = {},
): EventRow => ({
  at: 5,
  node,
  kind,
  text,
  weight: 1,
  ...times,
});

const services = row('operation', 'm2', 'the operator: service.list {} → ok', { at: 3, until: 5 });
const tasks = row('operation', 'm2', 'the operator: task.list {} → ok', { at: 3, until: 5 });
const other = row('operation', 'm1', 'client 1: service.list {} → ok', { at: 3, until: 5 });
const vote = row('vote', 'w1', 'votes for m2 in term 3');
const leads = row('role', 'w1', 'leads term 3');
const commit = row('commit', 'm2', 'has committed up to entry 36, in term 3');
const cut = row('fault', '', 'cut leader ↔ rest (drop): drop m1→m2 m2→m1', { at: 4, until: 5 });
const all = [services, tasks, other, vote, leads, commit, cut];

test.each([
  ['the node that answers', 'm1', 'm1 shows it so', [other]],
  ['the operation that is named', 'm2', 'm2 answers service.list', [services]],
  [
    'what it does, of two deeds at one time',
    'w1',
    'w1 leads term 3 with the votes of m2, w1',
    [leads],
  ],
  ['a vote', 'w1', 'w1 votes for m2  ← its second vote in term 3', [vote]],
  ['a commit', 'm2', 'm2 has committed entry 36', [commit]],
  ['the cut of a node', 'm1', 'm1 reaches no majority from here to 9 s: m2 is cut off', [cut]],
  ['nothing where two may be meant', 'm2', 'm2 shows it so', []],
  ['nothing where the node did something else', 'm2', 'm2 votes for m1', []],
  ['nothing where only another node did it', 'm3', 'm3 leads term 3', []],
])('a moment marks %s', (_name, node, text, expected) => {
  const marks = marksOf(all, [{ moment: { at: 5, node, text }, number: 1 }]);
  expect([...marks.keys()]).toEqual(expected);
});

test('an operation that is asked at a time is not one that is answered then', () => {
  const moment = { at: 5, node: 'm1', text: 'm1 is asked for service.list and answers 500' };
  expect(marksOf([other], [{ moment, number: 1 }]).size).toBe(0);
  expect(marksOf([{ ...other, at: 5, until: 7 }], [{ moment, number: 1 }]).size).toBe(1);
});

test('a row that is two moments has both numbers', () => {
  const moment = { at: 5, node: 'm2', text: 'm2 has committed entry 36' };
  const marks = marksOf(all, [
    { moment, number: 2 },
    { moment, number: 5 },
  ]);
  expect(marks.get(commit)).toEqual([2, 5]);
});
