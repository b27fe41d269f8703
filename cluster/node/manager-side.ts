/** What makes a node a manager: its replica, the lock that follows the swarm's key, and the leadership while there is one. */
import type { Local } from '../api/types.ts';
import type { RecoveredLog } from '../log/types.ts';
import type {
  Membership,
  ProposalResult,
  RaftMessage,
  RaftRole,
  ReadResult,
} from '../raft/types.ts';
import type { StoreEvent } from '../store/types.ts';
import type { PeerMessage } from '../wire/messages.ts';
import { Autolock } from './autolock.ts';
import { Doubt } from './doubt.ts';
import type { Founding } from './founding.ts';
import type { Job } from './job.ts';
import type { Keyring } from './keyring.ts';
import { Leadership } from './leadership.ts';
import { Member } from './member.ts';
import type { MemberWatcher } from './member-watcher.ts';
import { PeerDesk } from './peer-desk.ts';
import type { Sender } from './program.ts';
import type { Requests, Route } from './requests.ts';
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
  /** What it says to its peers. */
  readonly desk: PeerDesk;
  readonly #world: NodeWorld;
  readonly #boot: ManagerSideBoot;
  readonly #keyring: Keyring;
  readonly #autolock: Autolock;
  readonly #doubt: Doubt;
  #silence: Silence | undefined;
  #leadership: Leadership | undefined;
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
    this.#doubt = new Doubt(world, {
      nodeId: keyring.facts.nodeId,
      member: this.member,
      managers: () => keyring.facts.managers,
    });
    this.desk = new PeerDesk(world, {
      member: this.member,
      keyring,
      requests: boot.requests,
      leadership: () => (this.serving ? this.#leadership : undefined),
      silent: () => this.#silence !== undefined,
    });
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

  /** Its log is an older copy: it acknowledged everything up to this index, and has lost a part of that. */
  get lost(): number | undefined {
    return this.member.status.lost;
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
      this.#doubt.deadline,
    );
  }

  tick(): void {
    const { deadline } = this.member;
    if (deadline !== undefined && deadline <= this.#world.now.mono) this.member.tick();
    this.#silence?.tick();
    this.#doubt.tick();
    this.#leadership?.tick();
  }

  /** To be called at the end of every event, right after the agent's. */
  review(): void {
    this.#autolock.forgetOldKeys();
    this.#reviewLeadership();
    const serving = this.serving;
    if (serving !== this.#served || this.#leaderChanged) {
      this.#served = serving;
      this.#leaderChanged = false;
      this.#boot.requests.leaderChanged();
    }
    this.#leadership?.review();
    const since = this.member.sinceSnapshot;
    if (since <= 0) return;
    const { interval, keep } = this.#snapshots;
    if (since >= interval || this.#autolock.wantsSnapshot) this.member.takeSnapshot(keep);
  }

  /** Nothing of it runs on. */
  end(): void {
    this.#leadership?.end();
    this.#leadership = undefined;
    this.member.end();
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

  receive(message: RaftMessage, from: Sender): void {
    this.#leadership?.keeper.heard(message.from);
    this.#doubt.heard();
    this.member.receive(message, from.address);
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

  /** As the swarm says: from so many entries on, and so many kept before it for a manager that is a little late. */
  get #snapshots(): { readonly interval: number; readonly keep: number } {
    const told = this.member.store.cluster?.Spec.Raft;
    const { snapshotIntervalEntries, trailingEntries } = this.#world.config;
    return {
      interval: told?.SnapshotInterval ?? snapshotIntervalEntries,
      keep: told?.LogEntriesForSlowFollowers ?? trailingEntries,
    };
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
