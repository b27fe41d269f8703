import { expect, test } from '@jest/globals';

import type { Drawing } from './drawing.ts';
import { page } from './page.ts';

const operation = (at: number) => ({
  process: String(at % 5),
  text: `write ${at}`,
  line: at + 1,
  from: 2 * at,
  to: 2 * at + 7,
  rejected: false,
});

const drawing = (count: number, extra: Partial<Drawing> = {}): Drawing => ({
  file: 'history.edn',
  model: 'register',
  verdict: 'fail',
  why: 'line 3: no',
  operations: Array.from({ length: count }, (_, at) => operation(at)),
  part: {
    key: 'x',
    members: Array.from({ length: count }, (_, at) => at),
    wrong: 2,
    legal: ['read → 1'],
    prefixes: [[{ operation: 0, state: '1' }], [{ operation: 1, state: '2' }]],
    demands: [{ operation: 1, ended: true, notBefore: true, notAfter: false }],
    minimal: true,
  },
  ...extra,
});

const render = (of: Drawing) => page(of, (text) => `hash-of-${text.length}`);

test('the failing part comes first, then the whole history', () => {
  const html = render(drawing(5));
  expect(html.indexOf('Why there is no order')).toBeLessThan(html.indexOf('The whole history'));
  expect(html).toContain('class="ok wrong"');
});

test('hostile texts stay texts', () => {
  const hostile = '<script>alert(1)</script>"\'&\u202e\u0000';
  const base = drawing(3);
  if (base.part === undefined) throw new Error('this drawing has a failing part');
  const html = render({
    ...base,
    file: hostile,
    why: hostile,
    operations: base.operations.map((of) => ({ ...of, text: hostile, process: hostile })),
    part: {
      ...base.part,
      key: hostile,
      legal: [hostile],
      prefixes: [[{ operation: 0, state: hostile }]],
    },
  });
  for (const text of ['<script', '\u202e', '\u0000']) expect(html).not.toContain(text);
  expect(html).toContain('&lt;script&gt;');
});

test('it needs no script, no network and no inline style', () => {
  const html = render(drawing(5));
  expect(html).toContain(`style-src 'sha256-hash-of-`);
  expect(html).not.toMatch(/<script|https?:|style="|onclick|@import/);
  expect(html).toContain('prefers-color-scheme:dark');
});

test('100,000 operations are folded into pieces and stay below 12 MB', () => {
  const html = render(drawing(100_000));
  expect(html.length).toBeLessThan(12e6);
  expect(html.match(/<summary>operations /g)?.length).toBe(250);
});

test('there are as many orders to step through as were found, the first one open', () => {
  const html = render(drawing(5));
  expect(html).toContain('<details open><summary>Order 1 of 2: 1 steps, then 1</summary>');
  expect(html).toContain('<details><summary>Order 2 of 2: 1 steps, then 2</summary>');
  expect(html).toContain('id="order-2-step-1"');
});

test('of very many operations that are needed it shows those around the wrong one', () => {
  const part = drawing(100_000).part;
  if (part === undefined) throw new Error('this drawing has a failing part');
  const demands = part.members.map((operation) => ({
    operation,
    ended: true,
    notBefore: true,
    notAfter: true,
  }));
  const html = render(drawing(5_000, { part: { ...part, demands, minimal: false } }));
  expect(html).toContain('of 100000, around the place in question');
  expect(html.length).toBeLessThan(4e6);
});

test('a long history is folded, drawn with few elements and listed, and what is wrong stays a bar of its own', () => {
  const count = 2_000;
  const base = drawing(count);
  if (base.part === undefined) throw new Error('this drawing has a failing part');
  const html = render({ ...base, part: { ...base.part, wrong: 1_500, demands: [] } });
  const folded = html.slice(html.indexOf('The whole history'));
  expect(folded.match(/<details>/g)).toHaveLength(5);
  expect(folded.match(/<path /g)).toHaveLength(5);
  expect(folded.match(/<rect /g)).toHaveLength(1);
  expect(folded).toContain('class="ok wrong"');
  for (const at of [0, 1_999])
    expect(folded).toContain(`line ${at + 1}, process ${at % 5}: write ${at}, ok`);
});
