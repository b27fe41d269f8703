/**
 * Join tokens: `SWMTKN-1-<50 characters>-<25 characters>`, base 36. The first part is the digest of the root certificate in an engine;
 * until there are certificates it is drawn once for each swarm. The second part is the secret, and says which role it buys.
 * @source swarmkit, ca/config.go (GenerateJoinToken, ParseJoinToken)
 */
import type { Random } from '../ports.ts';
import { newId } from '../store/identity.ts';

const shape = /^SWMTKN-1-([0-9a-z]{50})-([0-9a-z]{25})$/;

export const newSwarmDigest = (random: Random): string =>
  newId(random, 'swarm-digest') + newId(random, 'swarm-digest');

export const newJoinToken = (digest: string, random: Random): string =>
  `SWMTKN-1-${digest}-${newId(random, 'join-token')}`;

export const isJoinToken = (text: string): boolean => shape.test(text);

/** The digest that a token names; the empty text for one that is none. */
export const digestOf = (token: string): string => shape.exec(token)?.[1] ?? '';
