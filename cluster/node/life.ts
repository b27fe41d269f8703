/**
 * What this node is to a swarm, and how that changes: outside, joining, locked, worker, manager, broken, leaving. What a change
 * leaves on disk is ordered so that a crash in its middle finds either the old standing or the new one.
 */
import { done, refuse, show } from '../api/respond.ts';
import {
  couldNotStart,
  deadlineExceeded,
  joinTimedOut,
  messageOf,
  noManagerOnWorker,
  noManagerOutside,
  noManagerYet,
  notInSwarm,
  removedFromSwarm,
  wrongUnlockKey,
} from '../api/texts.ts';
import type { ApiResponse } from '../api/seam.ts';
import type { InitRequest, JoinSwarmRequest, Local, LocalNodeState } from '../api/types.ts';
import { decodeKeyFile, keyFileName } from '../keys/key-file.ts';
import type { KeyFile, NodeFacts } from '../keys/types.ts';
import type { RecoveredLog } from '../log/types.ts';
import type { Files } from '../ports.ts';
import type { JoinAnswer } from '../wire/messages.ts';
import { AgentHost } from './agent-host.ts';
import { newDataKey } from './autolock.ts';
import type { Awaited, Reply } from './awaited.ts';
import { plainFounding } from './founding.ts';
import type { Founding } from './founding.ts';
import { admittedContent, foundersOf, foundingContent } from './identity.ts';
import type { Admitted } from './identity.ts';
import { Joining } from './joining.ts';
import { Keyring } from './keyring.ts';
import type { KeyringContent } from './keyring.ts';
import { ManagerSide } from './manager-side.ts';
import { beginLog, findLog, logIsOld } from './replica-log.ts';
import type { Requests } from './requests.ts';
import { never } from './world.ts';
import type { NodeWorld } from './world.ts';

type Locked = KeyFile & { readonly state: 'locked' };
type Leaving = { readonly reply: Reply; readonly deadline: number };

/** What a node goes on from. `log`: of a membership that begins now; otherwise it lies in `files`. */
type Start = {
  readonly files: Files;
  readonly unlocked: boolean;
  readonly founding?: Founding;
  readonly log?: RecoveredLog;
};

export type LifeHost = {
  readonly world: NodeWorld;
  /** The data folder as the boot found it. */
  readonly files: Files;
  readonly requests: Requests;
  local(): Local;
};

const noFiles: Files = new Map();
const isRaftFile = (file: string): boolean => file.startsWith('raft/');

/** What stays of a manager that is none any more; of its keys the newest one, which no log was written under. */
const asWorker = ({ facts, secrets }: Keyring): KeyringContent => ({
  facts: { ...facts, role: 'worker', raftId: undefined },
  secrets: { ...secrets, dataKeys: secrets.dataKeys.slice(0, 1) },
  seal: undefined,
});

export class Life {
  state: LocalNodeState = 'inactive';
  /** Shown as Swarm.Error; empty where all is well. */
  error = '';
  keyring: Keyring | undefined;
  manager: ManagerSide | undefined;
  agent: AgentHost | undefined;
  readonly #host: LifeHost;
  readonly #world: NodeWorld;
  #locked: Locked | undefined;
  #joining: Joining | undefined;
  #awaited: Awaited | undefined;
  #leaving: Leaving | undefined;
  /** Ids that this node had in Raft and lost: a late welcome must not bring one back. */
  readonly #formerRaftIds = new Set<string>();

  constructor(host: LifeHost) {
    this.#host = host;
    this.#world = host.world;
  }

  /** What the key file says in the clear, also while it is locked. */
  get facts(): NodeFacts | undefined {
    return this.keyring?.facts ?? this.#locked?.facts;
  }

  get deadline(): number {
    return Math.min(
      this.manager?.deadline ?? never,
      this.agent?.deadline ?? never,
      this.#joining?.deadline ?? never,
      this.#awaited?.deadline ?? never,
      this.#leaving?.deadline ?? never,
    );
  }

