import { describe, expect, test } from '@jest/globals';
import { defaultNodeConfig } from '../node/config.ts';
import type { TaskReport } from '../node/program.ts';
import type { Files } from '../ports.ts';
import { createAgent } from './agent.ts';
import type { AgentMessage, AssignedTask, DispatcherMessage } from './messages.ts';
import type { Agent, AgentInput, AgentOutput, ManagerAddress } from './types.ts';

const managers: readonly ManagerAddress[] = [
  { nodeId: 'm1', address: '10.0.0.1:2377' },
  { nodeId: 'm2', address: '10.0.0.2:2377' },
  { nodeId: 'm3', address: '10.0.0.3:2377' },
];
const [first, second, third] = managers.map(({ address }) => address) as [string, string, string];

const assigned = (id: string, change: Partial<AssignedTask> = {}): AssignedTask => ({
  id,
  serviceId: 's',
  serviceName: 'web',
  slot: 1,
  image: 'schism/echo',
  args: [],
  env: [],
  stopGraceMs: 1_000,
  desired: 'running',
  state: 'assigned',
  ...change,
});

/** An agent in a test's hands: time passes as the test says, and what it sends is kept. */
class Probe {
  readonly agent: Agent;
  now = 0;
  sent: { readonly to: string; readonly message: AgentMessage }[] = [];
  orders: string[] = [];
  changes: string[] = [];
  files = new Map<string, Uint8Array>();
  left = false;
  /** Persists that the disk has not done yet. */
  #unwritten: NonNullable<AgentOutput['persist']>[] = [];
  readonly #slowDisk: boolean;

  constructor(
    options: { files?: Files; slowDisk?: boolean; managers?: readonly ManagerAddress[] } = {},
  ) {
    this.#slowDisk = options.slowDisk ?? false;
    this.files = new Map(options.files);
    this.agent = createAgent({
      config: { ...defaultNodeConfig, name: 'worker', advertiseAddr: '10.0.0.9:2377' },
      random: { integer: (_purpose, below) => below - 1, bytes: () => new Uint8Array() },
      nodeId: 'w',
      address: '10.0.0.9:2377',
      files: this.files,
      managers: options.managers ?? managers,
    });
    this.step({ type: 'start' });
  }

