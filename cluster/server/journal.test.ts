import { expect, test } from '@jest/globals';
import { createJournal } from './journal.ts';

const now = { mono: 1.5, wall: 1_000 };

const write = (level: 'info' | 'error' = 'info') => {
  const written: string[] = [];
  const journal = createJournal({
    node: 'm1',
    boot: 'b1',
    level,
    destination: { write: (line) => void written.push(line) },
  });
  return { journal, written, lines: () => written.map((line) => JSON.parse(line) as unknown) };
};

test('observations are numbered from 1, and carry node, boot and both clocks', () => {
  const { journal, lines } = write();
  journal.observe({ kind: 'note', text: 'a' }, now);
  journal.observe({ kind: 'lock', state: 'locked' }, now);
  const always = { schism: 'observation', node: 'm1', boot: 'b1', mono: 1.5, wall: 1_000 };
  expect(lines()).toMatchObject([
    { ...always, seq: 1, kind: 'note', text: 'a' },
    { ...always, seq: 2, kind: 'lock', state: 'locked' },
  ]);
});

test('a line is written before the call returns', () => {
  const { journal, written } = write();
  journal.listening({ api: '127.0.0.1:1', peer: '127.0.0.1:2' });
  expect(written).toHaveLength(1);
});

test('observations are written whatever the level of ordinary lines is', () => {
  const { journal, lines } = write('error');
  journal.log('info', 'not this');
  journal.observe({ kind: 'note', text: 'this' }, now);
  journal.log('error', 'and this', { code: 7 });
  expect(lines()).toMatchObject([{ text: 'this' }, { msg: 'and this', code: 7, level: 50 }]);
});

test.each([
  'a "quoted"\nline\r\n{"schism":"listening"}',
  '\u001b[31mred\u2028\u2029\u0000',
  '\ud800 alone',
  '</script><script>alert(1)</script>',
])('hostile text stays inside its one line: %j', (text) => {
  const { journal, written, lines } = write();
  journal.observe({ kind: 'note', text }, now);
  journal.log('warn', text, { peer: text });
  expect(written.map((line) => line.trimEnd().split('\n').length)).toStrictEqual([1, 1]);
  expect(lines()).toMatchObject([
    { kind: 'note', text },
    { msg: text, peer: text },
  ]);
});