  boot(): void {
    const file = this.#readKeyFile();
    const { effects, config } = this.#world;
    effects.observe({
      kind: 'boot',
      name: config.name,
      nodeId: file?.facts.nodeId,
      raftId: file?.facts.raftId,
    });
    if (this.error !== '') this.#setState('error');
    else if (file === undefined) {
      // Whatever lies there belongs to a swarm that this node has left.
      this.#world.pipeline.remove(() => true);
      this.#setState('inactive', true);
    } else if (file.state === 'locked') {
      this.#locked = file;
      this.#setState('locked');
    } else {
      this.keyring = new Keyring(this.#world, { ...file, seal: undefined });
      this.#takePlace(file.facts, { files: this.#host.files, unlocked: false });
    }
  }

  init(request: InitRequest, reply: Reply): void {
    const content = foundingContent(request, this.#world);
    const { nodeId } = content.facts;
    this.#await(reply, deadlineExceeded, () =>
      this.manager?.serving === true ? show(nodeId) : undefined,
    );
    this.#enter(content, request);
  }

  join(request: JoinSwarmRequest, reply: Reply): void {
    this.#joining = new Joining(this.#world, request);
    this.#setState('pending');
    this.#await(reply, joinTimedOut, () => (this.state === 'active' ? done : undefined));
    this.#joining.tick();
  }

  unlock(key: Uint8Array, reply: Reply): void {
    const file = this.#locked;
    const secrets = file?.unlock(key);
    if (file === undefined || secrets === undefined) {
      reply(wrongUnlockKey);
      return;
    }
    this.#locked = undefined;
    const { facts, version } = file;
    this.keyring = new Keyring(this.#world, { facts, secrets, seal: { key, version } });
    this.#await(reply, couldNotStart(messageOf(deadlineExceeded)), () => {
      if (this.state === 'error') return couldNotStart(this.error);
      return this.state === 'active' ? done : undefined;
    });
    this.#takePlace(facts, { files: this.#host.files, unlocked: true });
  }

  /** Stops what runs here, then forgets everything. The swarm is not asked: to it the node is down. */
  leave(reply: Reply): void {
    this.#answerAwaited(notInSwarm);
    this.#joining = undefined;
    const raftId = this.facts?.raftId;
    // Locked, or stopped by an error, it has no replica to say so, and knows neither its term nor its log.
    if (this.manager === undefined && raftId !== undefined)
      this.#sayNoManager(raftId, { term: 0, lastIndex: 0 });
    this.#endManager(notInSwarm);
    this.#setState('pending');
    const { now, config } = this.#world;
    this.#leaving = { reply, deadline: now.mono + config.requestTimeoutMs / 2 };
    this.agent?.step({ type: 'leave' });
  }

  hearJoinAnswer(answer: JoinAnswer, fromMember: boolean): void {
    if (this.#joining?.owns(answer) === true) {
      const { address } = this.#joining;
      this.#joining = undefined;
      if (answer.ok) this.#admitted(answer, address);
      else {
        this.#setState('inactive');
        this.#answerAwaited(refuse(answer.status, answer.message));
      }
    } else if (fromMember && answer.ok) this.#promoted(answer);
  }