  step(input: AgentInput): void {
    const output = this.agent.step(input, { mono: this.now, wall: 1_000_000 + this.now });
    this.sent.push(...output.messages);
    this.orders.push(
      ...output.prepare.map(({ taskId }) => `prepare ${taskId}`),
      ...output.start.map(({ taskId }) => `start ${taskId}`),
      ...output.stop.map(({ taskId, graceMs }) => `stop ${taskId} ${String(graceMs)}`),
    );
    this.changes.push(...output.changes.map(({ id, state }) => `${id} ${state}`));
    this.left ||= output.left;
    if (output.persist === undefined) return;
    this.#unwritten.push(output.persist);
    if (!this.#slowDisk) this.write();
  }

  /** The disk does what it was asked for. */
  write(): void {
    for (const { sequence, operations } of this.#unwritten.splice(0)) {
      for (const operation of operations) {
        if (operation.op === 'write') this.files.set(operation.file, operation.bytes);
      }
      this.step({ type: 'persisted', sequence });
    }
  }

  hear(from: string, message: DispatcherMessage): void {
    this.step({ type: 'dispatcher', from, message });
  }

  report(taskId: string, state: TaskReport['state'], change: Partial<TaskReport> = {}): void {
    const report = {
      taskId,
      state,
      message: '',
      error: '',
      exitCode: undefined,
      ports: [],
      ...change,
    };
    this.step({ type: 'report', report });
  }

  /** Lets time pass from deadline to deadline. */
  wait(ms: number): void {
    const end = this.now + ms;
    for (let deadline = this.agent.deadline; deadline !== undefined && deadline <= end;) {
      this.now = Math.max(this.now, deadline);
      this.step({ type: 'tick' });
      deadline = this.agent.deadline;
    }
    this.now = end;
  }

  take(): readonly { readonly to: string; readonly message: AgentMessage }[] {
    return this.sent.splice(0);
  }

  /** Answers the registration under way. */
  open(session = 'session'): void {
    const { to, message } = this.take().at(-1) ?? {};
    if (message?.type !== 'register' || to === undefined) throw new Error('It does not register');
    this.hear(to, { type: 'session', nonce: message.nonce, session, heartbeatMs: 500, managers });
  }

  assign(update: readonly AssignedTask[], change: Partial<AssignmentsMessage> = {}): void {
    this.hear(first, {
      type: 'assignments',
      session: 'session',
      complete: true,
      appliesTo: 0,
      sequence: 1,
      update,
      remove: [],
      ...change,
    });
  }
}

type AssignmentsMessage = DispatcherMessage & { readonly type: 'assignments' };

/** The registration that it just sent. */
const registration = (probe: Probe): AgentMessage & { readonly type: 'register' } => {
  const message = probe.take().at(-1)?.message;
  if (message?.type !== 'register') throw new Error('It does not register');
  return message;
};

const registrations = (probe: Probe): readonly string[] =>
  probe
    .take()
    .filter(({ message }) => message.type === 'register')
    .map(({ to }) => to);

describe('an agent looking for a session', () => {
  test('registers with the first manager at once, under its own name', () => {
    const probe = new Probe();
    expect(probe.take()).toEqual([
      {
        to: first,
        message: expect.objectContaining({
          type: 'register',
          nodeId: 'w',
          hostname: 'worker',
          address: '10.0.0.9:2377',
        }),
      },
    ]);
  });

  test('tries one manager after the other while none answers, more and more seldom', () => {
    const probe = new Probe();
    probe.wait(10_000);
    const tried = registrations(probe);
    expect(tried.slice(0, 4)).toEqual([first, second, third, first]);
    expect(tried.length).toBeLessThan(13);
  });

  test('is patient with managers behind slow links', () => {
    const probe = new Probe();
    let answered = false;
    for (let tries = 0; tries < 6 && !answered; tries += 1) {
      const last = probe.take().at(-1);
      if (last?.message.type !== 'register') throw new Error('It does not register');
      probe.wait(1_200);
      const { nonce } = last.message;
      const change = { session: 'session', heartbeatMs: 500, managers };
      probe.hear(last.to, { type: 'session', nonce, ...change });
      probe.take();
      probe.wait(500);
      answered = probe.sent.some(({ message }) => message.type === 'heartbeat');
      probe.wait(1_500);
    }
    expect(answered).toBe(true);
  });

  test('follows a hint at once', () => {
    const probe = new Probe();
    const message = registration(probe);
    probe.hear(first, { type: 'not-leader', nonce: message.nonce, leader: third, managers });
    expect(registrations(probe)).toEqual([third]);
  });

  test('takes a hint that is a node id as well', () => {
    const probe = new Probe();
    const message = registration(probe);
    probe.hear(first, { type: 'not-leader', nonce: message.nonce, leader: 'm2', managers });
    expect(registrations(probe)).toEqual([second]);
  });

  test('pauses when two managers send it to and fro', () => {
    const probe = new Probe();
    for (let round = 0; round < 10; round += 1) {
      const last = probe.take().at(-1);
      if (last?.message.type !== 'register') break;
      const leader = last.to === first ? second : first;
      probe.hear(last.to, { type: 'not-leader', nonce: last.message.nonce, leader, managers });
    }
    expect(registrations(probe)).toEqual([]);
    expect(probe.agent.deadline).toBeGreaterThan(probe.now);
  });

  test('does not listen to answers to what it no longer asks', () => {
    const probe = new Probe();
    const message = registration(probe);
    probe.wait(600);
    probe.hear(first, {
      type: 'session',
      nonce: message.nonce,
      session: 'late',
      heartbeatMs: 500,
      managers,
    });
    probe.wait(2_000);
    expect(probe.take().some(({ message: sent }) => sent.type === 'heartbeat')).toBe(false);
  });

  test('learns managers that it did not know', () => {
    const probe = new Probe({ managers: managers.slice(0, 1) });
    const message = registration(probe);
    probe.hear(first, { type: 'not-leader', nonce: message.nonce, leader: undefined, managers });
    expect(probe.agent.managers).toHaveLength(3);
    probe.wait(500);
    expect(registrations(probe)[0]).toBe(second);
  });

  test('sleeps where it knows no manager at all', () => {
    const probe = new Probe({ managers: [] });
    expect(probe.agent.deadline).toBeUndefined();
    expect(probe.take()).toEqual([]);
  });
});

describe('an agent in a session', () => {
  test('sends heartbeats, and nothing else', () => {
    const probe = new Probe();
    probe.open();
    for (let beat = 1; beat <= 3; beat += 1) {
      probe.wait(500);
      expect(probe.take()).toEqual([
        { to: first, message: { type: 'heartbeat', session: 'session', beat } },
      ]);
      probe.hear(first, { type: 'heartbeat-ack', session: 'session', beat, managers });
    }
  });

  test('goes to another manager after two unanswered heartbeats, before it counts as down', () => {
    const probe = new Probe();
    probe.open();
    probe.wait(1_500);
    expect(registrations(probe)).toEqual([second]);
    expect(probe.now).toBeLessThanOrEqual(defaultNodeConfig.graceFactor * 500);
  });

  test('goes to the new leader when its manager says that it leads no longer', () => {
    const probe = new Probe();
    probe.open();
    probe.hear(first, { type: 'not-leader', nonce: '', leader: second, managers });
    expect(registrations(probe)).toEqual([second]);
  });

  test('registers again when its session is no longer known', () => {
    const probe = new Probe();
    probe.open();
    probe.hear(first, { type: 'session-invalid', session: 'session', removed: false });
    probe.wait(500);
    expect(registrations(probe)).toHaveLength(1);
  });

  test('stops everything and asks nobody any more once its node was removed', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.report('t', 'ready');
    probe.report('t', 'running');
    probe.hear(first, { type: 'session-invalid', session: 'session', removed: true });
    expect(probe.orders.at(-1)).toBe('stop t 1000');
    probe.report('t', 'shutdown');
    probe.take();
    expect(probe.agent.deadline).toBeUndefined();
    probe.wait(60_000);
    expect(probe.take()).toEqual([]);
  });

  test('is not disturbed by messages of other sessions', () => {
    const probe = new Probe();
    probe.open();
    probe.hear(second, { type: 'session-invalid', session: 'other', removed: true });
    probe.assign([assigned('t')], { session: 'other' });
    probe.hear(second, { type: 'not-leader', nonce: '', leader: third, managers });
    expect(probe.orders).toEqual([]);
    probe.wait(500);
    expect(probe.take().map(({ message }) => message.type)).toEqual(['heartbeat']);
  });
});

