/**
 * What the caught-up leader does besides consensus: the control loops and the dispatcher. It is made for one leadership and
 * dropped with it. Loops note what changed and do their work in transactions, on the state of the moment; a resync now and
 * then looks at everything, so that nothing depends on having seen an event.
 */
import type { ReferringAction } from '../store/actions.ts';
import type { Instant } from '../ports.ts';
import type { Kind } from '../store/objects.ts';
import type { StoreEvent, Transaction } from '../store/types.ts';
import { unreachable } from '../raft/unreachable.ts';
import { Allocator } from './allocator.ts';
import { ConstraintEnforcer } from './constraint-enforcer.ts';
import { Desk } from './desk.ts';
import { Dispatcher } from './dispatcher.ts';
import { Liveness } from './liveness.ts';
import { isFull, type Loop, never } from './loop.ts';
import { Orchestrator } from './orchestrator.ts';
import { Orphans } from './orphans.ts';
import { OwnWrites } from './own-writes.ts';
import { Reaper } from './reaper.ts';
import { Reports } from './reports.ts';
import { Scheduler } from './scheduler.ts';
import { StartGate } from './start-gate.ts';
import type {
  Manager,
  ManagerBoot,
  ManagerInput,
  ManagerOutput,
  ManagerTransaction,
} from './types.ts';

/** A manager for the leadership that has just begun; its first input is `start`. */
export const createManager = (boot: ManagerBoot): Manager => new LeadingManager(boot);

/** Between two looks at everything. */
export const resyncMs = 5_000;

/** What was written and has not come back as committed by then may be lost: everything is looked at again. */
export const confirmationMs = 1_000;

/** Loops may set each other to work within one transaction; this often, then the rest waits for the next one. */
const roundsMax = 8;

/** Not frozen: engines walk a frozen list by a slow path, and these are walked at nearly every event. */
const nothing: ManagerOutput = { transactions: [], messages: [] };
const noTransactions: readonly ManagerTransaction[] = nothing.transactions;
const noMessages = nothing.messages;

class LeadingManager implements Manager {
  readonly #desk: Desk;
  readonly #liveness: Liveness;
  readonly #dispatcher: Dispatcher;
  readonly #loops: readonly Loop[];
  /** Those that are told of changes of each kind. */
  readonly #watching: Readonly<Record<Kind, readonly Loop[]>>;
  /** Waits for its turn; a second one would find nothing to do. */
  #queued = false;
  readonly #own = new OwnWrites();
  /** Loops that go along with the transaction that is being made. */
  readonly #willing = new Set<Loop>();
  #resyncAt = never;
  #confirmBy = never;
  /** Asked for after every event of the node, and worked out only after one of ours. */
  #deadline = never;
  #moved = true;
  readonly #reconcile: readonly ManagerTransaction[];

