import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addressIn, freeSubnets, parseSubnet, subnetText } from './subnets.ts';

const taken = (...texts: readonly string[]) =>
  texts.map((text) => parseSubnet(text) ?? { base: 0, bits: 0 });

test('subnets come from the range and keep clear of those that are taken', () => {
  const free = freeSubnets(3, {
    range: '10.201.0.0/24',
    taken: taken('10.201.0.0/27', '10.201.0.48/28'),
    start: 0,
  });
  expect(free.map(subnetText)).toEqual(['10.201.0.32/28', '10.201.0.64/28', '10.201.0.80/28']);
});

test('addresses count from the network itself', () => {
  expect(addressIn({ base: 256 * 256 * 256 * 10 + 250, bits: 28 }, 8)).toBe('10.0.1.2');
});

test('wherever the search starts, subnets neither overlap nor leave the range', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 16 }), (start, count) => {
      const free = freeSubnets(count, { range: '10.201.4.0/24', taken: [], start });
      expect(new Set(free.map(subnetText)).size).toBe(count);
      expect(free.every((subnet) => subnetText(subnet).startsWith('10.201.4.'))).toBe(true);
    }),
  );
});

test.each([
  [
    'a range that is used up',
    '10.201.0.0/27',
    /room for 2 more networks, 3 are needed.*schism clean/,
  ],
  ['nonsense', 'ten', /"ten" is no range.*must be an IPv4 range/],
  ['a range that is too small', '10.0.0.0/30', /is no range/],
  ['an impossible address', '10.0.300.0/16', /is no range/],
])('%s is refused with the next step', (_name, range, reason) => {
  expect(() => freeSubnets(3, { range, taken: [], start: 7 })).toThrow(reason);
});
