import { afterAll, expect, test } from '@jest/globals';
import { terminal } from './terminal.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const before = signals.map((signal) => process.listeners(signal));
afterAll(() => {
  for (const [place, signal] of signals.entries())
    for (const listener of process.listeners(signal))
      if (before[place]?.includes(listener) !== true) process.off(signal, listener);
});

/** What is written to both streams, `1 …` and `2 …`, with a clock that is set by hand. */
const on = (terminals: readonly number[], env: Readonly<Record<string, string>> = {}) => {
  const written: string[] = [];
  const clock = { ms: 0 };
  const io = terminal({
    write: (stream, text) => void written.push(`${stream} ${text}`),
    isTerminal: (stream) => terminals.includes(stream),
    now: () => clock.ms,
    env,
  });
  return { io, written, clock };
};

test.each<[string, readonly number[], Readonly<Record<string, string>>]>([
  ['a file', [], {}],
  ['a log of CI that calls itself a terminal', [1, 2], { CI: 'true' }],
  ['a terminal that cannot go back', [1, 2], { TERM: 'dumb' }],
])('in %s progress ends a silence of half a minute, and nothing else', (_, terminals, env) => {
  const { io, written, clock } = on(terminals, env);
  for (const [ms, line] of [
    [20_000, 'run 1'],
    [31_000, 'run 2'],
    [32_000, 'run 3'],
    [60_000, 'run 4'],
  ] as const) {
    clock.ms = ms;
    io.progress(line);
  }
  expect(written).toEqual(['2 run 2\n']);
  clock.ms = 61_500;
  io.out('a result');
  clock.ms = 91_000;
  io.progress('run 5');
  clock.ms = 92_000;
  io.progress('run 6');
  expect(written.slice(1)).toEqual(['1 a result\n', '2 run 6\n']);
});

test('on a terminal progress overwrites itself, and makes room for what is said', () => {
  const { io, written } = on([1, 2]);
  io.progress('run 1');
  io.progress('run 2');
  io.out('a result');
  io.err('a complaint');
  const clear = '\r\u001b[2K';
  expect(written).toEqual([
    `2 ${clear}run 1`,
    `2 ${clear}run 2`,
    `2 ${clear}`,
    '1 a result\n',
    '2 a complaint\n',
  ]);
});

test('what is said acts on no terminal', () => {
  const { io, written } = on([]);
  io.out('a name\u001b[2J');
  expect(written).toEqual(['1 a name␛[2J\n']);
});
