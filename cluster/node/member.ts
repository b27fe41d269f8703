/**
 * A manager's replica: consensus, its log on disk and the store that it keeps alike on all managers. Raft's inputs are worked
 * off one after another, because what one causes may ask for the next.
 */
import type { Log } from '../log/types.ts';
import { createRaft } from '../raft/raft.ts';
import type {
  Membership,
  Raft,
  RaftBoot,
  RaftConfig,
  RaftInput,
  RaftMessage,
  RaftOutput,
  RaftStatus,
  RaftTransition,
  Snapshot,
} from '../raft/types.ts';
import { digestOf } from '../store/digest.ts';
import { createStore } from '../store/store.ts';
import type { Store } from '../store/types.ts';
import type { TaskChange } from './observation.ts';
import { noteChanges } from './object-changes.ts';
import type { Changes } from './object-changes.ts';
import type { NodeWorld } from './world.ts';
import type { MemberWatcher } from './member-watcher.ts';
import { Votes } from './votes.ts';
import type { Vote } from './votes.ts';

export type MemberBoot = {
  readonly raftId: string;
  readonly nodeId: string;
  readonly log: Log;
  readonly raft: RaftBoot;
};

const noChanges: readonly TaskChange[] = [];

/** At the multiples of it every manager tells of its state: the same indexes everywhere, or there would be nothing to compare. */
const stateIntervalEntries = 32;

export class Member {
  readonly raftId: string;
  readonly store: Store = createStore();
  readonly log: Log;
  /** A window on the state: read it when it is needed. */
  readonly status: RaftStatus;
  /**
   * Right after it was unlocked: it takes in the log and acknowledges it, but neither votes nor stands, because the swarm's
   * unlock key may be another one by now.
   */
  silent = false;
  /** Of the membership in force. Empty until the log has come to the admission of this replica: who was a manager before may be none any more. */
  managers: readonly { readonly nodeId: string; readonly address: string }[] = [];
  readonly #world: NodeWorld;
  readonly #nodeId: string;
  readonly #watcher: MemberWatcher;
  readonly #raft: Raft;
  /** Where to reach members, also those that were removed or are not in the log yet. */
  readonly #addresses = new Map<string, string>();
  readonly #inputs: RaftInput[] = [];
  readonly #votes = new Votes();
  #busy = false;
  #ended = false;
  #membership: RaftStatus['membership'] | undefined;
  #snapshotIndex: number;
  #asked = 0;

  constructor(world: NodeWorld, boot: MemberBoot, watcher: MemberWatcher) {
    this.raftId = boot.raftId;
    this.log = boot.log;
    this.#world = world;
    this.#nodeId = boot.nodeId;
    this.#watcher = watcher;
    const { snapshot } = boot.raft;
    if (snapshot !== undefined) this.store.restore(snapshot.data);
    this.#snapshotIndex = snapshot?.index ?? 0;
    const config = raftConfigOf(world, boot.raftId);
    this.#raft = createRaft(config, boot.raft, world.random, world.now.mono);
    this.status = this.#raft.status;
  }

  /** Says where it stands, and applies what is known to be committed. */
  start(snapshot: Snapshot | undefined): void {
    this.#observeRole(this.status);
    this.#noteMembership();
    if (snapshot !== undefined) this.#observeSnapshot(snapshot);
    this.input({ type: 'tick' });
  }

  get deadline(): number | undefined {
    return this.silent ? undefined : this.#raft.deadline;
  }

  /** A number for the next proposal or read. */
  nextNumber(): number {
    this.#asked += 1;
    return this.#asked;
  }

  tick(): void {
    if (!this.silent) this.input({ type: 'tick' });
  }

