/**
 * What an operator who holds the unlock key, or a thief of a folder that is not locked, can read off a manager's key file. Those bytes
 * are then looked for in the whole folder.
 */
import { tasksFile } from '../../../cluster/agent/tasks-file.ts';
import { toBase64 } from '../../../cluster/keys/base64.ts';
import { decodeKeyFile, keyFileName } from '../../../cluster/keys/key-file.ts';
import type { KeyFile, NodeSecrets } from '../../../cluster/keys/types.ts';
import { parseUnlockKey } from '../../../cluster/keys/unlock-key.ts';
import { openFile } from '../../../cluster/node/sealed-file.ts';
import type { Cipher } from '../../../cluster/ports.ts';
import { realCipher } from '../../../cluster/server/world.ts';
import { createFastCipher } from '../../../harness/backends/sim/cipher.ts';

export { keyFileName, tasksFile };

export type Canary = { readonly name: string; readonly bytes: Uint8Array };

/** A run in the simulator may use either; a wrong one opens nothing. */
const ciphers: readonly Cipher[] = [realCipher, createFastCipher()];

export type OpenedKeyFile = {
  readonly nodeId: string;
  /** Whether the secrets stood in the file in the clear. */
  readonly inTheClear: boolean;
  readonly secrets: NodeSecrets;
};

/** Opens a key file with whichever of the keys fits. `undefined`: none does. */
export const openKeyFile = (
  bytes: Uint8Array,
  unlockKeys: readonly string[],
): OpenedKeyFile | undefined => {
  for (const cipher of ciphers) {
    const file = decodeKeyFile(bytes, cipher);
    const secrets = secretsOf(file, unlockKeys);
    if (secrets === undefined) continue;
    return { nodeId: file.facts.nodeId, inTheClear: file.state === 'open', secrets };
  }
  return undefined;
};

const secretsOf = (file: KeyFile, unlockKeys: readonly string[]): NodeSecrets | undefined => {
  if (file.state === 'open') return file.secrets;
  for (const key of unlockKeys) {
    const bytes = parseUnlockKey(key);
    const secrets = bytes && file.unlock(bytes);
    if (secrets !== undefined) return secrets;
  }
  return undefined;
};

/** Whether one of the key file's data keys opens a file of the agent. */
export const opensWith = ({ secrets }: OpenedKeyFile, file: Uint8Array): boolean =>
  ciphers.some((cipher) => openFile(file, secrets.dataKeys, cipher) !== undefined);

const encoder = new TextEncoder();

const hexadecimal = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** A key as it is, and as text. */
const everyForm = (name: string, bytes: Uint8Array): readonly Canary[] => [
  { name, bytes },
  { name: `${name} in base64`, bytes: encoder.encode(toBase64(bytes)) },
  { name: `${name} in hexadecimal`, bytes: encoder.encode(hexadecimal(bytes)) },
];

/** It always stands in a folder in the clear, so a scan that does not find it has seen nothing. */
export const control = 'node-id';

/** Everything that must not stand in a locked folder, and the control. */
export const canariesOf = (
  { nodeId, secrets }: OpenedKeyFile,
  given: { readonly unlockKeys: readonly string[]; readonly names: readonly string[] },
): readonly Canary[] => [
  { name: control, bytes: encoder.encode(nodeId) },
  ...secrets.dataKeys.flatMap(({ key }) => everyForm('data-key', key)),
  ...everyForm('peer-secret', secrets.peerSecret),
  ...given.unlockKeys.flatMap((text) => [
    { name: 'unlock-key as shown', bytes: encoder.encode(text) },
    ...everyForm('unlock-key', parseUnlockKey(text) ?? new Uint8Array(0)),
  ]),
  ...given.names.map((name) => ({ name: `service ${name}`, bytes: encoder.encode(name) })),
];
