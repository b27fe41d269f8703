/**
 * The leader's side of the sessions with agents: heartbeats, assignments, reports. Every exchange may be repeated; what an
 * agent has not confirmed is sent again.
 * @source SwarmKit, manager/dispatcher/dispatcher.go.
 */
import type { AgentMessage, DispatcherMessage, TaskStatusUpdate } from '../agent/messages.ts';
import { unreachable } from '../raft/unreachable.ts';
import { newId } from '../store/identity.ts';
import type { TaskObject } from '../store/objects.ts';
import type { StoreEvent } from '../store/types.ts';
import { Assignments } from './assignments.ts';
import type { Desk } from './desk.ts';
import type { Liveness } from './liveness.ts';
import { never } from './loop.ts';
import { isSettled, type Reports } from './reports.ts';

type Session = {
  readonly id: string;
  /** Of the registration that opened it: the same one, come twice, gets the same answer. */
  readonly nonce: string;
  readonly nodeId: string;
  readonly address: string;
  readonly heartbeatMs: number;
  readonly assignments: Assignments;
  /** When the assignments under way are sent again. */
  resendAt: number;
  /** The last batch of reports, until all of it is settled. */
  batch: { readonly number: number; readonly updates: readonly TaskStatusUpdate[] } | undefined;
};

type Message = { readonly to: string; readonly message: DispatcherMessage };

export class Dispatcher {
  readonly #desk: Desk;
  readonly #liveness: Liveness;
  readonly #reports: Reports;
  readonly #sessions = new Map<string, Session>();
  /** Sessions with something new to tell, or with a batch to acknowledge. */
  readonly #touched = new Set<Session>();
  /** Nothing is sent again before. Confirmations do not move it, so it may come too early. */
  #nextResend = never;
  /** Sessions whose last batch is not settled yet. */
  readonly #reporting = new Set<Session>();
  #messages: Message[] = [];

  constructor(desk: Desk, loops: { readonly liveness: Liveness; readonly reports: Reports }) {
    this.#desk = desk;
    this.#liveness = loops.liveness;
    this.#reports = loops.reports;
  }

  get deadline(): number {
    return Math.min(this.#nextResend, this.#liveness.nextExpiry);
  }

  /** Messages since the last time. */
  take(): readonly Message[] | undefined {
    if (this.#messages.length === 0) return undefined;
    const messages = this.#messages;
    this.#messages = [];
    return messages;
  }

  hear(from: { readonly nodeId: string; readonly address: string }, message: AgentMessage): void {
    if (message.type === 'register') {
      this.#register(from, message);
      return;
    }
    const session = this.#sessions.get(from.nodeId);
    if (session?.id !== message.session) {
      this.#refuse(from, message.session);
      return;
    }
    switch (message.type) {
      case 'heartbeat':
        this.#liveness.beat(from.nodeId);
        this.#send(session.address, {
          type: 'heartbeat-ack',
          session: session.id,
          beat: message.beat,
          managers: this.#desk.managers,
        });
        return;
      case 'status':
        session.batch = { number: message.batch, updates: message.updates };
        this.#reporting.add(session);
        for (const update of message.updates) this.#reports.receive(from.nodeId, update);
        this.#touched.add(session);
        return;
      case 'assigned':
        session.assignments.confirmed(message.sequence);
        this.#touched.add(session);
        return;
      case 'leave':
        this.#close(session);
        this.#liveness.left(from.nodeId);
        return;
      default:
        unreachable(message);
    }
  }

  /** Changes as committed: agents are told of nothing else. */
  observe(event: StoreEvent): void {
    if (event.kind === 'task') {
      const task = event.op === 'remove' ? event.old : event.object;
      if (task.NodeID !== '' && (event.op !== 'update' || matters(event.object, event.old))) {
        this.#note(task);
      }
    } else if (event.kind === 'node' && event.op === 'remove') {
      const session = this.#sessions.get(event.old.ID);
      if (session === undefined) return;
      this.#refuse(session, session.id);
      this.#close(session);
    } else if (event.kind === 'cluster' && event.op === 'update') {
      const { HeartbeatPeriod } = event.object.Spec.Dispatcher;
      if (HeartbeatPeriod !== event.old.Spec.Dispatcher.HeartbeatPeriod) this.#restart();
    }
  }

  resync(): void {
    for (const session of this.#sessions.values()) {
      session.assignments.noteAll();
      this.#touched.add(session);
    }
  }

