/**
 * A replica that does not vote has no timer, and whoever was taken out of the membership is told so once, and then when it asks for
 * something. So one that has heard nothing for a while asks whether it is still in; without that, one that missed the word would
 * take itself for a manager for ever.
 */
import { newId } from '../store/identity.ts';
import type { Member } from './member.ts';
import { never } from './world.ts';
import type { NodeWorld } from './world.ts';

export type DoubtHost = {
  readonly nodeId: string;
  readonly member: Member;
  /** Managers known from the key file: its log may name none. */
  managers(): readonly { readonly nodeId: string; readonly address: string }[];
};

/** In election timeouts. A leader is heard in every heartbeat. */
const patience = 2;

export class Doubt {
  readonly #world: NodeWorld;
  readonly #host: DoubtHost;
  #heardAt: number;

  constructor(world: NodeWorld, host: DoubtHost) {
    this.#world = world;
    this.#host = host;
    this.#heardAt = world.now.mono;
  }

  get deadline(): number {
    const { role, removed } = this.#host.member.status;
    if (role !== 'learner' || removed) return never;
    return this.#heardAt + patience * this.#world.config.electionTimeoutMsMax;
  }

  /** Something came from another member. */
  heard(): void {
    this.#heardAt = this.#world.now.mono;
  }

  /** What a manager asks after its unlocking is answered to a former member by that it is one. */
  tick(): void {
    if (this.deadline > this.#world.now.mono) return;
    this.#heardAt = this.#world.now.mono;
    const { member } = this.#host;
    const others = [...member.managers, ...this.#host.managers()].filter(
      ({ nodeId }) => nodeId !== this.#host.nodeId,
    );
    for (const address of new Set(others.map((other) => other.address)))
      this.#world.send(address, {
        type: 'seal-question',
        nonce: newId(this.#world.random, 'seal-nonce'),
        raftId: member.raftId,
      });
  }
}
