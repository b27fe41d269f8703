/** What makes a node a manager: its replica, the lock that follows the swarm's key, and the leadership while there is one. */
import type { ApiResponse } from '../api/seam.ts';
import { noLeader } from '../api/texts.ts';
import type { Local } from '../api/types.ts';
import type { AgentMessage } from '../agent/messages.ts';
import type { RecoveredLog } from '../log/types.ts';
import type {
  Membership,
  ProposalResult,
  RaftMessage,
  RaftRole,
  ReadResult,
} from '../raft/types.ts';
import { storedBytes } from '../api/stored-bytes.ts';
import type { StoreEvent } from '../store/types.ts';
import type { JoinRequest, PeerMessage } from '../wire/messages.ts';
import { Autolock } from './autolock.ts';
import type { Founding } from './founding.ts';
import { isRead } from './job.ts';
import type { Job } from './job.ts';
import type { Keyring } from './keyring.ts';
import { Leadership } from './leadership.ts';
import { Member } from './member.ts';
import type { MemberWatcher } from './member-watcher.ts';
import type { Sender } from './program.ts';
import type { Requests, Route } from './requests.ts';
import { Seen } from './seen.ts';
import { Silence } from './silence.ts';
import { never } from './world.ts';
import type { NodeWorld } from './world.ts';

export type OpenedLog = RecoveredLog & { readonly ok: true };

export type ManagerSideBoot = {
  readonly keyring: Keyring;
  readonly raftId: string;
  readonly opened: OpenedLog;
  /** For the first start of a swarm only. */
  readonly membership: Membership | undefined;
  readonly founding: Founding;
  readonly requests: Requests;
  local(): Local;
};

const elected: Route = { to: 'nobody', elected: true };
const nobody: Route = { to: 'nobody', elected: false };

export class ManagerSide implements MemberWatcher {
  readonly member: Member;
  readonly #world: NodeWorld;
  readonly #boot: ManagerSideBoot;
  readonly #keyring: Keyring;
  readonly #autolock: Autolock;
  #silence: Silence | undefined;
  #leadership: Leadership | undefined;
  /** Writes forwarded here in the term that this node leads: a copy is not carried out again. */
  #seen: { readonly term: number; readonly ids: Seen } | undefined;
  #leaderChanged = true;
  #leads = false;
  #served = false;

  constructor(world: NodeWorld, boot: ManagerSideBoot) {
    const { keyring, raftId, opened, membership } = boot;
    const { log, hardState, snapshot, entries } = opened;
    this.#world = world;
    this.#boot = boot;
    this.#keyring = keyring;
    const raft = { hardState, snapshot, entries, membership };
    this.member = new Member(world, { raftId, nodeId: keyring.facts.nodeId, log, raft }, this);
    this.#autolock = new Autolock(world, keyring, this.member);
  }

