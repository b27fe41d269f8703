/**
 * Gives a node program its world: hands it one event at a time and turns what it answers into deeds, in order.
 * Whatever happens meanwhile waits in a queue, so the program is never entered twice.
 */
import type { ApiRequest, ApiResponse } from '../api/seam.ts';
import type { NodeEffect, NodeEvent, NodeProgram } from '../node/program.ts';
import { unreachable } from '../raft/unreachable.ts';
import type { FileDisk } from './disk.ts';
import type { Executor } from './executor.ts';
import type { Journal } from './journal.ts';
import type { Transport } from './transport.ts';
import type { Clock } from './world.ts';

export type DriverWorld = {
  readonly clock: Clock;
  readonly journal: Pick<Journal, 'observe'>;
  readonly disk: Pick<FileDisk, 'persist'>;
  readonly transport: Pick<Transport, 'send' | 'identify'>;
  readonly executor: Pick<Executor, 'prepare' | 'start' | 'stop'>;
  /** Called once; the program is not heard again. */
  onHalt(reason: string): void;
};

type Running = { readonly program: NodeProgram; readonly world: DriverWorld };

export class Driver {
  readonly #queue: NodeEvent[] = [];
  readonly #asked = new Map<number, (response: ApiResponse) => void>();
  #running: Running | undefined;
  #busy = false;
  #lastRequest = 0;
  #wakeAt: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #armedFor: number | undefined;

  /** Boots the program. Events that came before are handled after its `start`. */
  start(program: NodeProgram, world: DriverWorld): void {
    this.#running = { program, world };
    this.#queue.unshift({ type: 'start' });
    this.#drain();
  }

  dispatch(event: NodeEvent): void {
    this.#queue.push(event);
    this.#drain();
  }

  /** Asks the program; `answer` is called at most once. `abort`: the answer is no longer wanted. */
  ask(request: ApiRequest, answer: (response: ApiResponse) => void): { abort(): void } {
    this.#lastRequest += 1;
    const id = this.#lastRequest;
    this.#asked.set(id, answer);
    this.dispatch({ type: 'request', id, request });
    return {
      abort: () => {
        if (this.#asked.delete(id)) this.dispatch({ type: 'request-aborted', id });
      },
    };
  }

  /** From here on nothing happens any more, whatever arrives. */
  stop(): void {
    this.#running = undefined;
    this.#queue.length = 0;
    clearTimeout(this.#timer);
  }

  #drain(): void {
    if (this.#busy || this.#running === undefined) return;
    this.#busy = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        this.#handle(next);
      }
    } finally {
      this.#busy = false;
    }
  }

  #handle(event: NodeEvent): void {
    const running = this.#running;
    if (running === undefined) return;
    const now = running.world.clock.now();
    for (const effect of running.program.handle(event, now)) {
      if (this.#running === undefined) return;
      if (effect.type === 'observe') running.world.journal.observe(effect.observation, now);
      else this.#carryOut(effect, running.world);
    }
  }

  #carryOut(effect: Exclude<NodeEffect, { readonly type: 'observe' }>, world: DriverWorld): void {
    switch (effect.type) {
      case 'persist':
        this.#persist(effect.id, effect.operations, world);
        return;
      case 'send':
        world.transport.send(effect.to, effect.message);
        return;
      case 'wake':
        this.#wakeAt = effect.at;
        this.#arm(world);
        return;
      case 'reply':
        this.#reply(effect.id, effect.response);
        return;
      case 'task-prepare':
        world.executor.prepare(effect.order);
        return;
      case 'task-start':
        world.executor.start(effect.order);
        return;
      case 'task-stop':
        world.executor.stop(effect.taskId, effect.graceMs);
        return;
      case 'identity':
        world.transport.identify(effect.identity);
        return;
      case 'halt':
        this.stop();
        world.onHalt(effect.reason);
        return;
      default:
        unreachable(effect);
    }
  }

  #persist(
    id: number,
    operations: Extract<NodeEffect, { readonly type: 'persist' }>['operations'],
    world: DriverWorld,
  ): void {
    world.disk.persist(operations, (failure) => {
      this.dispatch(
        failure === undefined
          ? { type: 'persisted', id }
          : { type: 'persist-failed', id, error: failure },
      );
    });
  }

  #reply(id: number, response: ApiResponse): void {
    const answer = this.#asked.get(id);
    this.#asked.delete(id);
    answer?.(response);
  }

  /** One timer. It rings early when its clock is coarser than ours, or the time was put off: then it is set again. */
  #arm(world: DriverWorld): void {
    const { clock } = world;
    const at = this.#wakeAt;
    if (at === undefined || (this.#armedFor !== undefined && this.#armedFor <= at)) return;
    clearTimeout(this.#timer);
    this.#armedFor = at;
    const now = clock.now().mono;
    const left = Math.ceil(at - now);
    const ring = () => {
      this.#armedFor = undefined;
      if (this.#wakeAt === undefined || clock.now().mono < this.#wakeAt) {
        this.#arm(world);
        return;
      }
      this.#wakeAt = undefined;
      this.dispatch({ type: 'wake' });
    };
    this.#timer = setTimeout(ring, Math.min(Math.max(0, left), timerMsMax));
  }
}

/** The longest that a timer of Node can wait; it is set again when it rings too early. */
const timerMsMax = 2 ** 31 - 1;
