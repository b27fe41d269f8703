import type { Meter } from './limits.ts';

const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;

/**
 * Positions of integers from 0 to 2^32 - 1 in ascending order, equal ones as they come. Digit by digit, the least
 * significant first: in linear time, and the clock is read between two digits.
 */
export function ranking(values: ArrayLike<number>, meter: Meter): Int32Array {
  const count = values.length;
  if (count <= SMALL) return byEngine(values);
  let most = 0;
  for (let at = 0; at < count; at++) most = Math.max(most, values[at]!);
  let order = new Int32Array(count);
  for (let at = 0; at < count; at++) order[at] = at;
  let other = new Int32Array(count);
  const starts = new Int32Array(DIGITS);
  for (let shift = 0; shift < 32 && most >>> shift > 0; shift += DIGIT_BITS) {
    meter.check();
    starts.fill(0);
    for (let at = 0; at < count; at++) starts[(values[at]! >>> shift) & (DIGITS - 1)]! += 1;
    let start = 0;
    for (let digit = 0; digit < DIGITS; digit++) {
      const here = starts[digit]!;
      starts[digit] = start;
      start += here;
    }
    for (let at = 0; at < count; at++) {
      const position = order[at]!;
      const digit = (values[position]! >>> shift) & (DIGITS - 1);
      other[starts[digit]!++] = position;
    }
    [order, other] = [other, order];
  }
  return order;
}

const SMALL = 4096;

/** Value and position share one number: few are sorted quickest by the engine's own sort, without a comparison of ours. */
function byEngine(values: ArrayLike<number>): Int32Array {
  const keys = new Float64Array(values.length);
  for (let at = 0; at < keys.length; at++) keys[at] = values[at]! * SMALL + at;
  keys.sort();
  const order = new Int32Array(keys.length);
  for (let at = 0; at < keys.length; at++) order[at] = keys[at]! % SMALL;
  return order;
}