describe('assignments', () => {
  test('are confirmed once they are durable, and no sooner', () => {
    const probe = new Probe({ slowDisk: true });
    probe.open();
    probe.assign([assigned('t')]);
    expect(probe.take()).toEqual([]);
    probe.write();
    expect(probe.take()).toEqual([
      { to: first, message: { type: 'assigned', session: 'session', sequence: 1 } },
    ]);
  });

  test('of a complete set in parts are in force once all of them are there, each taken once and in order', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('old'), assigned('kept')]);
    probe.hear(first, { type: 'session-invalid', session: 'session', removed: false });
    probe.wait(500);
    probe.open('next');
    probe.take();
    const before = probe.orders.length;
    const part = (sequence: number, id: string, more?: true): void => {
      const change = { session: 'next', sequence, appliesTo: sequence - 1 };
      probe.assign([assigned(id)], more === undefined ? change : { ...change, more });
    };
    part(1, 'kept', true);
    part(2, 'new', true);
    part(1, 'kept', true);
    part(2, 'new', true);
    expect(probe.orders.slice(before)).toEqual([]);
    part(3, 'last');
    part(3, 'last');
    expect(probe.orders.slice(before)).toEqual(['prepare new', 'prepare last', 'stop old 1000']);
    const confirmed = probe
      .take()
      .flatMap(({ message }) => (message.type === 'assigned' ? [message.sequence] : []));
    expect(confirmed).toEqual([1, 2, 2, 2, 3, 3]);
  });

  test('in parts leave nothing to a session that comes in between', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('early')], { more: true });
    probe.hear(first, { type: 'session-invalid', session: 'session', removed: false });
    probe.wait(500);
    probe.open('next');
    probe.assign([assigned('late')], { sequence: 2, appliesTo: 1 });
    probe.assign([assigned('t')], { session: 'next' });
    expect(probe.orders).toEqual(['prepare t']);
  });

  test('in parts of which one is missing are of no use, and a new session is looked for', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('a')], { more: true });
    probe.take();
    probe.assign([assigned('c')], { sequence: 3, appliesTo: 2 });
    expect(probe.orders).toEqual([]);
    probe.wait(500);
    expect(registrations(probe)).toHaveLength(1);
  });

  test('that come twice are confirmed twice and carried out once', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.take();
    probe.assign([assigned('t')]);
    expect(probe.take().map(({ message }) => message.type)).toEqual(['assigned']);
    expect(probe.orders).toEqual(['prepare t']);
  });

  test('on top of what it has change only what they name', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('a'), assigned('b')]);
    probe.assign([assigned('c')], { complete: false, appliesTo: 1, sequence: 2, remove: ['a'] });
    expect(probe.orders).toEqual(['prepare a', 'prepare b', 'prepare c', 'stop a 1000']);
  });

  test('on top of what it does not have end the session', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('a')], { complete: false, appliesTo: 1, sequence: 2 });
    expect(probe.orders).toEqual([]);
    probe.take();
    probe.wait(500);
    expect(registrations(probe)).toHaveLength(1);
  });

  test('that are complete stop what they leave out', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('a'), assigned('b')]);
    probe.hear(first, { type: 'session-invalid', session: 'session', removed: false });
    probe.wait(200);
    probe.open('next');
    probe.assign([assigned('b')], { session: 'next' });
    expect(probe.orders.filter((order) => order.startsWith('stop'))).toEqual(['stop a 1000']);
  });
});

