import { describe, expect, test } from '@jest/globals';
import { encodeKeyFile } from '../../../cluster/keys/key-file.ts';
import { formatUnlockKey } from '../../../cluster/keys/unlock-key.ts';
import { realCipher } from '../../../cluster/server/world.ts';
import { createFastCipher } from '../../../harness/backends/sim/cipher.ts';
import { canariesOf, openKeyFile } from './secrets.ts';
import { bytes, facts, noRandom } from './testing/key-files.ts';

const secrets = { peerSecret: bytes(1), dataKeys: [{ epoch: 1, key: bytes(100) }] };
const unlockKey = bytes(50);
const shownKey = formatUnlockKey(unlockKey);

describe.each([
  ['the real cipher', realCipher],
  ['the fast one of the simulator', createFastCipher()],
])('a key file sealed with %s', (_, cipher) => {
  const seal = { key: unlockKey, version: 1 };
  const sealed = encodeKeyFile(facts, secrets, seal, { cipher, random: noRandom });

  test('opens with the key that it was sealed under, whichever of the known keys that is', () => {
    const opened = openKeyFile(sealed, [formatUnlockKey(bytes(7)), shownKey]);
    expect(opened).toMatchObject({ nodeId: facts.nodeId, inTheClear: false });
    expect(opened?.secrets.dataKeys[0]?.key).toEqual(bytes(100));
  });

  test('stays shut without it', () => {
    expect(openKeyFile(sealed, [formatUnlockKey(bytes(7))])).toBeUndefined();
  });
});

test('an open key file holds what it must not hold when it is sealed, in a form that a scan finds', () => {
  const given = { cipher: realCipher, random: noRandom };
  const open = encodeKeyFile(facts, secrets, undefined, given);
  const opened = openKeyFile(open, []);
  if (opened === undefined) throw new Error('it does not open');
  expect(opened.inTheClear).toBe(true);
  const sealed = encodeKeyFile(facts, secrets, { key: unlockKey, version: 1 }, given);
  const canaries = canariesOf(opened, { unlockKeys: [shownKey], names: ['lighthouse-'] });
  const standsIn = (file: Uint8Array) =>
    canaries
      .filter((canary) => Buffer.from(file).includes(Buffer.from(canary.bytes)))
      .map(({ name }) => name);
  expect(standsIn(open)).toEqual(['node-id', 'data-key in base64', 'peer-secret in base64']);
  expect(standsIn(sealed)).toEqual(['node-id']);
});
