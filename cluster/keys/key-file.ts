/**
 * Reads and writes the key file: JSON with the public facts in the clear, and the secrets, in the clear or sealed under the
 * unlock key. It is one text, so that whoever writes it replaces all of it at once.
 */
import type { Cipher, Random } from '../ports.ts';
import { fromBase64, toBase64 } from './base64.ts';
import type { KeyFile, NodeFacts, NodeSecrets, Seal } from './types.ts';

export const keyFileName = 'certificates/swarm-node.key';

const format = 'swarm-node-key@1';
const nonceBytes = 12;

type SecretsText = {
  readonly peerSecret: string;
  readonly dataKeys: readonly { readonly epoch: number; readonly key: string }[];
};

type KeyFileText = {
  readonly format: string;
  readonly facts: NodeFacts;
  readonly secrets?: SecretsText;
  readonly sealed?: { readonly version: number; readonly nonce: string; readonly text: string };
};

const encoder = new TextEncoder();
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
    return encoder.encode(`${JSON.stringify({ format, facts, secrets: text }, undefined, 2)}\n`);
  const nonce = random.bytes('key-file-nonce', nonceBytes);
  const sealedBytes = cipher.seal(seal.key, nonce, encoder.encode(JSON.stringify(text)));
  const sealed = { version: seal.version, nonce: toBase64(nonce), text: toBase64(sealedBytes) };
  return encoder.encode(`${JSON.stringify({ format, facts, sealed }, undefined, 2)}\n`);
};

const damaged = (why: string, cause?: unknown): Error =>
  new Error(`${keyFileName} is damaged: ${why}`, { cause });

const bytesOf = (text: unknown, what: string): Uint8Array => {
  const bytes = typeof text === 'string' ? fromBase64(text) : undefined;
  if (bytes === undefined) throw damaged(`${what} is not base64`);
  return bytes;
};

const parse = (bytes: Uint8Array): KeyFileText => {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw damaged('it is not JSON', cause);
  }
  if (typeof value !== 'object' || value === null) throw damaged('it is not a JSON object');
  const text = value as Partial<KeyFileText>;
  if (text.format !== format)
    throw damaged(`its format is ${JSON.stringify(text.format)}, and this program reads ${format}`);
  return text as KeyFileText;
};

const isText = (value: unknown): value is string => typeof value === 'string';

const factsOf = ({ facts }: { readonly facts?: Partial<NodeFacts> }): NodeFacts => {
  if (
    !isText(facts?.nodeId) ||
    !isText(facts.clusterId) ||
    !isText(facts.advertiseAddr) ||
    (facts.role !== 'manager' && facts.role !== 'worker') ||
    (facts.raftId !== undefined && !isText(facts.raftId)) ||
    !Array.isArray(facts.managers)
  )
    throw damaged('it does not say who the node is');
  const { nodeId, clusterId, role, raftId, advertiseAddr, unlockKeyVersion } = facts;
  if (!Number.isSafeInteger(unlockKeyVersion) || unlockKeyVersion === undefined)
    throw damaged('it does not say which version of the unlock key it follows');
  const managers = (facts.managers as NodeFacts['managers']).map(({ nodeId: id, address }) => ({
    nodeId: id,
    address,
  }));
  return { nodeId, clusterId, role, raftId, advertiseAddr, managers, unlockKeyVersion };
};

const secretsOf = (text: SecretsText): NodeSecrets => {
  if (!Array.isArray(text.dataKeys)) throw damaged('its data keys are missing');
  return {
    peerSecret: bytesOf(text.peerSecret, 'the secret of node traffic'),
    dataKeys: (text.dataKeys as SecretsText['dataKeys']).map(({ epoch, key }) => ({
      epoch,
      key: bytesOf(key, 'a data key'),
    })),
  };
};

/** Throws an error that names the file where it is damaged. */
export const decodeKeyFile = (bytes: Uint8Array, cipher: Cipher): KeyFile => {
  const text = parse(bytes);
  const facts = factsOf(text);
  const { sealed } = text;
  if (sealed === undefined) {
    if (text.secrets === undefined) throw damaged('it holds no secrets');
    return { state: 'open', facts, secrets: secretsOf(text.secrets) };
  }
  const nonce = bytesOf(sealed.nonce, 'the nonce of its seal');
  const sealedBytes = bytesOf(sealed.text, 'what it seals');
  return {
    state: 'locked',
    facts,
    version: sealed.version,
    unlock(key: Uint8Array): NodeSecrets | undefined {
      const opened = cipher.open(key, nonce, sealedBytes);
      if (opened === undefined) return undefined;
      return secretsOf(JSON.parse(decoder.decode(opened)) as SecretsText);
    },
  };
};