describe('a task', () => {
  test('is prepared, started and stopped, and its states only move on', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.report('t', 'ready');
    probe.report('t', 'running');
    probe.report('t', 'preparing');
    probe.assign([assigned('t', { desired: 'shutdown', state: 'running' })], {
      complete: false,
      appliesTo: 1,
      sequence: 2,
    });
    probe.report('t', 'shutdown');
    expect(probe.orders).toEqual(['prepare t', 'start t', 'stop t 1000']);
    expect(probe.changes).toEqual(
      ['accepted', 'preparing', 'ready', 'starting', 'running', 'shutdown'].map((s) => `t ${s}`),
    );
  });

  test('that is desired ready waits there until it may run', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t', { desired: 'ready' })]);
    probe.report('t', 'ready');
    expect(probe.orders).toEqual(['prepare t']);
    const change = { complete: false, appliesTo: 1, sequence: 2 };
    probe.assign([assigned('t', { state: 'ready' })], change);
    expect(probe.orders).toEqual(['prepare t', 'start t']);
  });

  test('that fails before it was started is rejected', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.report('t', 'failed', { error: 'No such image' });
    expect(probe.changes.at(-1)).toBe('t rejected');
  });

  test('that was never begun is shut down without the executor', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t', { desired: 'shutdown' })]);
    expect(probe.orders).toEqual([]);
    expect(probe.changes).toEqual(['t shutdown']);
  });

  test('is not begun again by an older assignment that wants it to run', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t', { desired: 'shutdown' })]);
    probe.assign([assigned('t')], { complete: false, appliesTo: 1, sequence: 2 });
    expect(probe.orders).toEqual([]);
  });
});

