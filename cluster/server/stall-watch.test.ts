import { expect, test } from '@jest/globals';
import { StallWatch } from './stall-watch.ts';

/** A process that has used so much of the processor by then. */
const watching = () => {
  let used = 0;
  const watch = new StallWatch(() => used);
  return {
    rang: (lateMs: number, busyMs: number) => {
      used += busyMs;
      return watch.rang(lateMs);
    },
  };
};

test('a timer that rings in time, or a little late, is not worth a word', () => {
  const { rang } = watching();
  expect([rang(0, 1), rang(49, 0)]).toEqual([undefined, undefined]);
});

test('a process that got no processor was kept from running', () => {
  expect(watching().rang(180, 0)).toBe(180);
});

test('a process that was busy all the while was not', () => {
  expect(watching().rang(180, 175)).toBeUndefined();
});

test('what it worked before the last ring does not count', () => {
  const { rang } = watching();
  rang(0, 500);
  expect(rang(180, 20)).toBe(160);
});
