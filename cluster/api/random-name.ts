/**
 * Names for services that come without one: `adjective_surname`, as the engine makes them.
 * @source moby, daemon/cluster/convert/service.go (ServiceSpecToGRPC), pkg/namesgenerator
 */
import type { Random } from '../ports.ts';

// prettier-ignore
const adjectives = [
  'agile', 'amber', 'bold', 'brave', 'brisk', 'calm', 'candid', 'clever', 'cosmic', 'curious',
  'daring', 'eager', 'fair', 'gentle', 'honest', 'humble', 'jolly', 'keen', 'lively', 'lucid',
  'mellow', 'merry', 'nimble', 'patient', 'proud', 'quiet', 'steady', 'sunny', 'vivid', 'witty',
] as const;

/** Of people whose work made systems agree, or showed when they cannot. */
// prettier-ignore
const surnames = [
  'abbadi', 'bernstein', 'birman', 'brewer', 'castro', 'chandra', 'dijkstra', 'dwork', 'fischer', 'gifford',
  'gray', 'herlihy', 'hopper', 'kleppmann', 'lamport', 'lampson', 'liskov', 'lynch', 'mattern', 'oki',
  'ongaro', 'ousterhout', 'paterson', 'pease', 'schneider', 'shapiro', 'shostak', 'stockmeyer', 'toueg', 'wing',
] as const;

const one = (random: Random, words: readonly string[]): string =>
  words[random.integer('service-name', words.length)] ?? '';

/** A name that is not taken: a drawn one that is gets the lowest number that makes it free. */
export const randomName = (random: Random, isTaken: (name: string) => boolean): string => {
  const drawn = `${one(random, adjectives)}_${one(random, surnames)}`;
  let name = drawn;
  for (let number = 1; isTaken(name); number += 1) name = `${drawn}${number}`;
  return name;
};
