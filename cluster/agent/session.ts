/**
 * The agent's side of a session: finds the leader among the managers, keeps the session alive by heartbeats, and moves on
 * when it is not answered.
 */
import type { NodeConfig } from '../node/config.ts';
import type { Instant, Random } from '../ports.ts';
import type { DispatcherMessage } from './messages.ts';
import type { Managers } from './managers.ts';
import type { Outbox } from './outbox.ts';

/** Beats in a row that may stay unanswered. Fewer than the dispatcher's grace, so that a node can be back before it counts as down. */
const unansweredBeatsMax = 2;

/** Hints followed one after the other without a pause; two managers may each take the other for the leader. */
const hintsInARowMax = 3;

/** A manager that is slow to answer is given up to this many times the usual time, or no slow link would ever do. */
const patienceMax = 4;

export type SessionBoot = {
  readonly config: NodeConfig;
  readonly random: Random;
  readonly nodeId: string;
  readonly address: string;
  readonly managers: Managers;
  readonly outbox: Outbox;
};

type State =
  | { readonly kind: 'over' }
  | { readonly kind: 'waiting'; readonly until: number }
  | {
      readonly kind: 'registering';
      readonly nonce: string;
      readonly to: string;
      readonly until: number;
    }
  | {
      readonly kind: 'open';
      readonly id: string;
      readonly manager: string;
      readonly heartbeatMs: number;
      beat: number;
      beatAt: number;
      answeredAt: number;
    };

export class Session {
  readonly #boot: SessionBoot;
  #state: State = { kind: 'waiting', until: 0 };
  #nonces = 0;
  #hints = 0;
  #backoffMs: number;
  /** Of the time that a manager has to answer; grows with each that did not. */
  #patience = 1;

  constructor(boot: SessionBoot) {
    this.#boot = boot;
    this.#backoffMs = boot.config.sessionBackoffMsMin;
  }

  /** The open session, or `undefined`. */
  get open(): { readonly id: string; readonly manager: string } | undefined {
    return this.#state.kind === 'open' ? this.#state : undefined;
  }

  /** There will be no other session: the node was removed, or left. */
  get isOver(): boolean {
    return this.#state.kind === 'over';
  }

  get deadline(): number | undefined {
    switch (this.#state.kind) {
      case 'over':
        return undefined;
      case 'waiting':
        return this.#boot.managers.first === undefined ? undefined : this.#state.until;
      case 'registering':
        return this.#state.until;
      case 'open':
        return this.#state.beatAt;
    }
  }

  tick(now: Instant): void {
    const state = this.#state;
    switch (state.kind) {
      case 'over':
        return;
      case 'waiting':
        if (now.mono >= state.until) this.#register(this.#boot.managers.first, now);
        return;
      case 'registering':
        if (now.mono < state.until) return;
        this.#patience = Math.min(this.#patience * 2, patienceMax);
        this.#boot.managers.avoid(state.to);
        this.#pause(now);
        return;
      case 'open':
        if (now.mono < state.beatAt) return;
        if (now.mono - state.answeredAt >= unansweredBeatsMax * state.heartbeatMs) {
          this.#boot.managers.avoid(state.manager);
          this.#register(this.#boot.managers.first, now);
          return;
        }
        state.beat += 1;
        state.beatAt = now.mono + state.heartbeatMs;
        this.#boot.outbox.send(state.manager, {
          type: 'heartbeat',
          session: state.id,
          beat: state.beat,
        });
    }
  }

  /** Whether the message belongs to the open session, or opened it just now. */
  hear(from: string, message: DispatcherMessage, now: Instant): boolean {
    switch (message.type) {
      case 'session':
        return this.#opened(message, now);
      case 'not-leader':
        this.#notLeader(from, message, now);
        return false;
      case 'session-invalid':
        this.#invalid(message, now);
        return false;
      case 'heartbeat-ack':
        if (!this.#answered(message.session, now)) return false;
        this.#boot.managers.learn(message.managers);
        return true;
      case 'status-ack':
      case 'assignments':
        return this.#answered(message.session, now);
    }
  }

  /** Gives the session up and looks for another one. */
  drop(now: Instant): void {
    if (this.#state.kind === 'open') this.#pause(now);
  }

  /** No session any more, for good. */
  end(): void {
    this.#state = { kind: 'over' };
  }

  #register(to: string | undefined, now: Instant): void {
    const { config, nodeId, address, outbox, random } = this.#boot;
    if (to === undefined) {
      this.#pause(now);
      return;
    }
    this.#nonces += 1;
    const nonce = `${String(random.integer('agent-nonce', 2 ** 31))}.${String(this.#nonces)}`;
    this.#state = {
      kind: 'registering',
      nonce,
      to,
      until: now.mono + this.#patience * config.dispatcherHeartbeatMs,
    };
    outbox.send(to, { type: 'register', nonce, nodeId, hostname: config.name, address });
  }

  /** Waits for a random part of a time that doubles, so that agents do not all come back at once. */
  #pause(now: Instant): void {
    const { config, random } = this.#boot;
    const waitMs = 1 + random.integer('agent-backoff', this.#backoffMs);
    this.#backoffMs = Math.min(this.#backoffMs * 2, config.sessionBackoffMsMax);
    this.#hints = 0;
    this.#state = { kind: 'waiting', until: now.mono + waitMs };
  }

  #opened(message: DispatcherMessage & { readonly type: 'session' }, now: Instant): boolean {
    const state = this.#state;
    if (state.kind !== 'registering' || state.nonce !== message.nonce) return false;
    this.#backoffMs = this.#boot.config.sessionBackoffMsMin;
    this.#patience = 1;
    this.#hints = 0;
    this.#boot.managers.learn(message.managers);
    this.#boot.managers.prefer(state.to);
    this.#state = {
      kind: 'open',
      id: message.session,
      manager: state.to,
      heartbeatMs: message.heartbeatMs,
      beat: 0,
      beatAt: now.mono + message.heartbeatMs,
      answeredAt: now.mono,
    };
    return true;
  }

  #notLeader(
    from: string,
    message: DispatcherMessage & { readonly type: 'not-leader' },
    now: Instant,
  ): void {
    const state = this.#state;
    const asked = state.kind === 'registering' && state.nonce === message.nonce;
    const deposed = state.kind === 'open' && state.manager === from;
    if (!asked && !deposed) return;
    const { managers } = this.#boot;
    managers.learn(message.managers);
    managers.avoid(asked ? state.to : from);
    const hint = message.leader === undefined ? undefined : managers.addressOf(message.leader);
    this.#hints += 1;
    if (hint === undefined || hint === from || this.#hints > hintsInARowMax) this.#pause(now);
    else this.#register(hint, now);
  }

  #invalid(message: DispatcherMessage & { readonly type: 'session-invalid' }, now: Instant): void {
    const state = this.#state;
    const meant =
      (state.kind === 'open' && state.id === message.session) ||
      (state.kind === 'registering' && state.nonce === message.session);
    if (!meant) return;
    if (message.removed) this.end();
    else this.#pause(now);
  }

  #answered(session: string, now: Instant): boolean {
    const state = this.#state;
    if (state.kind !== 'open' || state.id !== session) return false;
    state.answeredAt = now.mono;
    return true;
  }
}
