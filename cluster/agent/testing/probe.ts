/** An agent alone, for the tests of this folder, and what its managers tell it. */
import { defaultNodeConfig } from '../../node/config.ts';
import type { TaskReport } from '../../node/program.ts';
import type { Files } from '../../ports.ts';
import { createAgent } from '../agent.ts';
import type { AgentMessage, AssignedTask, DispatcherMessage } from '../messages.ts';
import type { Agent, AgentInput, AgentOutput, ManagerAddress } from '../types.ts';

export const managers: readonly ManagerAddress[] = [
  { nodeId: 'm1', address: '10.0.0.1:2377' },
  { nodeId: 'm2', address: '10.0.0.2:2377' },
  { nodeId: 'm3', address: '10.0.0.3:2377' },
];
/** The addresses of the managers, in the order in which the agent knows them. */
export const [first, second, third] = managers.map(({ address }) => address) as [
  string,
  string,
  string,
];

/** What the dispatcher says of a task that is to run, with whatever is told otherwise. */
export const assigned = (id: string, change: Partial<AssignedTask> = {}): AssignedTask => ({
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
export class Probe {
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
        if (operation.op !== 'write')
          throw new Error(`The agent writes whole files, no ${operation.op}`);
        this.files.set(operation.file, operation.bytes);
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

/** Whom it asked for a session since messages were last taken, in order. Takes the messages. */
export const registrations = (probe: Probe): readonly string[] =>
  probe
    .take()
    .filter(({ message }) => message.type === 'register')
    .map(({ to }) => to);