  /** The leader's dispatcher says that this node was removed from the swarm, for good. */
  hearRemoved(): void {
    const nodeId = this.facts?.nodeId;
    if (nodeId === undefined || this.#leaving !== undefined) return;
    this.#endManager(noManagerOutside);
    this.#fail(removedFromSwarm(nodeId));
  }

  tick(): void {
    this.manager?.tick();
    this.agent?.tick();
    this.#joining?.tick();
    if (this.#awaited !== undefined && this.#awaited.deadline <= this.#world.now.mono)
      this.#answerAwaited(this.#awaited.late);
  }

  /** To be called at the end of every event. */
  review(): void {
    if (this.manager !== undefined) this.agent?.knowManagers(this.manager.member.managers);
    this.agent?.review();
    this.manager?.review();
    if (this.manager?.dismissed === true) this.#demote();
    else if (this.manager?.lost !== undefined) this.#stopForLoss(this.manager.lost);
    if (this.state === 'pending' && this.manager?.ready === true) this.#setState('active');
    const outcome = this.#awaited?.outcome();
    if (outcome !== undefined) this.#answerAwaited(outcome);
    if (this.#leaving !== undefined) this.#reviewLeaving(this.#leaving);
  }

  #readKeyFile(): KeyFile | undefined {
    const bytes = this.#host.files.get(keyFileName);
    if (bytes === undefined) return undefined;
    try {
      return decodeKeyFile(bytes, this.#world.cipher);
    } catch (error) {
      this.error = error instanceof Error ? error.message : String(error);
      this.#note(this.error);
      return undefined;
    }
  }

  /** The first standing in a swarm. */
  #enter(content: KeyringContent, founding: Founding = plainFounding): void {
    this.#world.pipeline.remove(() => true);
    this.keyring = new Keyring(this.#world, content);
    this.#begin(this.keyring, content, founding);
  }

  /** A place that this node did not have before: the log goes first, then the key file that speaks of it. */
  #begin(keyring: Keyring, content: KeyringContent, founding = plainFounding): void {
    const start = { files: noFiles, unlocked: false, founding };
    const isManager = content.facts.role === 'manager';
    const log = isManager ? beginLog(this.#world, content.secrets) : undefined;
    keyring.write(content);
    this.#takePlace(content.facts, log === undefined ? start : { ...start, log });
  }

  /** Goes on as what the facts say. */
  #takePlace(facts: NodeFacts, from: Start): void {
    const { keyring } = this;
    if (keyring === undefined) return;
    this.#identify();
    if (facts.role === 'manager') {
      this.#setState('pending');
      if (!this.#openManager(keyring, from)) return;
    } else {
      this.#world.pipeline.remove(isRaftFile);
      this.#world.pipeline.whenDurable(() => {
        if (this.keyring === keyring && this.state !== 'error') this.#setState('active');
      });
    }
    this.agent ??= new AgentHost(this.#world, keyring, from.files);
  }

  /** Answers whether the replica could be opened. */
  #openManager(keyring: Keyring, from: Start): boolean {
    const { raftId } = keyring.facts;
    const opened = from.log ?? findLog(this.#world, keyring, from.files);
    if (!opened.ok || raftId === undefined) {
      const why = opened.ok ? 'the key file names no raft id' : opened.message;
      this.#fail(`manager stopped: can't initialize raft node: ${why}`);
      return false;
    }
    for (const text of opened.notes) this.#note(text);
    this.#world.pipeline.add(opened.repairs);
    this.manager = new ManagerSide(this.#world, {
      keyring,
      raftId,
      opened,
      membership: foundersOf(keyring.facts),
      founding: from.founding ?? plainFounding,
      requests: this.#host.requests,
      local: this.#host.local,
    });
    this.manager.start({ unlocked: from.unlocked });
    return true;
  }

  #admitted(answer: Admitted, address: string): void {
    this.#enter(admittedContent(answer, { address, dataKeys: [] }, this.#world));
  }

