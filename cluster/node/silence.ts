/**
 * The time between a manager's unlocking and its return. The key that opened it may have been replaced while it was down, so it first
 * asks the others under which key the swarm stands, takes that over, and only then votes and serves.
 *
 * A leader's answer is as good as a read. Where nobody leads, perhaps because all managers were restarted, the answers of
 * a majority do: a rotation that was acknowledged is known to one of them, unless that one has it in its log and has not
 * heard yet that it is committed; then this manager adopts it when it hears so.
 */
import { newId } from '../store/identity.ts';
import type { Member } from './member.ts';
import type { NodeWorld } from './world.ts';
import type { PeerMessage } from '../wire/messages.ts';

type SealAnswer = PeerMessage & { readonly type: 'seal-answer' };

export type SilenceHost = {
  readonly nodeId: string;
  /** Managers known from the key file. */
  readonly managers: readonly { readonly address: string }[];
  adopt(version: number, key: Uint8Array | undefined): void;
  /** Everybody that counts has answered, and what they said is durable here. */
  ended(): void;
};

export class Silence {
  readonly #world: NodeWorld;
  readonly #member: Member;
  readonly #host: SilenceHost;
  readonly #nonce: string;
  readonly #answered = new Set<string>();
  #askAt: number;
  #over = false;

  constructor(world: NodeWorld, member: Member, host: SilenceHost) {
    this.#world = world;
    this.#member = member;
    this.#host = host;
    this.#nonce = newId(world.random, 'seal-nonce');
    this.#askAt = world.now.mono;
    this.#answered.add(host.nodeId);
    member.silent = true;
  }

  get deadline(): number {
    return this.#askAt;
  }

  tick(): void {
    if (this.#over || this.#world.now.mono < this.#askAt) return;
    this.#askAt = this.#world.now.mono + this.#world.config.electionTimeoutMsMin;
    if (this.#majorityAnswered) {
      this.#end();
      return;
    }
    const asked = new Set<string>();
    for (const { nodeId, address } of this.#member.managers)
      if (nodeId !== this.#host.nodeId) asked.add(address);
    for (const { address } of this.#host.managers) asked.add(address);
    const { leader } = this.#member.status;
    const leaderAddress = leader === undefined ? undefined : this.#member.addressOf(leader);
    if (leaderAddress !== undefined) asked.add(leaderAddress);
    for (const address of asked)
      this.#world.send(address, {
        type: 'seal-question',
        nonce: this.#nonce,
        raftId: this.#member.raftId,
      });
  }

  hear(nodeId: string, { nonce, confirmed, version, unlockKey }: SealAnswer): void {
    if (this.#over || nonce !== this.#nonce) return;
    this.#host.adopt(version, unlockKey);
    this.#answered.add(nodeId);
    if (confirmed || this.#majorityAnswered) this.#end();
  }

  get #majorityAnswered(): boolean {
    const voters = this.#member.status.membership.members.filter(({ voter }) => voter);
    const answered = voters.filter(({ nodeId }) => this.#answered.has(nodeId));
    return answered.length > voters.length / 2;
  }

  #end(): void {
    this.#over = true;
    this.#askAt = Infinity;
    this.#world.pipeline.whenDurable(() => {
      this.#member.silent = false;
      this.#host.ended();
    });
  }
}
