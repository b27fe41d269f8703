/** A manager that leads, without a swarm around it: a test feeds it what agents say, and reads what it answers. */
import type { AgentMessage, DispatcherMessage, TaskStatusUpdate } from '../../agent/messages.ts';
import { defaultNodeConfig } from '../../node/config.ts';
import { encodeActions } from '../../store/actions.ts';
import { sampleNode, sampleService, sampleTask } from '../../store/testing/sample-objects.ts';
import { createStore } from '../../store/store.ts';
import type { Transaction } from '../../store/types.ts';
import { createManager } from '../manager.ts';
import type { ManagerInput, ManagerTransaction } from '../types.ts';

/** A leader and its store in a test's hands; what it writes is committed at once. */
export class Leader {
  readonly store = createStore();
  managers = [{ nodeId: 'm', address: 'm:1' }];
  now = 0;
  ticks = 0;
  sent: { readonly to: string; readonly message: DispatcherMessage }[] = [];
  #index = 1;
  /** While true, transactions wait. */
  held = false;
  #waiting: ManagerTransaction[] = [];
  readonly #manager = createManager({
    config: { ...defaultNodeConfig, name: 'm', advertiseAddr: 'm:1' },
    random: {
      integer: (_purpose, below) => (this.#draws += 7919) % below,
      bytes: () => new Uint8Array(),
    },
    view: this.store,
    managers: () => this.managers,
  });
  #draws = 1;

  constructor() {
    this.write((open) => {
      open.create('cluster', {
        ID: 'c',
        Spec: {
          Dispatcher: { HeartbeatPeriod: 0 },
          Orchestration: { TaskHistoryRetentionLimit: 5 },
        },
        removedNodes: ['gone'],
      } as never);
      open.create(
        'node',
        sampleNode('n1', { Status: { State: 'unknown', Message: '', Addr: '' } }),
      );
      open.create('node', sampleNode('n2'));
      open.create('service', sampleService('web'));
      for (const id of ['t1', 't2']) open.create('task', sampleTask(id, onN1(id)));
    });
    this.step({ type: 'start' });
  }

  get deadline(): number | undefined {
    return this.#manager.deadline;
  }

  step(input: ManagerInput): void {
    const { transactions, messages } = this.#manager.step(input, {
      mono: this.now,
      wall: this.now,
    });
    this.sent.push(...messages);
    this.#waiting.push(...transactions);
    this.#commitWaiting();
  }

  release(): void {
    this.held = false;
    this.#commitWaiting();
  }

  write(run: (open: Transaction) => void): void {
    const open = this.store.begin({ index: this.#index, wall: this.now });
    run(open);
    this.#index += 1;
    if (open.actions.length === 0) return;
    const events = this.store.apply(encodeActions(open.actions));
    this.step({ type: 'committed', events });
  }

  /** Consensus refuses what is run now; it may be run again. */
  refuseWaiting(): void {
    const open = this.store.begin({ index: this.#index, wall: this.now });
    for (const each of this.#waiting) each.run(open);
  }

  dropWaiting(): void {
    this.#waiting = [];
  }

  hear(nodeId: string, message: AgentMessage): void {
    this.step({ type: 'agent', nodeId, address: `${nodeId}:1`, message });
  }

  /** A node asks for a session. */
  ask(nodeId: string, nonce = 'nonce'): void {
    const address = `${nodeId}:1`;
    this.hear(nodeId, { type: 'register', nonce, nodeId, hostname: nodeId, address });
  }

  /** A node reports of its tasks, or of what it takes for those. */
  report(nodeId: string, session: string, ...updates: readonly TaskStatusUpdate[]): void {
    this.hear(nodeId, { type: 'status', session, batch: 1, updates });
  }

  /** Registers a node and confirms what it is told; its session. */
  register(nodeId: string, nonce?: string): string {
    this.ask(nodeId, nonce);
    const session = this.last('session').session;
    this.hear(nodeId, { type: 'assigned', session, sequence: 1 });
    return session;
  }

  take(): readonly { readonly to: string; readonly message: DispatcherMessage }[] {
    return this.sent.splice(0);
  }

  last<T extends DispatcherMessage['type']>(type: T): DispatcherMessage & { readonly type: T } {
    const found = this.sent.findLast(({ message }) => message.type === type)?.message;
    if (found?.type !== type) throw new Error(`It sent no ${type}`);
    return found as DispatcherMessage & { readonly type: T };
  }

  wait(ms: number): void {
    const end = this.now + ms;
    for (let { deadline } = this; deadline !== undefined && deadline <= end;) {
      this.now = Math.max(this.now, deadline);
      this.ticks += 1;
      this.step({ type: 'tick' });
      ({ deadline } = this);
    }
    this.now = end;
  }

  #commitWaiting(): void {
    if (this.held) return;
    const waiting = this.#waiting.splice(0);
    if (waiting.length === 0) return;
    this.write((open) => {
      for (const each of waiting) each.run(open);
    });
  }
}

/** What makes a sample task one that runs on `n1`: `t1` is to run on, every other one is to stop. */
export const onN1 = (id: string) => ({
  NodeID: 'n1',
  Status: { Timestamp: '', State: 'running', Message: '' } as const,
  DesiredState: id === 't1' ? ('running' as const) : ('shutdown' as const),
});

/** What an agent reports of a task that has come to `state`. */
export const statusUpdate = (
  taskId: string,
  state: TaskStatusUpdate['state'],
): TaskStatusUpdate => ({
  taskId,
  state,
  message: state,
  error: '',
  exitCode: undefined,
  ports: [],
  at: 5,
});