  constructor(boot: ManagerBoot) {
    const desk = new Desk(boot);
    const liveness = new Liveness(desk);
    const reports = new Reports(desk);
    this.#desk = desk;
    this.#liveness = liveness;
    this.#dispatcher = new Dispatcher(desk, { liveness, reports });
    this.#loops = [
      liveness,
      reports,
      new Orphans(desk, liveness),
      new Orchestrator(desk),
      // Behind the orchestrator: where constraints have just changed, the update has begun by then.
      new ConstraintEnforcer(desk),
      new Allocator(desk),
      new Scheduler(desk),
      new StartGate(desk),
      new Reaper(desk),
    ];
    const watching = (kind: Kind): readonly Loop[] =>
      this.#loops.filter((loop) => loop.watches.includes(kind));
    this.#watching = {
      cluster: watching('cluster'),
      node: watching('node'),
      service: watching('service'),
      task: watching('task'),
    };
    this.#reconcile = [
      {
        name: 'reconcile',
        run: (transaction: Transaction): void => {
          this.#run(transaction);
        },
      },
    ];
  }

  get deadline(): number | undefined {
    if (this.#moved) {
      this.#deadline = this.#nextDeadline();
      this.#moved = false;
    }
    return this.#deadline === never ? undefined : this.#deadline;
  }

  #nextDeadline(): number {
    let deadline = Math.min(this.#dispatcher.deadline, this.#resyncAt, this.#confirmBy);
    if (!this.#queued) {
      for (const loop of this.#loops) if (loop.dueAt < deadline) deadline = loop.dueAt;
    }
    return deadline;
  }

  step(input: ManagerInput, now: Instant): ManagerOutput {
    this.#desk.now = now;
    this.#moved = true;
    switch (input.type) {
      case 'start':
        this.#liveness.start();
        this.#resync();
        break;
      case 'tick':
        if (now.mono >= this.#resyncAt || now.mono >= this.#confirmBy) this.#resync();
        break;
      case 'committed':
        this.#confirmBy = never;
        for (const event of input.events) this.#committed(event);
        break;
      case 'agent':
        this.#dispatcher.hear(input, input.message);
        break;
      default:
        unreachable(input);
    }
    this.#dispatcher.turn(input.type === 'committed');
    const transactions = this.#wanted();
    const messages = this.#dispatcher.take();
    if (messages === undefined && transactions === noTransactions) return nothing;
    return { transactions, messages: messages ?? noMessages };
  }

  follow(transaction: Transaction, from: number, now: Instant): readonly ManagerTransaction[] {
    this.#desk.now = now;
    this.#moved = true;
    // Of services only: a node is what others see of it, so loops wait until a change of it is committed.
    for (let at = from; at < transaction.actions.length; at += 1) {
      const action = transaction.actions[at] as ReferringAction;
      if (action.kind === 'service') this.#wrote(action);
    }
    return this.#wanted();
  }

  #wanted(): readonly ManagerTransaction[] {
    if (this.#queued || !this.#isDue()) return noTransactions;
    this.#queued = true;
    return this.#reconcile;
  }

  #isDue(): boolean {
    for (const loop of this.#loops) if (loop.dueAt <= this.#desk.now.mono) return true;
    return false;
  }

  #committed(event: StoreEvent): void {
    this.#dispatcher.observe(event);
    // Removed objects are told twice: forgetting them again does no harm.
    if (event.op !== 'remove' && this.#own.take(event.object)) return;
    for (const loop of this.#watching[event.kind]) loop.observe(event);
  }

  #resync(): void {
    this.#resyncAt = this.#desk.now.mono + resyncMs;
    this.#confirmBy = never;
    this.#own.clear();
    for (const loop of this.#loops) loop.resync();
    this.#dispatcher.resync();
  }

  /** Lets the loops work until none has anything left; each sees what the others wrote. */
  #run(transaction: Transaction): void {
    this.#queued = false;
    this.#moved = true;
    // What was written last never came back: it was refused, or is written anew in smaller parts.
    if (this.#confirmBy !== never) this.#resync();
    const before = transaction.actions.length;
    // Only what waited before: what this transaction itself makes may wait for the next one.
    for (const loop of this.#loops) if (loop.canRun === true) this.#willing.add(loop);
    let seen = before;
    for (let round = 0; round < roundsMax; round += 1) {
      let idle = true;
      for (const loop of this.#loops) {
        const isDue = this.#willing.delete(loop) || loop.dueAt <= this.#desk.now.mono;
        if (!isDue || isFull(transaction)) continue;
        loop.run(transaction);
        idle = false;
        for (; seen < transaction.actions.length; seen += 1) {
          this.#wrote(transaction.actions[seen] as ReferringAction);
        }
      }
      if (idle) break;
    }
    if (transaction.actions.length > before) {
      this.#confirmBy = this.#desk.now.mono + confirmationMs;
    }
  }

  #wrote(action: ReferringAction): void {
    const { op, kind, basis } = action;
    const object = op === 'remove' ? undefined : action.object;
    if (object !== undefined) this.#own.add(object);
    const event = { op, kind, object, old: basis } as unknown as StoreEvent;
    for (const loop of this.#watching[kind]) loop.observe(event);
  }
}