  /** A worker is to be a manager: it begins as a learner with an empty log. */
  #promoted(answer: Admitted): void {
    const facts = this.keyring?.facts;
    if (facts?.nodeId !== answer.nodeId || facts.clusterId !== answer.clusterId) return;
    const { raftId } = answer;
    if (answer.role !== 'manager' || raftId === undefined || raftId === facts.raftId) return;
    const removed = this.manager?.member.status.membership.removed ?? [];
    if (this.#formerRaftIds.has(raftId) || removed.includes(raftId)) return;
    if (this.#leaving !== undefined || this.state === 'error') return;
    this.#endManager(noManagerYet);
    const { keyring } = this;
    if (keyring === undefined) return;
    // What a former membership left goes first, and no key file may speak of a log that is gone.
    this.#becomeWorker(keyring);
    this.#world.pipeline.remove(isRaftFile);
    const held = { address: facts.advertiseAddr, dataKeys: keyring.secrets.dataKeys };
    this.#begin(keyring, admittedContent(answer, held, this.#world));
  }

  /**
   * The way from each standing to another. The agent's files go under a key made for that, which the key files before and after
   * hold: wherever a crash falls, they open, and never lie in the clear beside a locked key file.
   */
  #becomeWorker(keyring: Keyring): void {
    const { facts, secrets, seal } = keyring;
    const dataKeys = [newDataKey(this.#world, secrets.dataKeys), ...secrets.dataKeys];
    keyring.write({ facts, secrets: { ...secrets, dataKeys }, seal });
    this.agent?.review();
    keyring.write(asWorker(keyring));
  }

  /** Taken out of Raft: a worker from now on, whose key is never locked. The key file goes before the log. */
  #demote(): void {
    const { keyring } = this;
    this.#endManager(noManagerOnWorker);
    if (keyring === undefined) return;
    this.#becomeWorker(keyring);
    this.#takePlace(keyring.facts, { files: noFiles, unlocked: false });
  }

  /** Its log is an older copy. What is left of it stays on the disk, and what runs here goes on. */
  #stopForLoss(index: number): void {
    const { facts } = this;
    this.#endManager(noManagerOutside);
    if (facts !== undefined) this.#fail(logIsOld(facts, index));
  }

  /** `instead`: the answer to clients who wait for a leader here. */
  #endManager(instead: ApiResponse): void {
    const { manager } = this;
    if (manager === undefined) return;
    this.manager = undefined;
    manager.end();
    this.#host.requests.abandon(instead);
    const { raftId, status, managers } = manager.member;
    this.agent?.step({ type: 'managers', managers });
    this.#formerRaftIds.add(raftId);
    this.#sayNoManager(raftId, status);
  }

  #sayNoManager(
    raftId: string,
    { term, lastIndex }: { readonly term: number; readonly lastIndex: number },
  ): void {
    const nodeId = this.facts?.nodeId ?? '';
    const leader = undefined;
    this.#world.effects.observe({
      kind: 'role',
      role: 'none',
      term,
      leader,
      nodeId,
      raftId,
      lastIndex,
    });
  }

  #reviewLeaving({ reply, deadline }: Leaving): void {
    const stopped = this.agent === undefined || this.agent.left;
    if (!stopped && this.#world.now.mono < deadline) return;
    this.#leaving = undefined;
    this.agent = undefined;
    this.keyring = undefined;
    this.#locked = undefined;
    this.error = '';
    // Without its key file the node is outside, whatever else is still there.
    this.#world.pipeline.remove(() => true, keyFileName);
    this.#world.effects.push({ type: 'identity', identity: undefined });
    this.#world.pipeline.whenDurable(() => {
      this.#setState('inactive');
      reply(done);
    });
  }

  #identify(): void {
    const { keyring } = this;
    if (keyring === undefined) return;
    const { nodeId, clusterId, advertiseAddr: address } = keyring.facts;
    const secret = keyring.secrets.peerSecret;
    this.#world.effects.push({
      type: 'identity',
      identity: { nodeId, clusterId, address, secret },
    });
  }

  #fail(why: string): void {
    this.error = why;
    this.#note(why);
    this.#setState('error');
  }

  #note(text: string): void {
    this.#world.effects.observe({ kind: 'note', text });
  }

  #setState(state: LocalNodeState, first = false): void {
    if (state === this.state && !first) return;
    this.state = state;
    this.#world.effects.observe({ kind: 'lock', state });
  }

  #await(reply: Reply, late: ApiResponse, outcome: Awaited['outcome']): void {
    const deadline = this.#world.now.mono + this.#world.config.requestTimeoutMs;
    this.#awaited = { reply, deadline, outcome, late };
  }

  #answerAwaited(response: ApiResponse): void {
    const awaited = this.#awaited;
    this.#awaited = undefined;
    awaited?.reply(response);
  }
}
