/** A manager's answers to its peers: requests handed on, nodes that want in, agents, managers that were just unlocked. */
import type { AgentMessage } from '../agent/messages.ts';
import type { ApiResponse } from '../api/seam.ts';
import { storedBytes } from '../api/stored-bytes.ts';
import { noLeader } from '../api/texts.ts';
import type { JoinRequest, PeerMessage } from '../wire/messages.ts';
import { answerMessages } from './answer-parts.ts';
import { isRead } from './job.ts';
import type { Keyring } from './keyring.ts';
import type { Leadership } from './leadership.ts';
import type { Member } from './member.ts';
import type { Sender } from './program.ts';
import type { Requests } from './requests.ts';
import { Seen } from './seen.ts';
import { turnedAway } from './turn-away.ts';
import type { NodeWorld } from './world.ts';

export type PeerDeskHost = {
  readonly member: Member;
  readonly keyring: Keyring;
  readonly requests: Requests;
  /** While this node leads and serves. */
  leadership(): Leadership | undefined;
  /** Just unlocked: it serves nobody yet. */
  silent(): boolean;
};

export class PeerDesk {
  readonly #world: NodeWorld;
  readonly #host: PeerDeskHost;
  /** Writes forwarded here in the term that this node leads: a copy is not carried out again. */
  #seen: { readonly term: number; readonly ids: Seen } | undefined;

  constructor(world: NodeWorld, host: PeerDeskHost) {
    this.#world = world;
    this.#host = host;
  }

  /** A request from another manager, which takes this node for the leader of `term`. */
  forward({ id, term, request }: PeerMessage & { readonly type: 'forward' }, from: Sender): void {
    const answer = (response: ApiResponse) => {
      for (const message of answerMessages(id, response, this.#world.random))
        this.#world.send(from.address, message);
    };
    if (!isRead(request)) {
      const { role, term: present } = this.#host.member.status;
      if (role !== 'leader' || term !== present) {
        answer(noLeader);
        return;
      }
      if (this.#seen?.term !== term) this.#seen = { term, ids: new Seen() };
      if (!this.#seen.ids.note(id)) return;
    }
    this.#host.requests.submit(request, { forwarded: true, answer });
  }

  /** A node that wants in. Whoever does not lead passes it on, once. */
  join(request: JoinRequest, from: Sender): void {
    if (this.#host.silent()) return;
    const leadership = this.#host.leadership();
    if (leadership !== undefined) leadership.admit(request);
    else if (from.nodeId === undefined) {
      const address = this.#leaderAddress;
      const leads = this.#host.member.status.leader === this.#host.member.raftId;
      if (address !== undefined && !leads) this.#world.send(address, { type: 'join', request });
    }
  }

  agent(message: AgentMessage, from: Sender): void {
    if (from.nodeId === undefined || this.#host.silent()) return;
    const leadership = this.#host.leadership();
    if (leadership !== undefined) leadership.hearAgent(from.nodeId, from.address, message);
    else this.#turnAway(message, from);
  }

  sealQuestion(
    { nonce, raftId }: PeerMessage & { readonly type: 'seal-question' },
    from: Sender,
  ): void {
    const { membership, term } = this.#host.member.status;
    if (membership.removed.includes(raftId))
      this.#world.send(from.address, {
        type: 'raft',
        message: { type: 'removed', from: this.#host.member.raftId, to: raftId, term },
      });
    if (!membership.members.some(({ nodeId }) => nodeId === from.nodeId)) return;
    const leadership = this.#host.leadership();
    if (leadership !== undefined)
      leadership.reads.add({
        confirmed: () => {
          this.#answerSealQuestion(nonce, from, true);
        },
        refused: () => undefined,
      });
    else if (!this.#hearsLeader) this.#answerSealQuestion(nonce, from, false);
  }

  /**
   * Whether a leader was heard lately. Whoever is silent, or no voter, never stands for election, and so goes on naming one that is gone:
   * managers that were all restarted and had heard the same leader would wait for its word for ever.
   */
  get #hearsLeader(): boolean {
    const { leader, leaderAt } = this.#host.member.status;
    const { now, config } = this.#world;
    return leader !== undefined && now.mono - leaderAt < config.electionTimeoutMsMax;
  }

  #turnAway(message: AgentMessage, from: Sender): void {
    const { managers } = this.#host.member;
    const turned = turnedAway(message, from, { leader: this.#leaderAddress, managers });
    this.#world.send(turned.to, turned.message);
  }

  #answerSealQuestion(nonce: string, to: Sender, confirmed: boolean): void {
    const { cluster } = this.#host.member.store;
    const { facts, seal } = this.#host.keyring;
    // What the file follows was committed as well, and may be ahead of what is applied here.
    const applied = cluster !== undefined && cluster.unlockKeyVersion >= facts.unlockKeyVersion;
    const key = cluster?.unlockKey;
    this.#world.send(to.address, {
      type: 'seal-answer',
      nonce,
      confirmed,
      version: applied ? cluster.unlockKeyVersion : facts.unlockKeyVersion,
      unlockKey: applied ? (key === undefined ? undefined : storedBytes(key)) : seal?.key,
    });
  }

  get #leaderAddress(): string | undefined {
    const { leader } = this.#host.member.status;
    return leader === undefined ? undefined : this.#host.member.addressOf(leader);
  }
}
