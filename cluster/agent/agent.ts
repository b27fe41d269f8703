/**
 * What runs on every node: keeps a session with the leader's dispatcher, runs what is assigned, says how it goes. Without a
 * manager it goes on with what it has.
 */
import type { Instant } from '../ports.ts';
import { unreachable } from '../raft/unreachable.ts';
import type { AssignedTask, DispatcherMessage, TaskStatusUpdate } from './messages.ts';
import { Managers } from './managers.ts';
import { Outbox } from './outbox.ts';
import { Reporter } from './reporter.ts';
import { Session } from './session.ts';
import { readTasks, writeTasks } from './tasks-file.ts';
import type { Agent, AgentBoot, AgentInput, AgentOutput, ManagerAddress } from './types.ts';
import { Worker } from './worker.ts';

/** An agent for a member of a swarm; its first input is `start`. */
export const createAgent = (boot: AgentBoot): Agent => new NodeAgent(boot);

/** An assignment that is in force, and confirmed once this persist is done. */
type Unconfirmed = {
  readonly persist: number;
  readonly session: string;
  readonly sequence: number;
};

/** Tasks that ended, to be reported once this persist is done. */
type Unreported = { readonly persist: number; readonly ends: readonly TaskStatusUpdate[] };

class NodeAgent implements Agent {
  readonly #boot: AgentBoot;
  readonly #outbox = new Outbox();
  readonly #managers: Managers;
  readonly #session: Session;
  readonly #reporter: Reporter;
  readonly #worker: Worker;
  /** The last assignment in force of this session, and the last one confirmed. */
  #sequence = 0;
  #confirmed = 0;
  /** Of the complete set, until its last part is there. Confirmed, and in force nowhere: a later session brings all of it anew. */
  #parts: readonly AssignedTask[] = [];
  #persists = 0;
  #unconfirmed: readonly Unconfirmed[] = [];
  #unreported: readonly Unreported[] = [];
  #leaving = false;

  constructor(boot: AgentBoot) {
    const { config, random, nodeId, address } = boot;
    this.#boot = boot;
    this.#managers = new Managers(boot.managers);
    this.#reporter = new Reporter(this.#outbox, config.dispatcherHeartbeatMs);
    this.#worker = new Worker(this.#outbox, this.#reporter);
    this.#session = new Session({
      config,
      random,
      nodeId,
      address,
      managers: this.#managers,
      outbox: this.#outbox,
    });
  }

  get managers(): readonly ManagerAddress[] {
    return this.#managers.list;
  }

  get deadline(): number | undefined {
    const session = this.#session.deadline;
    const report = this.#session.open === undefined ? undefined : this.#reporter.deadline;
    if (session === undefined || report === undefined) return session ?? report;
    return Math.min(session, report);
  }

  get isOver(): boolean {
    return this.#session.isOver;
  }

  step(input: AgentInput, now: Instant): AgentOutput {
    switch (input.type) {
      case 'start':
        this.#worker.resume(readTasks(this.#boot.files), now);
        this.#session.tick(now);
        break;
      case 'tick':
        this.#session.tick(now);
        break;
      case 'dispatcher':
        this.#hear(input.from, input.message, now);
        break;
      case 'managers':
        this.#managers.learn(input.managers);
        break;
      case 'report':
        this.#worker.executed(input.report, now);
        break;
      case 'persisted':
        this.#persisted(input.sequence, now);
        break;
      case 'leave':
        this.#leaving = true;
        this.#worker.stopAll(now);
        break;
      default:
        unreachable(input);
    }
    const open = this.#session.open;
    if (open !== undefined) this.#reporter.tick(open, now.mono);
    if (this.#worker.unsaved) this.#save();
    if (this.#leaving && this.#worker.isIdle && this.#unreported.length === 0) this.#leave(now);
    return this.#outbox.take();
  }

  #hear(from: string, message: DispatcherMessage, now: Instant): void {
    if (!this.#session.hear(from, message, now)) {
      if (this.#session.isOver) this.#worker.removeAll(now);
      return;
    }
    switch (message.type) {
      case 'session':
        this.#sequence = 0;
        this.#confirmed = 0;
        this.#parts = [];
        this.#unconfirmed = [];
        this.#reporter.restart(now.mono);
        return;
      case 'status-ack':
        this.#reporter.acknowledged(message.batch, now.mono);
        return;
      case 'assignments':
        this.#assigned(message, now);
        return;
      case 'heartbeat-ack':
      case 'not-leader':
      case 'session-invalid':
        return;
      default:
        unreachable(message);
    }
  }

  #assigned(message: DispatcherMessage & { readonly type: 'assignments' }, now: Instant): void {
    if (this.#leaving) return;
    if (message.sequence <= this.#sequence) {
      // It came twice: the confirmation was lost, or is still to come.
      if (message.sequence <= this.#confirmed) this.#confirm(message.session, this.#confirmed);
      return;
    }
    if (message.appliesTo !== this.#sequence) {
      this.#session.drop(now);
      return;
    }
    this.#apply(message, now);
    this.#sequence = message.sequence;
    const { session, sequence } = message;
    if (this.#worker.unsaved) {
      this.#save();
      const persist = this.#persists;
      this.#unconfirmed = [...this.#unconfirmed, { persist, session, sequence }];
    } else if (this.#unconfirmed.length > 0) {
      const persist = this.#persists;
      this.#unconfirmed = [...this.#unconfirmed, { persist, session, sequence }];
    } else {
      this.#confirm(session, sequence);
    }
  }

  #apply(message: DispatcherMessage & { readonly type: 'assignments' }, now: Instant): void {
    if (!message.complete) {
      for (const id of message.remove) this.#worker.remove(id, now);
      for (const task of message.update) this.#worker.assign(task, now);
    } else if (message.more === true) {
      this.#parts = [...this.#parts, ...message.update];
    } else {
      this.#worker.replace([...this.#parts, ...message.update], now);
      this.#parts = [];
    }
  }

  #save(): void {
    this.#persists += 1;
    this.#outbox.persist(this.#persists, [writeTasks(this.#worker.remembered())]);
    const ends = this.#worker.takeEnds();
    if (ends.length > 0)
      this.#unreported = [...this.#unreported, { persist: this.#persists, ends }];
  }

  #persisted(persist: number, now: Instant): void {
    if (this.#unreported.length > 0) {
      const durable = this.#unreported.filter((each) => each.persist <= persist);
      this.#unreported = this.#unreported.filter((each) => each.persist > persist);
      for (const { ends } of durable) this.#worker.durable(ends, now);
    }
    if (this.#unconfirmed.length === 0) return;
    const durable = this.#unconfirmed.filter((each) => each.persist <= persist).at(-1);
    this.#unconfirmed = this.#unconfirmed.filter((each) => each.persist > persist);
    if (durable !== undefined) this.#confirm(durable.session, durable.sequence);
  }

  #confirm(session: string, sequence: number): void {
    const open = this.#session.open;
    if (open?.id !== session) return;
    this.#confirmed = sequence;
    this.#outbox.send(open.manager, { type: 'assigned', session, sequence });
  }

  #leave(now: Instant): void {
    const open = this.#session.open;
    if (open !== undefined) {
      this.#reporter.flush(open, now.mono);
      this.#outbox.send(open.manager, { type: 'leave', session: open.id });
    }
    this.#session.end();
    this.#leaving = false;
    this.#outbox.left();
  }
}
