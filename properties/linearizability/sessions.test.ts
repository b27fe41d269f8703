import { expect, test } from '@jest/globals';

import type { Operation } from '../../models/index.ts';
import { checkSessions, type SessionGuarantee, type SessionRole } from './index.ts';

/** `1 w x 2`: process 1 writes 2 to x; reads likewise. In the order given. */
function history(...lines: string[]): Operation[] {
  return lines.map((line, at) => {
    const [process = '', f, key, value] = line.split(' ');
    const input = f === 'w' ? { key, writes: value } : { key, reads: value };
    return { process, input, outcome: 'ok', invoked: 2 * at, returned: 2 * at + 1 };
  });
}

const verdicts = (...lines: string[]) =>
  checkSessions(history(...lines), ({ input }) => input as SessionRole, '0');

test.each<[SessionGuarantee, string[]]>([
  ['read-your-writes', ['1 w x 1', '1 r x 0']],
  ['read-your-writes', ['1 w x 1', '2 w x 2', '1 r x 2', '2 r x 1']],
  ['monotonic-reads', ['1 w x 1', '2 r x 1', '2 r x 0']],
  ['monotonic-reads', ['1 w x 1', '1 w x 2', '2 r x 1', '2 r x 2', '2 r x 1']],
  ['monotonic-writes', ['1 w x 1', '1 w x 2', '2 r x 2', '2 r x 1']],
  ['writes-follow-reads', ['1 w x 1', '2 r x 1', '2 w x 2', '3 r x 2', '3 r x 1']],
])('%s is broken by %j', (guarantee, lines) => {
  expect(verdicts(...lines)[guarantee].verdict).toBe('fail');
});

test('all four hold for what one register answers', () => {
  const found = verdicts('1 w x 1', '2 r x 1', '2 w x 2', '1 r x 2', '1 r y 0');
  expect(Object.values(found)).toEqual(Array(4).fill({ verdict: 'pass' }));
});

test('reads that go back do not show an order of writes', () => {
  const found = verdicts('1 w x 1', '1 w x 2', '2 r x 1', '2 r x 2', '2 r x 1');
  expect(found['monotonic-writes'].verdict).toBe('unknown');
});

test('a value written twice makes every answer unknown', () => {
  const found = verdicts('1 w x 1', '2 w x 1', '1 r x 1');
  for (const verdict of Object.values(found)) expect(verdict.verdict).toBe('unknown');
});

test('what a process wrote long ago and in between is not forgotten', () => {
  const many = Array.from({ length: 37 }, (_, at) => `1 w x ${at + 1}`);
  for (const seen of [1, 13, 36]) {
    // Its own write is there although others of its own came later; then they came first, and the last write is gone.
    const lines = [...many, `1 r x ${seen}`, '2 w x 99', '1 r x 99', '1 r x 37'];
    expect(verdicts(...lines)['read-your-writes'].verdict).toBe('fail');
    expect(verdicts(...lines.slice(0, -1))['read-your-writes'].verdict).toBe('pass');
  }
});

test('a long session takes no longer for each of its steps than a short one', () => {
  const lines = Array.from(
    { length: 20_000 },
    (_, at) => `1 ${at % 2 === 0 ? 'w' : 'r'} x ${at - (at % 2) + 1}`,
  );
  const before = process.cpuUsage();
  const found = verdicts(...lines);
  expect(found['read-your-writes'].verdict).toBe('pass');
  expect(found['writes-follow-reads'].verdict).toBe('pass');
  // In pairs these are 10^8 steps. Of the processor's time, which other work on the machine does not change.
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(5_000);
});