describe('reports', () => {
  const statuses = (probe: Probe) =>
    probe.take().flatMap(({ message }) => (message.type === 'status' ? [message] : []));

  test('carry the newest state only, soon once it runs', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.wait(20);
    expect(statuses(probe)).toEqual([]);
    probe.report('t', 'ready');
    probe.report('t', 'running', { ports: [8080] });
    probe.wait(20);
    expect(statuses(probe)).toEqual([
      {
        type: 'status',
        session: 'session',
        batch: 1,
        updates: [
          expect.objectContaining({
            taskId: 't',
            state: 'running',
            message: 'started',
            ports: [8080],
          }),
        ],
      },
    ]);
  });

  test('of a long way there are sent as well', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.wait(150);
    expect(statuses(probe)[0]?.updates[0]?.state).toBe('preparing');
  });

  test('are sent again until they are acknowledged, and then no more', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.report('t', 'failed', { exitCode: 3, error: 'exit 3' });
    probe.wait(600);
    const sent = statuses(probe);
    expect(sent.map(({ batch }) => batch)).toEqual([1, 2]);
    probe.hear(first, { type: 'status-ack', session: 'session', batch: 1 });
    probe.hear(first, { type: 'heartbeat-ack', session: 'session', beat: 1, managers });
    probe.wait(500);
    expect(statuses(probe)).toHaveLength(1);
    probe.hear(first, { type: 'status-ack', session: 'session', batch: 3 });
    probe.hear(first, { type: 'heartbeat-ack', session: 'session', beat: 2, managers });
    probe.wait(900);
    expect(statuses(probe)).toEqual([]);
  });

  test('that were overtaken while they were under way are followed by the newer state', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.report('t', 'ready');
    probe.report('t', 'running');
    probe.wait(20);
    probe.report('t', 'complete', { exitCode: 0 });
    probe.hear(first, { type: 'status-ack', session: 'session', batch: 1 });
    probe.wait(20);
    expect(statuses(probe).map(({ updates }) => updates[0]?.state)).toEqual([
      'running',
      'complete',
    ]);
  });

  test('go to the next session as well', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.report('t', 'failed');
    probe.wait(20);
    probe.hear(first, { type: 'session-invalid', session: 'session', removed: false });
    probe.wait(200);
    probe.open('next');
    expect(statuses(probe)).toEqual([expect.objectContaining({ session: 'next' })]);
  });

  test('are made anew where the leader knows less than the agent', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.report('t', 'ready');
    probe.report('t', 'running');
    probe.wait(20);
    probe.hear(first, { type: 'status-ack', session: 'session', batch: 1 });
    probe.take();
    probe.assign([assigned('t', { state: 'preparing' })], {
      complete: false,
      appliesTo: 1,
      sequence: 2,
    });
    probe.wait(20);
    expect(statuses(probe).map(({ updates }) => updates[0]?.state)).toEqual(['running']);
  });

  test('are not made of tasks that are no longer assigned', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.assign([], { complete: false, appliesTo: 1, sequence: 2, remove: ['t'] });
    probe.report('t', 'shutdown');
    probe.wait(300);
    expect(statuses(probe)).toEqual([]);
    expect(probe.changes.at(-1)).toBe('t shutdown');
  });
});

describe('a restarted agent', () => {
  const withTask = (change: (probe: Probe) => void): Probe => {
    const before = new Probe();
    before.open();
    before.assign([assigned('t'), assigned('u', { desired: 'shutdown', state: 'running' })]);
    change(before);
    return new Probe({ files: before.files });
  };

  test('starts its tasks again before any manager answers', () => {
    const probe = withTask((before) => {
      before.report('t', 'ready');
      before.report('t', 'running');
    });
    expect(probe.orders).toEqual(['prepare t']);
    probe.report('t', 'ready');
    expect(probe.orders).toEqual(['prepare t', 'start t']);
  });

  test('does not start again what had ended', () => {
    const probe = withTask((before) => {
      before.report('t', 'complete', { exitCode: 0 });
    });
    expect(probe.orders).toEqual([]);
  });

  test('stops what it then learns is no longer its own', () => {
    const probe = withTask(() => undefined);
    probe.open();
    probe.assign([]);
    expect(probe.orders).toEqual(['prepare t', 'stop t 1000']);
  });

  test('says again how a task ended where nobody heard it', () => {
    const probe = withTask((before) => {
      before.report('t', 'complete', { exitCode: 0 });
    });
    probe.open();
    probe.assign([assigned('t')]);
    probe.wait(20);
    expect(probe.take().map(({ message }) => message)).toContainEqual(
      expect.objectContaining({ updates: [expect.objectContaining({ state: 'complete' })] }),
    );
  });

  test.each(['', '{', '{"tasks":7}', '{"tasks":[{"state":"running"}]}', 'null'])(
    'begins with nothing where its file says %j',
    (text) => {
      const files = new Map([['worker/tasks.json', new TextEncoder().encode(text)]]);
      expect(new Probe({ files }).orders).toEqual([]);
    },
  );
});

describe('an agent that leaves', () => {
  test('stops every task, says so to the dispatcher, and is done', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.report('t', 'ready');
    probe.report('t', 'running');
    probe.take();
    probe.step({ type: 'leave' });
    expect(probe.left).toBe(false);
    probe.report('t', 'shutdown');
    expect(probe.left).toBe(true);
    expect(probe.take().map(({ message }) => message.type)).toEqual(['status', 'leave']);
    expect(probe.agent.deadline).toBeUndefined();
  });

  test('takes nothing more in', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.step({ type: 'leave' });
    probe.assign([assigned('u')], { complete: false, appliesTo: 1, sequence: 2 });
    expect(probe.orders).toEqual(['prepare t', 'stop t 1000']);
  });

  test('leaves at once where it has neither tasks nor a session', () => {
    const probe = new Probe({ managers: [] });
    probe.step({ type: 'leave' });
    expect(probe.left).toBe(true);
  });
});
