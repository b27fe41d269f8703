/** What a node carries already, counted while a batch of tasks is being placed. */
import type { NodeObject, TaskObject, TaskSpec } from '../store/objects.ts';
import { hostPorts } from '../store/ports.ts';
import { isTerminal, isWanted } from '../store/task-transitions.ts';
import type { Transaction } from '../store/types.ts';

type Amounts = { readonly NanoCPUs?: number; readonly MemoryBytes?: number };

export class NodeLoad {
  readonly node: NodeObject;
  readonly #byService = new Map<string, number>();
  readonly #hostPorts = new Set<string>();
  #total = 0;
  #nanoCpus: number;
  #memoryBytes: number;

  constructor(node: NodeObject, tasks: readonly TaskObject[]) {
    this.node = node;
    this.#nanoCpus = node.Description.Resources.NanoCPUs;
    this.#memoryBytes = node.Description.Resources.MemoryBytes;
    for (const task of tasks) {
      if (isTerminal(task.Status.State) || isWaiting(task)) continue;
      this.#reserve(task.Spec);
      this.#hold(hostPorts(task.endpoint));
      if (isWanted(task.DesiredState)) this.#count(task.ServiceID);
    }
  }

  get total(): number {
    return this.#total;
  }

  tasksOf(serviceId: string): number {
    return this.#byService.get(serviceId) ?? 0;
  }

  fits(template: TaskSpec): boolean {
    const { NanoCPUs = 0, MemoryBytes = 0 } = reservations(template);
    return (
      (NanoCPUs === 0 || NanoCPUs <= this.#nanoCpus) &&
      (MemoryBytes === 0 || MemoryBytes <= this.#memoryBytes)
    );
  }

  /** A port stays taken until its task has stopped, whatever is wanted of it. */
  hasFree(ports: readonly string[]): boolean {
    return !ports.some((port) => this.#hostPorts.has(port));
  }

  /** A task was placed here. */
  take(task: TaskObject): void {
    this.#reserve(task.Spec);
    this.#count(task.ServiceID);
    this.#hold(hostPorts(task.endpoint));
  }

  #hold(ports: readonly string[]): void {
    for (const port of ports) this.#hostPorts.add(port);
  }

  #count(serviceId: string): void {
    this.#total += 1;
    this.#byService.set(serviceId, this.tasksOf(serviceId) + 1);
  }

  #reserve(template: TaskSpec): void {
    const { NanoCPUs = 0, MemoryBytes = 0 } = reservations(template);
    this.#nanoCpus -= NanoCPUs;
    this.#memoryBytes -= MemoryBytes;
  }
}

/** A task of a global service names its node before it is placed there. */
const isWaiting = (task: TaskObject): boolean =>
  task.Status.State === 'new' || task.Status.State === 'pending';

const nothing: Amounts = Object.freeze({});

const reservations = (template: TaskSpec): Amounts => {
  const resources = template.Resources;
  if (resources === undefined) return nothing;
  return (resources as { readonly Reservations?: Amounts }).Reservations ?? nothing;
};

export const loadsOf = (transaction: Transaction): readonly NodeLoad[] =>
  transaction.nodes().map((node) => new NodeLoad(node, transaction.tasksOfNode(node.ID)));
