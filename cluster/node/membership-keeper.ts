/**
 * Keeps Raft's members what the nodes' roles say: adds managers as learners, lets them vote once they have caught up, drops those
 * that are no managers any more, and only then calls them workers. One step at a time; runs on the leader.
 * @source swarmkit, manager/role_manager.go
 */
import { canRemoveMember } from '../api/demotion.ts';
import type { ConfigChange, Member as RaftMember, ProposalResult } from '../raft/types.ts';
import type { NodeObject } from '../store/objects.ts';
import type { Transaction } from '../store/types.ts';
import { welcome } from './admission.ts';
import type { Member } from './member.ts';
import type { Proposer } from './proposer.ts';
import { newRaftId } from './raft-id.ts';
import { never } from './world.ts';
import type { NodeWorld } from './world.ts';

type Keeping = {
  readonly world: NodeWorld;
  readonly member: Member;
  readonly proposer: Proposer;
};

export class MembershipKeeper {
  readonly #world: NodeWorld;
  readonly #member: Member;
  readonly #proposer: Proposer;
  /** When to look again; work that is unfinished is looked at in every heartbeat. */
  #dueAt: number;
  #change: number | undefined;
  #writing = false;
  /** Learners that have not said a word yet: they may not know of their promotion. */
  readonly #unheard = new Set<string>();
  readonly #heardAt = new Map<string, number>();

  constructor({ world, member, proposer }: Keeping) {
    this.#world = world;
    this.#member = member;
    this.#proposer = proposer;
    this.#dueAt = world.now.mono;
    for (const { id, voter } of this.#members) if (!voter) this.#unheard.add(id);
  }

  get deadline(): number {
    return this.#stepping ? never : this.#dueAt;
  }

  /** A node or the membership changed. */
  hurry(): void {
    this.#dueAt = this.#world.now.mono;
  }

  heard(raftId: string): void {
    if (this.#unheard.size > 0) this.#unheard.delete(raftId);
  }

  result(result: ProposalResult): void {
    if (result.proposal !== this.#change) return;
    this.#change = undefined;
    this.#dueAt =
      result.result === 'committed'
        ? this.#world.now.mono
        : this.#world.now.mono + this.#world.config.heartbeatMs;
  }

  /** Looks at every member and node, and takes one step; what waits for somebody else does not hold up the rest. */
  review(): void {
    if (this.deadline > this.#world.now.mono) return;
    this.#dueAt = never;
    let unfinished = false;
    for (const member of this.#members) {
      if (this.#reviewMember(member)) unfinished = true;
      if (this.#stepping) break;
    }
    for (const node of this.#member.store.nodes()) {
      if (this.#stepping) break;
      if (this.#reviewNode(node)) unfinished = true;
    }
    if (unfinished) this.#dueAt = this.#world.now.mono + this.#world.config.heartbeatMs;
  }

  get #stepping(): boolean {
    return this.#change !== undefined || this.#writing;
  }

  get #members(): readonly RaftMember[] {
    return this.#member.status.membership.members;
  }

  /** Whether there is something left to do about this member. */
  #reviewMember(member: RaftMember): boolean {
    const node = this.#member.store.node(member.nodeId);
    if (node?.Spec.Role !== 'manager') return this.#dismiss(member);
    return !member.voter && this.#bringUp(member, node);
  }

  #dismiss({ id }: RaftMember): boolean {
    if (!canRemoveMember(id, this.#member.status)) return true;
    if (id === this.#member.raftId) this.#handOver();
    else this.#propose({ kind: 'remove', id });
    return true;
  }

  /** A leader does not remove itself: another one takes over and does it. */
  #handOver(): void {
    const { status, store } = this.#member;
    const successor = this.#members.find(
      ({ id, voter, nodeId }) =>
        voter &&
        id !== this.#member.raftId &&
        status.active.includes(id) &&
        store.node(nodeId)?.Spec.Role === 'manager',
    );
    if (successor !== undefined) this.#member.input({ type: 'transfer', to: successor.id });
  }

  #bringUp({ id }: RaftMember, node: NodeObject): boolean {
    const now = this.#world.now.mono;
    const unheard = this.#unheard.has(id);
    if (!unheard && this.#member.status.active.includes(id)) this.#heardAt.set(id, now);
    const since = this.#heardAt.get(id);
    if (since === undefined) this.#heardAt.set(id, now);
    else if (now - since >= this.#world.config.joinTimeoutMs) {
      this.#propose({ kind: 'remove', id });
      return true;
    }
    if (unheard) this.#welcome(node);
    // Raft refuses until it has caught up.
    else this.#propose({ kind: 'promote', id });
    return true;
  }

  #welcome(node: NodeObject): void {
    const answer = welcome(node.ID, node, this.#member);
    if (answer !== undefined) this.#world.send(node.address, { type: 'join-answer', answer });
  }

  /** Whether there is something left to do about a node that is no member. */
  #reviewNode(node: NodeObject): boolean {
    if (node.role !== 'manager') return false;
    if (this.#members.some(({ nodeId }) => nodeId === node.ID)) return false;
    if (node.Spec.Role === 'worker') {
      this.#write((transaction) => {
        endDemotion(transaction, node.ID);
      });
      return true;
    }
    const { raftId } = node;
    if (raftId === undefined || this.#member.status.membership.removed.includes(raftId)) {
      const fresh = newRaftId(this.#world.random);
      this.#write((transaction) => {
        giveRaftId(transaction, node, fresh);
      });
      return true;
    }
    // A node that nobody hears would only hold the others up: it is added once its agent is there.
    if (node.Status.State !== 'ready') return false;
    this.#unheard.add(raftId);
    this.#propose({
      kind: 'add-learner',
      member: { id: raftId, nodeId: node.ID, address: node.address },
    });
    return true;
  }

  #propose(change: ConfigChange): void {
    this.#change = this.#member.nextNumber();
    this.#member.input({ type: 'propose-config', proposal: this.#change, change });
  }

  #write(run: (transaction: Transaction) => void): void {
    this.#writing = true;
    const over = () => {
      this.#writing = false;
      this.#dueAt = this.#world.now.mono;
    };
    this.#proposer.add({
      answers: true,
      wanted: () => true,
      run,
      done: over,
      failed: over,
      tooLarge: over,
    });
  }
}

/** It has left Raft: from now on it is a worker. */
const endDemotion = (transaction: Transaction, id: string): void => {
  const node = transaction.node(id);
  if (node?.Spec.Role !== 'worker' || node.role !== 'manager') return;
  transaction.update('node', { ...node, role: 'worker', raftId: undefined }, undefined);
};

/** Unless somebody was faster. */
const giveRaftId = (transaction: Transaction, before: NodeObject, raftId: string): void => {
  const node = transaction.node(before.ID);
  if (node === undefined || node.raftId !== before.raftId) return;
  if (node.role === 'manager' && node.Spec.Role === 'manager')
    transaction.update('node', { ...node, raftId }, undefined);
};
