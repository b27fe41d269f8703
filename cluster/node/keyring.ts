/** Who this node is and what opens its data, always as the key file has it, or will have it once the pipeline is through. */
import { encodeKeyFile, keyFileName } from '../keys/key-file.ts';
import type { NodeFacts, NodeSecrets, Seal } from '../keys/types.ts';
import type { NodeWorld } from './world.ts';

export type KeyringContent = {
  readonly facts: NodeFacts;
  readonly secrets: NodeSecrets;
  readonly seal: Seal;
};

export class Keyring {
  readonly #world: NodeWorld;
  #content: KeyringContent;
  #unsaved = 0;

  constructor(world: NodeWorld, content: KeyringContent) {
    this.#world = world;
    this.#content = content;
  }

  get facts(): NodeFacts {
    return this.#content.facts;
  }
  get secrets(): NodeSecrets {
    return this.#content.secrets;
  }
  get seal(): Seal {
    return this.#content.seal;
  }
  /** Whether the file on disk may still be an older one. */
  get unsaved(): boolean {
    return this.#unsaved > 0;
  }

  /** Replaces the whole file: one atomic write, ahead of everything that is asked of the disk after it. */
  write(content: KeyringContent): void {
    this.#content = content;
    this.#unsaved += 1;
    const { facts, secrets, seal } = content;
    const bytes = encodeKeyFile(facts, secrets, seal, this.#world);
    this.#world.pipeline.add([{ op: 'write', file: keyFileName, bytes }], () => {
      this.#unsaved -= 1;
    });
  }

  /** Managers that this node knows of; written only where they are others than before. */
  knowManagers(managers: NodeFacts['managers']): void {
    const known = [...managers].sort((left, right) => (left.nodeId < right.nodeId ? -1 : 1));
    const before = this.facts.managers;
    const same =
      known.length === before.length &&
      known.every(
        ({ nodeId, address }, at) =>
          before[at]?.nodeId === nodeId && before[at].address === address,
      );
    if (same || known.length === 0) return;
    this.write({ ...this.#content, facts: { ...this.facts, managers: known } });
  }
}
