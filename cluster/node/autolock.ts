/**
 * Follows the swarm's unlock key: seals this manager's key file under it, or opens it. Turning the lock on or off also makes a new
 * data key, and the old one, which may have been at rest in the clear, goes as soon as no file needs it. What the key file must
 * hold is always asked of the disk before anything that needs it.
 * @source swarmkit, design/raft_encryption.md
 */
import { storedBytes } from '../api/stored-bytes.ts';
import type { DataKey } from '../log/types.ts';
import type { ClusterObject } from '../store/objects.ts';
import type { Keyring } from './keyring.ts';
import type { Member } from './member.ts';
import type { NodeWorld } from './world.ts';

export const dataKeyBytes = 32;

/** One to go before these: of an epoch that none of them has, as files name their key by it. */
export const newDataKey = ({ random }: NodeWorld, [newest]: readonly DataKey[]): DataKey => ({
  epoch: (newest?.epoch ?? 0) + 1,
  key: random.bytes('data-key', dataKeyBytes),
});

export class Autolock {
  readonly #world: NodeWorld;
  readonly #keyring: Keyring;
  readonly #member: Member;
  /** The end of the log when the data key was last changed: a snapshot behind it makes the older keys superfluous. */
  #rotatedAt: number;

  constructor(world: NodeWorld, keyring: Keyring, member: Member) {
    this.#world = world;
    this.#keyring = keyring;
    this.#member = member;
    this.#rotatedAt = member.status.lastIndex;
  }

  /** What the store says, as applied. */
  follow(cluster: ClusterObject | undefined): void {
    if (cluster === undefined) return;
    if (cluster.unlockKeyVersion <= this.#keyring.facts.unlockKeyVersion) return;
    const { unlockKey, unlockKeyVersion } = cluster;
    this.adopt(unlockKeyVersion, unlockKey === undefined ? undefined : storedBytes(unlockKey));
  }

  /** `key`: `undefined` where the lock is off. An older version than the one followed is history. */
  adopt(version: number, key: Uint8Array | undefined): void {
    const { facts, secrets, seal } = this.#keyring;
    if (version <= facts.unlockKeyVersion) return;
    const turned = (seal === undefined) !== (key === undefined);
    const fresh = turned ? newDataKey(this.#world, secrets.dataKeys) : undefined;
    this.#keyring.write({
      facts: { ...facts, unlockKeyVersion: version },
      secrets:
        fresh === undefined ? secrets : { ...secrets, dataKeys: [fresh, ...secrets.dataKeys] },
      seal: key === undefined ? undefined : { key, version },
    });
    if (fresh === undefined) return;
    this.#member.log.rotate(fresh);
    this.#rotatedAt = this.#member.status.lastIndex;
  }

  /** Whether a snapshot would help to get rid of an older data key. */
  get wantsSnapshot(): boolean {
    return (
      this.#keyring.secrets.dataKeys.length > 1 &&
      this.#member.sinceSnapshot > 0 &&
      this.#member.status.applied >= this.#rotatedAt
    );
  }

  /** Forgets the data keys that the log needs no more. To be called once all other files are asked to be under the newest. */
  forgetOldKeys(): void {
    const { facts, secrets, seal } = this.#keyring;
    if (secrets.dataKeys.length < 2) return;
    const needed = this.#member.log.oldestEpoch;
    const dataKeys = secrets.dataKeys.filter(({ epoch }) => epoch >= needed);
    if (dataKeys.length === secrets.dataKeys.length) return;
    this.#keyring.write({ facts, secrets: { ...secrets, dataKeys }, seal });
  }
}