  /** `unlocked`: somebody had to open it, so its key may be an old one. */
  start({ unlocked }: { readonly unlocked: boolean }): void {
    if (unlocked) this.#beQuiet();
    this.member.start(this.#boot.opened.snapshot);
    this.#autolock.follow(this.member.store.cluster);
  }

  /** It was taken out of Raft's membership. */
  get dismissed(): boolean {
    return this.member.status.removed;
  }

  /** It takes part: it votes, and knows a leader. */
  get ready(): boolean {
    const { role, leader } = this.member.status;
    return this.#silence === undefined && leader !== undefined && role !== 'learner';
  }

  /** It leads, and answers requests. */
  get serving(): boolean {
    return this.#leadership?.serving === true;
  }

  get deadline(): number {
    return Math.min(
      this.member.deadline ?? never,
      this.#leadership?.deadline ?? never,
      this.#silence?.deadline ?? never,
    );
  }

  tick(): void {
    const { deadline } = this.member;
    if (deadline !== undefined && deadline <= this.#world.now.mono) this.member.tick();
    this.#silence?.tick();
    this.#leadership?.tick();
  }

  /** To be called at the end of every event. */
  review(): void {
    this.#reviewLeadership();
    const serving = this.serving;
    if (serving !== this.#served || this.#leaderChanged) {
      this.#served = serving;
      this.#leaderChanged = false;
      this.#boot.requests.leaderChanged();
    }
    this.#leadership?.review();
    const since = this.member.sinceSnapshot;
    if (since > 0 && (since >= this.#snapshotInterval || this.#autolock.wantsSnapshot))
      this.member.takeSnapshot();
  }

  /** Nothing of it runs on. */
  end(): void {
    this.#leadership?.end();
    this.#leadership = undefined;
  }

  /** Where a request can go now. */
  route(): Route {
    if (this.#silence !== undefined) return nobody;
    const leadership = this.#leadership;
    if (leadership?.serving === true)
      return {
        to: 'here',
        lead: (job: Job) => {
          leadership.lead(job);
        },
      };
    const { leader, term } = this.member.status;
    if (leader === undefined) return nobody;
    if (leader === this.member.raftId) return elected;
    const address = this.member.addressOf(leader);
    return address === undefined ? nobody : { to: 'leader', address, term };
  }

  get leaderAddress(): string | undefined {
    const { leader } = this.member.status;
    return leader === undefined ? undefined : this.member.addressOf(leader);
  }

  receive(message: RaftMessage, from: Sender): void {
    this.#leadership?.keeper.heard(message.from);
    this.member.receive(message, from.address);
  }

  /** A request from another manager, which takes this node for the leader of `term`. */
  receiveForward(
    { id, term, request }: PeerMessage & { readonly type: 'forward' },
    from: Sender,
  ): void {
    const answer = (response: ApiResponse) => {
      this.#world.send(from.address, { type: 'forward-answer', id, response });
    };
    if (!isRead(request)) {
      const { role, term: present } = this.member.status;
      if (role !== 'leader' || term !== present) {
        answer(noLeader);
        return;
      }
      if (this.#seen?.term !== term) this.#seen = { term, ids: new Seen() };
      if (!this.#seen.ids.note(id)) return;
    }
    this.#boot.requests.submit(request, { forwarded: true, answer });
  }

  /** A node that wants in. Whoever does not lead passes it on, once. */
  receiveJoin(request: JoinRequest, from: Sender): void {
    if (this.#silence !== undefined) return;
    if (this.#leadership?.serving === true) this.#leadership.admit(request);
    else if (from.nodeId === undefined) {
      const address = this.leaderAddress;
      const leads = this.member.status.leader === this.member.raftId;
      if (address !== undefined && !leads) this.#world.send(address, { type: 'join', request });
    }
  }

  receiveFromAgent(message: AgentMessage, from: Sender): void {
    if (from.nodeId === undefined || this.#silence !== undefined) return;
    if (this.#leadership?.serving === true)
      this.#leadership.hearAgent(from.nodeId, from.address, message);
    else this.#turnAway(message, from);
  }

  receiveSealQuestion(
    { nonce, raftId }: PeerMessage & { readonly type: 'seal-question' },
    from: Sender,
  ): void {
    const { membership, leader, term } = this.member.status;
    if (membership.removed.includes(raftId))
      this.#world.send(from.address, {
        type: 'raft',
        message: { type: 'removed', from: this.member.raftId, to: raftId, term },
      });
    if (!membership.members.some(({ nodeId }) => nodeId === from.nodeId)) return;
    const leadership = this.#leadership;
    if (leadership?.serving === true)
      leadership.reads.add({
        confirmed: () => {
          this.#answerSealQuestion(nonce, from, true);
        },
        refused: () => undefined,
      });
    else if (leader === undefined) this.#answerSealQuestion(nonce, from, false);
  }

  receiveSealAnswer(answer: PeerMessage & { readonly type: 'seal-answer' }, from: Sender): void {
    if (from.nodeId !== undefined) this.#silence?.hear(from.nodeId, answer);
  }

  // What happens in the replica.

  transition(role: RaftRole): void {
    this.#leaderChanged = true;
    this.#leads = role === 'leader';
    if (!this.#leads) this.#leadership?.stop();
  }

  membership(): void {
    this.#keyring.knowManagers(this.member.managers);
    this.#leadership?.keeper.hurry();
  }

  persisting(): void {
    this.#autolock.forgetOldKeys();
  }

  applied(events: readonly StoreEvent[]): void {
    for (const { kind } of events) {
      if (kind !== 'cluster') continue;
      this.#autolock.follow(this.member.store.cluster);
      break;
    }
    this.#leadership?.applied(events);
  }

  restored(): void {
    this.#autolock.follow(this.member.store.cluster);
  }

  proposal(result: ProposalResult): void {
    this.#leadership?.proposer.result(result);
    this.#leadership?.keeper.result(result);
  }

  read(result: ReadResult): void {
    this.#leadership?.reads.result(result);
  }

  #reviewLeadership(): void {
    // Most events change nothing here: a term, a role and a leader never change unseen.
    if (this.#leadership !== undefined) {
      if (!this.#leaderChanged) return;
      this.#endLeadership(this.#leadership);
    }
    if (this.#leads && this.#leadership === undefined && this.member.status.caughtUp)
      this.#beginLeadership();
  }

  #endLeadership(leadership: Leadership): void {
    if (this.#leads && leadership.term === this.member.status.term) return;
    this.#leadership = undefined;
    leadership.end();
  }

  #beginLeadership(): void {
    const { keyring, founding, local, requests } = this.#boot;
    this.#leadership = new Leadership({
      world: this.#world,
      member: this.member,
      keyring,
      founding,
      local,
      reroute: (job) => {
        requests.dispatch(job);
      },
    });
  }

  get #snapshotInterval(): number {
    return (
      this.member.store.cluster?.Spec.Raft.SnapshotInterval ??
      this.#world.config.snapshotIntervalEntries
    );
  }

  #turnAway(message: AgentMessage, from: Sender): void {
    const { managers } = this.member;
    if (message.type === 'register')
      this.#world.send(message.address, {
        type: 'dispatcher',
        message: {
          type: 'not-leader',
          nonce: message.nonce,
          leader: this.leaderAddress,
          managers,
        },
      });
    else
      this.#world.send(from.address, {
        type: 'dispatcher',
        message: { type: 'session-invalid', session: message.session, removed: false },
      });
  }

  #answerSealQuestion(nonce: string, to: Sender, confirmed: boolean): void {
    const { cluster } = this.member.store;
    const { facts, seal } = this.#keyring;
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

  #beQuiet(): void {
    const { nodeId, managers } = this.#keyring.facts;
    this.#silence = new Silence(this.#world, this.member, {
      nodeId,
      managers,
      adopt: (version, key) => {
        this.#autolock.adopt(version, key);
      },
      ended: () => {
        this.#silence = undefined;
        this.#leaderChanged = true;
      },
    });
  }
}