  receive(message: RaftMessage, address: string): void {
    if (this.silent && (message.type === 'vote-request' || message.type === 'timeout-now')) return;
    if (!this.#addresses.has(message.from)) this.#addresses.set(message.from, address);
    this.input({ type: 'message', message });
  }

  /** The node is no member under this id any more: what its disk is still doing has no consequence. */
  end(): void {
    this.#ended = true;
  }

  input(input: RaftInput): void {
    if (this.#ended) return;
    if (this.#busy) {
      this.#inputs.push(input);
      return;
    }
    this.#busy = true;
    this.#carryOut(this.#raft.step(input, this.#world.now.mono));
    if (this.#inputs.length > 0) this.#workOff();
    this.#busy = false;
  }

  /** What the inputs before it caused. */
  #workOff(): void {
    for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift())
      this.#carryOut(this.#raft.step(next, this.#world.now.mono));
  }

  /** Where a member is reached. */
  addressOf(raftId: string): string | undefined {
    return this.#addresses.get(raftId);
  }

  /** Entries applied since the last snapshot. */
  get sinceSnapshot(): number {
    return this.status.applied - this.#snapshotIndex;
  }

  /** Takes a snapshot of what is applied, and keeps so many entries before it; not to be called while an entry is being applied. */
  takeSnapshot(keep: number): void {
    const index = this.status.applied;
    if (index <= this.#snapshotIndex) return;
    this.#snapshotIndex = index;
    this.#observeState(index);
    this.input({ type: 'compact', index, data: this.store.snapshot(), keep });
  }

  /** Most outputs are empty in most of their parts; a loop that is not begun costs nothing. */
  #carryOut(output: RaftOutput): void {
    const { transitions, messages, proposals, reads } = output;
    if (transitions.length > 0) this.#carryOutTransitions(transitions);
    if (output.persist !== undefined) {
      const { sequence } = output.persist;
      this.#world.pipeline.add(this.log.persist(output.persist), () => {
        this.input({ type: 'persisted', sequence });
      });
    }
    this.#noteMembership();
    if (output.install !== undefined) this.#install(output.install);
    if (output.committed.length > 0) this.#apply(output);
    if (messages.length > 0) this.#send(messages);
    if (proposals.length > 0) for (const result of proposals) this.#watcher.proposal(result);
    if (reads.length > 0) for (const result of reads) this.#watcher.read(result);
  }

  #carryOutTransitions(transitions: RaftOutput['transitions']): void {
    for (const transition of transitions) {
      this.#observeRole(transition);
      this.#watcher.transition(transition.role, transition.leader);
    }
  }

  #send(messages: RaftOutput['messages']): void {
    for (const message of messages) {
      const to = this.#addresses.get(message.to);
      if (to === undefined) continue;
      const vote = this.#votes.leaving(message);
      if (vote !== undefined) this.#observeVote(vote);
      this.#world.send(to, { type: 'raft', message });
    }
  }

  #observeVote({ term, candidate }: Vote): void {
    this.#world.effects.observe({ kind: 'vote', term, candidate, raftId: this.raftId });
  }

  #apply({ committed, hashes }: RaftOutput): void {
    let changes: Changes | undefined;
    for (const entry of committed) {
      if (entry.kind === 'data') {
        const events = this.store.apply(entry.data);
        changes = noteChanges(events, changes, this.#world.config.restartDelayMs);
        this.#watcher.applied(events);
      }
      if (entry.index % stateIntervalEntries === 0) this.#observeState(entry.index);
    }
    const last = committed.at(-1);
    if (last === undefined) return;
    this.#world.effects.observe({
      kind: 'commit',
      index: last.index,
      term: last.term,
      hash: hashes.at(-1) ?? 0,
      tasks: changes?.tasks ?? noChanges,
      services: changes?.services,
      nodes: changes?.nodes,
    });
  }

  #install(snapshot: Snapshot): void {
    this.store.restore(snapshot.data);
    this.#snapshotIndex = snapshot.index;
    this.#observeSnapshot(snapshot);
    this.#watcher.restored();
  }

  #observeSnapshot({ index, term, hash }: Snapshot): void {
    this.#world.effects.observe({
      kind: 'commit',
      index,
      term,
      hash,
      tasks: noChanges,
      restored: true,
    });
    this.#observeState(index);
  }

  #observeState(index: number): void {
    this.#world.effects.observe({ kind: 'state', index, ...digestOf(this.store) });
  }

  #observeRole({ role, term, leader, lastIndex }: RaftTransition): void {
    const { raftId } = this;
    this.#world.effects.observe({
      kind: 'role',
      role,
      term,
      leader,
      nodeId: this.#nodeId,
      raftId,
      lastIndex,
    });
  }

  /**
   * A configuration is in force as soon as it is appended, which may be before it is written: where the disk is slow, a leader that
   * told of it with the next write told of two changes as one.
   */
  #noteMembership(): void {
    const { membership, membershipIndex: index } = this.status;
    if (membership === this.#membership) return;
    this.#membership = membership;
    const voters: string[] = [];
    const learners: string[] = [];
    for (const { id, voter, address } of membership.members) {
      this.#addresses.set(id, address);
      (voter ? voters : learners).push(id);
    }
    if (this.#isKnownTo(membership))
      this.managers = membership.members.map(({ nodeId, address }) => ({ nodeId, address }));
    this.#world.effects.observe({ kind: 'membership', index, voters, learners });
    this.#watcher.membership();
  }

  #isKnownTo({ members, removed }: Membership): boolean {
    return members.some(({ id }) => id === this.raftId) || removed.includes(this.raftId);
  }
}

const raftConfigOf = ({ config }: NodeWorld, id: string): RaftConfig => ({
  id,
  electionTimeoutMsMin: config.electionTimeoutMsMin,
  electionTimeoutMsMax: config.electionTimeoutMsMax,
  heartbeatMs: config.heartbeatMs,
  messageBytesMax: config.messageBytesMax,
  inflightMessagesMax: config.inflightMessagesMax,
  inflightBytesMax: config.inflightBytesMax,
  snapshotChunkBytes: config.snapshotChunkBytes,
  trailingEntries: config.trailingEntries,
});
