import { expect, test } from '@jest/globals';
import { tickMs } from './limits.ts';
import { StallWatch } from './stall-watch.ts';

/** A process whose ticks come so late, and that has used so much of the processor since the tick before. */
const watching = () => {
  let [now, cpu] = [1_000, 300];
  const watch = new StallWatch({ now: () => now, cpu: () => cpu });
  return {
    tick: (lateMs: number, busyMs: number) => {
      now += tickMs + lateMs;
      cpu += busyMs;
      return watch.tick();
    },
  };
};

test('a tick that comes in time, or a little late, is not worth a word', () => {
  const { tick } = watching();
  expect([tick(0, 0), tick(0, 1), tick(49, 0), tick(-20, 0)]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('a process that got no processor was kept from running, from the middle between two ticks for all that is known', () => {
  expect(watching().tick(180, 0)).toBe(180 + tickMs / 2);
});

test('a process that was busy all the while was not', () => {
  expect(watching().tick(180, 175)).toBeUndefined();
});

test('what it worked before the last tick does not count', () => {
  const { tick } = watching();
  tick(0, 500);
  expect(tick(180, 20)).toBe(160 + tickMs / 2);
});
