import { expect, test } from '@jest/globals';
import { array, assert, integer, oneof, constant, property, tuple } from 'fast-check';
import { Wakes } from './wakes.ts';

const places = 4;

test('the earliest is that of all wakes as they stand, whatever was set and taken back', () => {
  const tick = oneof(integer({ min: 0, max: 20 }), constant(Infinity));
  const sets = array(tuple(integer({ min: 0, max: places - 1 }), tick), { maxLength: 60 });
  assert(
    property(sets, (given) => {
      const wakes = new Wakes(places);
      const ticks = new Array<number>(places).fill(Infinity);
      for (const [place, at] of given) {
        wakes.set(place, at);
        ticks[place] = at;
        expect(ticks.map((_, each) => wakes.of(each))).toEqual(ticks);
        expect(wakes.earliest).toBe(Math.min(...ticks));
        if (wakes.earliest !== Infinity) expect(ticks[wakes.place]).toBe(wakes.earliest);
      }
    }),
  );
});
