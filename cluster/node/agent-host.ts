/** Gives the agent its world. */
import { createAgent } from '../agent/agent.ts';
import { noOutput } from '../agent/outbox.ts';
import type { AgentMessage } from '../agent/messages.ts';
import type { Agent, AgentInput, AgentOutput } from '../agent/types.ts';
import type { Files } from '../ports.ts';
import type { Keyring } from './keyring.ts';
import type { Sender } from './program.ts';
import { turnedAway } from './turn-away.ts';
import { WorkerFiles } from './worker-files.ts';
import { never } from './world.ts';
import type { NodeWorld } from './world.ts';

export class AgentHost {
  readonly #world: NodeWorld;
  readonly #keyring: Keyring;
  readonly #agent: Agent;
  readonly #files: WorkerFiles;
  #managers: Agent['managers'];
  #ofReplica: Agent['managers'] | undefined;
  /** It has stopped everything, after `leave`. */
  left = false;

  constructor(world: NodeWorld, keyring: Keyring, files: Files) {
    const { config, random } = world;
    const { nodeId, advertiseAddr, managers } = keyring.facts;
    this.#world = world;
    this.#keyring = keyring;
    this.#files = new WorkerFiles(world, keyring, files);
    this.#agent = createAgent({
      config,
      random,
      nodeId,
      address: advertiseAddr,
      files: this.#files.contents,
      managers,
    });
    this.#managers = this.#agent.managers;
    this.step({ type: 'start' });
  }

  get deadline(): number {
    return this.#agent.deadline ?? never;
  }

  get isOver(): boolean {
    return this.#agent.isOver;
  }

  get managers(): Agent['managers'] {
    return this.#agent.managers;
  }

  /** What this node's own replica says of them: the leader may be gone before a session says it. */
  knowManagers(managers: Agent['managers']): void {
    if (managers !== this.#ofReplica) this.step({ type: 'managers', managers });
    this.#ofReplica = managers;
  }

  /** Another agent takes this node for a manager, which it may have been: it is shown one that this agent knows. */
  turnAway(message: AgentMessage, from: Sender): void {
    if (from.nodeId === undefined) return;
    const { nodeId } = this.#keyring.facts;
    const leader = this.managers.find((manager) => manager.nodeId !== nodeId)?.address;
    const turned = turnedAway(message, from, { leader, managers: [] });
    this.#world.send(turned.to, turned.message);
  }

  /** To be called at the end of every event, before a manager forgets a key. */
  review(): void {
    this.#files.follow();
  }

  tick(): void {
    const { deadline } = this.#agent;
    if (deadline !== undefined && deadline <= this.#world.now.mono) this.step({ type: 'tick' });
  }

  step(input: AgentInput): void {
    const output = this.#agent.step(input, this.#world.now);
    if (output !== noOutput) this.#carryOut(output);
    this.#rememberManagers();
  }

  #carryOut(output: AgentOutput): void {
    const { effects } = this.#world;
    for (const { id, state } of output.changes) effects.observe({ kind: 'task', id, state });
    if (output.persist !== undefined) {
      const { sequence, operations } = output.persist;
      this.#files.write(operations, () => {
        this.step({ type: 'persisted', sequence });
      });
    }
    for (const { to, message } of output.messages) this.#world.send(to, { type: 'agent', message });
    if (output.prepare.length > 0)
      for (const order of output.prepare) effects.push({ type: 'task-prepare', order });
    if (output.start.length > 0)
      for (const order of output.start) effects.push({ type: 'task-start', order });
    if (output.stop.length > 0)
      for (const { taskId, graceMs } of output.stop)
        effects.push({ type: 'task-stop', taskId, graceMs });
    if (output.left) this.left = true;
  }

  /** A manager's own membership says it better. */
  #rememberManagers(): void {
    const { managers } = this.#agent;
    if (managers === this.#managers) return;
    this.#managers = managers;
    if (this.#keyring.facts.role === 'worker') this.#keyring.knowManagers(managers);
  }
}