  /** What time and the changes since the last turn ask for. `committed`: an entry was applied. */
  turn(committed: boolean): void {
    const now = this.#desk.now.mono;
    if (now >= this.#liveness.nextExpiry) {
      for (const nodeId of this.#liveness.expire()) this.#close(this.#sessions.get(nodeId));
    }
    if (now >= this.#nextResend) this.#resend();
    if (committed) for (const session of this.#reporting) this.#touched.add(session);
    if (this.#touched.size === 0) return;
    for (const session of this.#touched) this.#serve(session);
    this.#touched.clear();
  }

  #register(
    from: { readonly nodeId: string; readonly address: string },
    message: AgentMessage & { readonly type: 'register' },
  ): void {
    if (this.#desk.view.node(from.nodeId) === undefined) {
      this.#refuse(from, message.nonce);
      return;
    }
    const known = this.#sessions.get(from.nodeId);
    const again = known?.nonce === message.nonce;
    const session = again ? known : this.#open(from, message.nonce);
    this.#liveness.registered(from.nodeId, message.address, message.hostname);
    this.#send(session.address, {
      type: 'session',
      nonce: session.nonce,
      session: session.id,
      heartbeatMs: session.heartbeatMs,
      managers: this.#desk.managers,
    });
    if (!again) this.#tell(session, session.assignments.complete());
  }

  #open(from: { readonly nodeId: string; readonly address: string }, nonce: string): Session {
    const id = newId(this.#desk.random, 'session-id');
    this.#close(this.#sessions.get(from.nodeId));
    const session: Session = {
      id,
      nonce,
      nodeId: from.nodeId,
      address: from.address,
      heartbeatMs: this.#desk.heartbeatMs,
      assignments: new Assignments(this.#desk.view, from.nodeId, id),
      resendAt: never,
      batch: undefined,
    };
    this.#sessions.set(from.nodeId, session);
    return session;
  }

  /** Agents learn the period of their heartbeats when they register. */
  #restart(): void {
    for (const session of [...this.#sessions.values()]) {
      this.#refuse(session, session.id);
      this.#close(session);
    }
  }

  #close(session: Session | undefined): void {
    if (session === undefined) return;
    this.#sessions.delete(session.nodeId);
    this.#touched.delete(session);
    this.#reporting.delete(session);
  }

  #refuse(to: { readonly nodeId: string; readonly address: string }, session: string): void {
    const removed = this.#desk.view.cluster?.removedNodes.includes(to.nodeId) ?? false;
    this.#send(to.address, { type: 'session-invalid', session, removed });
  }

  #note(task: TaskObject): void {
    const session = this.#sessions.get(task.NodeID);
    if (session === undefined) return;
    session.assignments.note(task.ID);
    this.#touched.add(session);
  }

  #serve(session: Session): void {
    const { batch } = session;
    if (batch?.updates.every((each) => isSettled(this.#desk.view, session.nodeId, each)) === true) {
      session.batch = undefined;
      this.#reporting.delete(session);
      this.#send(session.address, {
        type: 'status-ack',
        session: session.id,
        batch: batch.number,
      });
    }
    const next = session.assignments.next();
    if (next !== undefined) this.#tell(session, next);
  }

  #tell(session: Session, message: DispatcherMessage): void {
    this.#send(session.address, message);
    session.resendAt = this.#desk.now.mono + session.heartbeatMs;
    this.#nextResend = Math.min(this.#nextResend, session.resendAt);
  }

  #resend(): void {
    this.#nextResend = never;
    for (const session of this.#sessions.values()) {
      const { underWay } = session.assignments;
      if (underWay === undefined) continue;
      if (session.resendAt <= this.#desk.now.mono) this.#tell(session, underWay);
      else this.#nextResend = Math.min(this.#nextResend, session.resendAt);
    }
  }

  #send(to: string, message: DispatcherMessage): void {
    this.#messages.push({ to, message });
  }
}

/** Agents are not told their own reports: only what is desired, that a task became theirs, and that it ended or went. */
const matters = (task: TaskObject, old: TaskObject): boolean =>
  task.DesiredState !== old.DesiredState ||
  task.Status.State === 'assigned' ||
  ended.has(task.Status.State);

const ended: ReadonlySet<string> = new Set([
  'complete',
  'shutdown',
  'failed',
  'rejected',
  'orphaned',
]);
