import { expect, test } from '@jest/globals';
import { prefixBits } from './cidr.ts';

/** What an engine 20.10.24 takes for an address pool, and what it calls an invalid CIDR address. */
test.each([
  ['10.0.0.0/8', 8],
  ['1.2.3.4/0', 0],
  ['10.0.0.0/008', 8],
  ['fd00::/8', 8],
  ['FFFF::/24', 24],
  ['::/0', 0],
  ['::ffff:10.0.0.0/104', 104],
  ['::1.2.3.4/24', 24],
  ['1:2:3:4:5:6:7:8/16', 16],
  ['1:2:3:4:5:6:7::/16', 16],
  ['1:2:3:4:5:6:7.8.9.1/24', 24],
])('%s has a prefix of %i bits', (cidr, bits) => {
  expect(prefixBits(cidr)).toBe(bits);
});

test.each([
  '',
  '10.0.0.0',
  '10.0.0.0/',
  '10.0.0.0/+8',
  '10.0.0.0/33',
  '10.0.0.256/8',
  '010.0.0.0/8',
  '1.2.3/24',
  '1.2.3.4/24/3',
  'ffff::',
  'fd00::/129',
  'fd00:::/8',
  'fe80::1%eth0/10',
  '12345::/24',
  '::01.2.3.4/24',
  '1:2:3:4:5:6:7:8:9/24',
  '1:2:3:4:5:6:7::8/24',
  '1:2:3:4:5:6:7:8::/24',
  '1:2:3:4:5:6:7:7.8.9.1/24',
  '1::2::3/24',
  ':1::3/24',
  '1:/24',
  '1.2.3.4::/24',
])('%j is no network', (cidr) => {
  expect(prefixBits(cidr)).toBeUndefined();
});
