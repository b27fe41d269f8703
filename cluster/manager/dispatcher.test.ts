import { describe, expect, test } from '@jest/globals';
import type { AgentMessage, DispatcherMessage, TaskStatusUpdate } from '../agent/messages.ts';
import { defaultNodeConfig } from '../node/config.ts';
import { encodeActions } from '../store/actions.ts';
import { sampleNode, sampleService, sampleTask } from '../store/sample-objects.ts';
import { createStore } from '../store/store.ts';
import type { Transaction } from '../store/types.ts';
import { encodePeerMessage } from '../wire/codec.ts';
import { createManager } from './manager.ts';
import { reportBatchMs } from './reports.ts';
import type { ManagerInput, ManagerTransaction } from './types.ts';

/** A leader and its store in a test's hands; what it writes is committed at once. */
class Leader {
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

  /** Registers a node and confirms what it is told; its session. */
  register(nodeId: string, nonce = 'nonce'): string {
    this.hear(nodeId, {
      type: 'register',
      nonce,
      nodeId,
      hostname: nodeId,
      address: `${nodeId}:1`,
    });
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

const onN1 = (id: string) => ({
  NodeID: 'n1',
  Status: { Timestamp: '', State: 'running', Message: '' } as const,
  DesiredState: id === 't1' ? ('running' as const) : ('shutdown' as const),
});

const update = (taskId: string, state: TaskStatusUpdate['state']): TaskStatusUpdate => ({
  taskId,
  state,
  message: state,
  error: '',
  exitCode: undefined,
  ports: [],
  at: 5,
});

describe('a registration', () => {
  test('is told of a manager that came in right after another one was answered', () => {
    const leader = new Leader();
    leader.register('n1');
    leader.managers = [...leader.managers, { nodeId: 'n2', address: 'n2:1' }];
    leader.register('n2');
    expect(leader.last('session').managers).toEqual(leader.managers);
  });

  test('opens a session and tells all tasks of the node', () => {
    const leader = new Leader();
    leader.hear('n1', {
      type: 'register',
      nonce: 'x',
      nodeId: 'n1',
      hostname: 'h',
      address: 'n1:1',
    });
    expect(leader.last('session')).toMatchObject({
      nonce: 'x',
      heartbeatMs: defaultNodeConfig.dispatcherHeartbeatMs,
      managers: [{ nodeId: 'm', address: 'm:1' }],
    });
    const { complete, sequence, update: told, remove } = leader.last('assignments');
    expect({ complete, sequence, remove }).toEqual({ complete: true, sequence: 1, remove: [] });
    expect(told.map(({ id, desired, state }) => [id, desired, state])).toEqual([
      ['t1', 'running', 'running'],
      ['t2', 'shutdown', 'running'],
    ]);
    expect(leader.store.node('n1')?.Status.State).toBe('ready');
  });

  test('that comes twice gets the same session', () => {
    const leader = new Leader();
    const session = leader.register('n1');
    expect(leader.register('n1')).toBe(session);
  });

  test('anew ends the session before it', () => {
    const leader = new Leader();
    const before = leader.register('n1', 'a');
    const session = leader.register('n1', 'b');
    leader.hear('n1', { type: 'heartbeat', session: before, beat: 1 });
    expect(leader.last('session-invalid')).toMatchObject({ session: before, removed: false });
    leader.hear('n1', { type: 'heartbeat', session, beat: 1 });
    expect(leader.last('heartbeat-ack')).toMatchObject({ session, beat: 1 });
  });

  test.each([
    ['a node that was removed', 'gone', true],
    ['a node that nobody knows', 'stranger', false],
  ])('of %s is refused', (_who, nodeId, removed) => {
    const leader = new Leader();
    leader.hear(nodeId, { type: 'register', nonce: 'x', nodeId, hostname: 'h', address: 'x:1' });
    expect(leader.take()).toEqual([
      { to: `${nodeId}:1`, message: { type: 'session-invalid', session: 'x', removed } },
    ]);
  });

  test('of one node cannot use the session of another', () => {
    const leader = new Leader();
    const session = leader.register('n1');
    leader.hear('n2', { type: 'heartbeat', session, beat: 1 });
    expect(leader.last('session-invalid').session).toBe(session);
  });
});

type Assigned = DispatcherMessage & { readonly type: 'assignments' };

describe('assignments', () => {
  test('are sent again until they are confirmed', () => {
    const leader = new Leader();
    leader.hear('n1', {
      type: 'register',
      nonce: 'x',
      nodeId: 'n1',
      hostname: 'h',
      address: 'n1:1',
    });
    const { session } = leader.last('session');
    leader.take();
    const beat = (): void => {
      leader.hear('n1', { type: 'heartbeat', session, beat: 1 });
      leader.wait(1_000);
    };
    beat();
    expect(leader.take().filter(({ message }) => message.type === 'assignments')).toHaveLength(2);
    leader.hear('n1', { type: 'assigned', session, sequence: 1 });
    beat();
    expect(leader.take().filter(({ message }) => message.type === 'assignments')).toEqual([]);
  });

  /** Confirms what is told until nothing more is; each message comes twice, because the first confirmation is lost. */
  const allTold = (leader: Leader, session: string): readonly Assigned[] => {
    const told: Assigned[] = [];
    for (let waiting = true; waiting;) {
      const before = leader.take().find(({ message }) => message.type === 'assignments')?.message;
      waiting = before?.type === 'assignments';
      if (before?.type !== 'assignments') break;
      leader.hear('n1', { type: 'heartbeat', session, beat: 1 });
      leader.wait(600);
      expect(leader.last('assignments')).toEqual(before);
      leader.take();
      expect(encodePeerMessage({ type: 'dispatcher', message: before }).length).toBeLessThan(
        2 << 20,
      );
      told.push(before);
      leader.hear('n1', { type: 'assigned', session, sequence: before.sequence });
    }
    return told;
  };

  test('that are large together come in parts, one after the other, at first as changes later', () => {
    const leader = new Leader();
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const large = (id: string, desired: 'running' | 'shutdown') =>
      sampleTask(id, {
        ...onN1(id),
        DesiredState: desired,
        Spec: { ContainerSpec: { Image: 'schism/echo', Env: [`X=${'x'.repeat(600_000)}`] } },
      });
    leader.write((open) => {
      for (const name of names) open.create('task', large(name, 'running'));
    });
    leader.take();
    const registration = { nonce: 'x', nodeId: 'n1', hostname: 'h', address: 'n1:1' };
    leader.hear('n1', { type: 'register', ...registration });
    const { session } = leader.last('session');
    const parts = allTold(leader, session);
    expect(parts.map(({ complete, more }) => [complete, more])).toEqual([
      [true, true],
      [true, true],
      [true, true],
      [true, undefined],
    ]);
    expect(parts.map(({ sequence, appliesTo }) => sequence - appliesTo)).toEqual([1, 1, 1, 1]);
    const ids = parts.flatMap(({ update: some }) => some.map(({ id }) => id));
    expect(ids).toEqual([...names, 't1', 't2']);
    leader.write((open) => {
      for (const name of names) open.update('task', large(name, 'shutdown'), undefined);
    });
    const changes = allTold(leader, session);
    expect(changes.map(({ complete, more }) => [complete, more])).toEqual([
      [false, undefined],
      [false, undefined],
      [false, undefined],
    ]);
    expect(changes.flatMap(({ update: some }) => some.map(({ id }) => id))).toEqual(names);
  });

  test('tell only what changed, on top of what is confirmed', () => {
    const leader = new Leader();
    leader.register('n1');
    leader.take();
    leader.write((open) => {
      open.update('task', sampleTask('t1', { ...onN1('t1'), DesiredState: 'shutdown' }), undefined);
    });
    expect(leader.last('assignments')).toMatchObject({
      complete: false,
      appliesTo: 1,
      sequence: 2,
      update: [{ id: 't1', desired: 'shutdown' }],
      remove: [],
    });
  });

  test('gather what changes while others are under way', () => {
    const leader = new Leader();
    const session = leader.register('n1');
    const shut = (id: string): void => {
      leader.write((open) => {
        open.update('task', sampleTask(id, { ...onN1(id), DesiredState: 'remove' }), undefined);
      });
    };
    leader.take();
    shut('t1');
    shut('t2');
    const sent = leader.take().filter(({ message }) => message.type === 'assignments');
    expect(sent).toHaveLength(1);
    leader.hear('n1', { type: 'assigned', session, sequence: 2 });
    const next = leader.last('assignments');
    expect(next).toMatchObject({ sequence: 3, appliesTo: 2 });
    expect(next.update).toContainEqual(expect.objectContaining({ id: 't2', desired: 'remove' }));
  });

  test('take back tasks that have ended or are gone', () => {
    const leader = new Leader();
    const session = leader.register('n1');
    leader.hear('n1', { type: 'status', session, batch: 1, updates: [update('t2', 'shutdown')] });
    leader.wait(reportBatchMs);
    expect(leader.last('assignments')).toMatchObject({ update: [], remove: ['t2'] });
  });

  test('are not repeated because of what the agent itself reported', () => {
    const leader = new Leader();
    leader.write((open) => {
      open.create(
        'task',
        sampleTask('t3', {
          ...onN1('t1'),
          Slot: 1,
          DesiredState: 'shutdown',
          Status: { Timestamp: '', State: 'assigned', Message: '' },
        }),
      );
    });
    const session = leader.register('n1');
    leader.take();
    leader.hear('n1', { type: 'status', session, batch: 1, updates: [update('t3', 'running')] });
    leader.wait(reportBatchMs);
    expect(leader.store.task('t3')?.Status.State).toBe('running');
    expect(leader.take().map(({ message }) => message.type)).toEqual(['status-ack']);
  });
});

describe('a report', () => {
  test('is acknowledged once it is committed, and no sooner', () => {
    const leader = new Leader();
    const session = leader.register('n1');
    leader.take();
    leader.held = true;
    leader.hear('n1', { type: 'status', session, batch: 4, updates: [update('t1', 'failed')] });
    leader.wait(100);
    expect(leader.take()).toEqual([]);
    leader.release();
    expect(leader.last('status-ack')).toEqual({ type: 'status-ack', session, batch: 4 });
    expect(leader.store.task('t1')?.Status).toMatchObject({
      State: 'failed',
      Message: 'failed',
      Timestamp: '1970-01-01T00:00:00.005Z',
    });
  });

  test('of an earlier state changes nothing, and is acknowledged', () => {
    const leader = new Leader();
    const session = leader.register('n1');
    leader.hear('n1', { type: 'status', session, batch: 1, updates: [update('t1', 'preparing')] });
    expect(leader.last('status-ack').batch).toBe(1);
    expect(leader.store.task('t1')?.Status.State).toBe('running');
  });

  test('of a task of another node changes nothing, and is acknowledged', () => {
    const leader = new Leader();
    const session = leader.register('n2');
    leader.hear('n2', { type: 'status', session, batch: 1, updates: [update('t1', 'failed')] });
    expect(leader.last('status-ack').batch).toBe(1);
    leader.wait(100);
    expect(leader.store.task('t1')?.Status.State).toBe('running');
  });

  test('of an unknown task is acknowledged', () => {
    const leader = new Leader();
    const session = leader.register('n1');
    leader.hear('n1', {
      type: 'status',
      session,
      batch: 1,
      updates: [update('nothing', 'failed')],
    });
    expect(leader.last('status-ack').batch).toBe(1);
  });

  test('carries error, exit code and ports into the task', () => {
    const leader = new Leader();
    const session = leader.register('n1');
    const failed = { ...update('t1', 'failed'), error: 'exit 3', exitCode: 3, ports: [8080] };
    leader.hear('n1', { type: 'status', session, batch: 1, updates: [failed] });
    leader.wait(reportBatchMs);
    expect(leader.store.task('t1')?.Status).toMatchObject({
      Err: 'exit 3',
      ContainerStatus: { ContainerID: 't1', PID: 0, ExitCode: 3 },
      PortStatus: { Ports: [{ Protocol: 'tcp', PublishedPort: 8080, PublishMode: 'host' }] },
    });
  });

  test('in a session that is over is refused', () => {
    const leader = new Leader();
    leader.register('n1');
    leader.hear('n1', {
      type: 'status',
      session: 'old',
      batch: 1,
      updates: [update('t1', 'failed')],
    });
    expect(leader.last('session-invalid').session).toBe('old');
    leader.wait(reportBatchMs);
    expect(leader.store.task('t1')?.Status.State).toBe('running');
  });
});

describe('heartbeats', () => {
  test('keep a node ready without a single write, and leave the leader asleep most of the time', () => {
    const leader = new Leader();
    const session = leader.register('n1');
    leader.wait(500);
    leader.hear('n1', { type: 'heartbeat', session, beat: 0 });
    leader.wait(5_000);
    const again = leader.register('n1', 'again');
    leader.wait(100);
    const { sequence } = leader.last('assignments');
    leader.hear('n1', { type: 'assigned', session: again, sequence });
    const { Version } = leader.store.node('n1') ?? {};
    const before = leader.ticks;
    for (let beat = 0; beat < 120; beat += 1) {
      leader.hear('n1', { type: 'heartbeat', session: again, beat });
      leader.wait(500);
    }
    expect(leader.store.node('n1')).toMatchObject({ Status: { State: 'ready' }, Version });
    // In a minute: a look at everything each 5 s, and one at the nodes each second.
    expect(leader.ticks - before).toBeLessThan(80);
  });

  test('that stop let the node be down, and its session be over', () => {
    const leader = new Leader();
    const session = leader.register('n1');
    leader.wait(1_600);
    expect(leader.store.node('n1')?.Status.State).toBe('down');
    leader.hear('n1', { type: 'heartbeat', session, beat: 1 });
    expect(leader.last('session-invalid')).toMatchObject({ session, removed: false });
    leader.register('n1', 'again');
    expect(leader.store.node('n1')?.Status).toMatchObject({ State: 'ready', Message: '' });
  });

  test('that come while the failure is being written keep the node up', () => {
    const leader = new Leader();
    leader.register('n1');
    leader.held = true;
    leader.wait(1_600);
    leader.register('n1', 'again');
    leader.release();
    expect(leader.store.node('n1')?.Status.State).toBe('ready');
  });
});

describe('a transaction that was refused', () => {
  test('is made anew when it is run again', () => {
    const leader = new Leader();
    leader.register('n1');
    leader.held = true;
    leader.write((open) => open.create('service', sampleService('second')));
    leader.refuseWaiting();
    leader.release();
    expect(leader.store.tasksOfService('service-second')).toHaveLength(1);
  });

  test('is made anew after a while where nobody runs it again', () => {
    const leader = new Leader();
    leader.register('n1');
    leader.held = true;
    leader.write((open) => open.create('service', sampleService('second')));
    leader.refuseWaiting();
    leader.dropWaiting();
    leader.held = false;
    leader.wait(1_100);
    expect(leader.store.tasksOfService('service-second')).toHaveLength(1);
  });
});
