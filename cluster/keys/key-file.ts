/**
 * Reads and writes the key file: JSON with the public facts in the clear, and the secrets, in the clear or sealed under the
 * unlock key. It is one text, so that whoever writes it replaces all of it at once.
 */
import type { Cipher, Random } from '../ports.ts';
import { utf8Of } from '../utf8.ts';
import { fromBase64, toBase64 } from './base64.ts';
import type { KeyFile, NodeFacts, NodeSecrets, Seal } from './types.ts';

export const keyFileName = 'certificates/swarm-node.key';

const format = 'swarm-node-key@1';
const nonceBytes = 12;

type SecretsText = {
  readonly peerSecret: string;
  readonly dataKeys: readonly { readonly epoch: number; readonly key: string }[];
};

/** An object out of a JSON text; nothing is known of its fields yet. */
type Fields = Readonly<Record<string, unknown>>;

const decoder = new TextDecoder('utf-8', { fatal: true });

const secretsToText = ({ peerSecret, dataKeys }: NodeSecrets): SecretsText => ({
  peerSecret: toBase64(peerSecret),
  dataKeys: dataKeys.map(({ epoch, key }) => ({ epoch, key: toBase64(key) })),
});

/** The file's whole content. `facts` never hold a secret; with a seal nothing of `secrets` can be read off it. */
export const encodeKeyFile = (
  facts: NodeFacts,
  secrets: NodeSecrets,
  seal: Seal,
  { cipher, random }: { readonly cipher: Cipher; readonly random: Random },
): Uint8Array => {
  const text = secretsToText(secrets);
  if (seal === undefined)
    return utf8Of(`${JSON.stringify({ format, facts, secrets: text }, undefined, 2)}\n`);
  const nonce = random.bytes('key-file-nonce', nonceBytes);
  const sealedBytes = cipher.seal(seal.key, nonce, utf8Of(JSON.stringify(text)));
  const sealed = { version: seal.version, nonce: toBase64(nonce), text: toBase64(sealedBytes) };
  return utf8Of(`${JSON.stringify({ format, facts, sealed }, undefined, 2)}\n`);
};

const damaged = (why: string, cause?: unknown): Error =>
  new Error(`${keyFileName} is damaged: ${why}`, { cause });

const isText = (value: unknown): value is string => typeof value === 'string';
const isCount = (value: unknown): value is number => Number.isSafeInteger(value);

/** The fields of an object; of anything else none. */
const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? { ...value } : {};

const bytesOf = (text: unknown, what: string): Uint8Array => {
  const bytes = isText(text) ? fromBase64(text) : undefined;
  if (bytes === undefined) throw damaged(`${what} is not base64`);
  return bytes;
};

const parse = (bytes: Uint8Array): Fields => {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw damaged('it is not JSON', cause);
  }
  if (typeof value !== 'object' || value === null) throw damaged('it is not a JSON object');
  const text = fieldsOf(value);
  if (text.format !== format)
    throw damaged(
      `its format is ${isText(text.format) ? text.format : 'not given'}, and this program reads ${format}`,
    );
  return text;
};

const managersOf = (value: unknown): NodeFacts['managers'] | undefined => {
  if (!Array.isArray(value)) return undefined;
  const managers: { nodeId: string; address: string }[] = [];
  for (const manager of value as unknown[]) {
    const { nodeId, address } = fieldsOf(manager);
    if (!isText(nodeId) || !isText(address)) return undefined;
    managers.push({ nodeId, address });
  }
  return managers;
};

const factsOf = (value: unknown): NodeFacts => {
  const { nodeId, clusterId, role, raftId, advertiseAddr, managers, unlockKeyVersion } =
    fieldsOf(value);
  const known = managersOf(managers);
  if (
    !isText(nodeId) ||
    !isText(clusterId) ||
    !isText(advertiseAddr) ||
    (role !== 'manager' && role !== 'worker') ||
    (raftId !== undefined && !isText(raftId)) ||
    known === undefined
  )
    throw damaged('it does not say who the node is');
  if (!isCount(unlockKeyVersion))
    throw damaged('it does not say which version of the unlock key it follows');
  return { nodeId, clusterId, role, raftId, advertiseAddr, managers: known, unlockKeyVersion };
};

const secretsOf = (value: unknown): NodeSecrets => {
  const { peerSecret, dataKeys } = fieldsOf(value);
  if (!Array.isArray(dataKeys)) throw damaged('its data keys are missing');
  return {
    peerSecret: bytesOf(peerSecret, 'the secret of node traffic'),
    dataKeys: (dataKeys as unknown[]).map((dataKey) => {
      const { epoch, key } = fieldsOf(dataKey);
      if (!isCount(epoch)) throw damaged('its data keys are missing');
      return { epoch, key: bytesOf(key, 'a data key') };
    }),
  };
};

/** Throws an error that names the file where it is damaged. */
export const decodeKeyFile = (bytes: Uint8Array, cipher: Cipher): KeyFile => {
  const text = parse(bytes);
  const facts = factsOf(text.facts);
  if (text.sealed === undefined) {
    if (text.secrets === undefined) throw damaged('it holds no secrets');
    return { state: 'open', facts, secrets: secretsOf(text.secrets) };
  }
  const sealed = fieldsOf(text.sealed);
  const nonce = bytesOf(sealed.nonce, 'the nonce of its seal');
  const sealedBytes = bytesOf(sealed.text, 'what it seals');
  if (!isCount(sealed.version)) throw damaged('it does not say which key it is sealed under');
  return {
    state: 'locked',
    facts,
    version: sealed.version,
    unlock(key: Uint8Array): NodeSecrets | undefined {
      const opened = cipher.open(key, nonce, sealedBytes);
      return opened === undefined ? undefined : secretsOf(JSON.parse(decoder.decode(opened)));
    },
  };
};
