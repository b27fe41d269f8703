/**
 * One drawn life of a small swarm: services come, change and go while agents crash, links are cut and leaders change. Then
 * all is healed, and within a bound everything has to be as it was asked for.
 */
import type {
  EndpointSpec,
  NodeObject,
  ServiceObject,
  ServiceSpec,
  TaskObject,
} from '../../store/objects.ts';
import { publishedPorts } from '../../store/ports.ts';
import { isAssigned, isWanted } from '../../store/task-transitions.ts';
import { meetsConstraints } from '../constraints.ts';
import { byPlace, isCurrent, isGlobal, makingOf } from '../place.ts';
import { hasItsPorts } from '../port-allocation.ts';
import { replicasOf } from '../replicated.ts';
import { serviceSpec } from './objects.ts';
import { SmallSwarm, seeded } from './swarm.ts';
import type { Random } from '../../ports.ts';
import { describe, Watcher } from './watcher.ts';

/** Within this time after the last fault everything is in order again. */
export const settleMs = 60_000;

export type TrialOptions = {
  readonly seed: number;
  readonly steps: number;
  /** Leave out what makes a swarm unreliable. */
  readonly faults: boolean;
};

export type TrialResult = {
  /** What went wrong; nothing, as a rule. */
  readonly problems: readonly string[];
  readonly commits: number;
  /** The store in the end. */
  readonly state: Uint8Array;
};

export const trial = (options: TrialOptions): TrialResult => {
  const draw = seeded(options.seed * 7919 + 1);
  const { faults } = options;
  const swarm = new SmallSwarm({
    seed: options.seed,
    nodes: 3 + draw.integer('nodes', 4),
    lossPercent: faults ? draw.integer('loss', 20) : 0,
    duplicationPercent: faults ? draw.integer('double', 20) : 0,
    delayMsMax: faults ? ([2, 20, 200][draw.integer('delay', 3)] ?? 2) : 2,
    config: { orphanAfterMs: [5_000, 86_400_000][draw.integer('orphan', 2)] ?? 5_000 },
  });
  const watcher = new Watcher(swarm, !faults);
  swarm.run(1_000);
  const life = new Life(swarm, draw, faults);
  for (let step = 0; step < options.steps; step += 1) {
    life.step();
    swarm.run(1 + draw.integer('pause', 1_500));
  }
  life.heal();
  swarm.run(settleMs);
  judgeSettled(swarm, watcher);
  judgeLeaderChange(swarm, watcher);
  const { commits, store } = swarm;
  return { problems: watcher.problems, commits, state: store.snapshot() };
};

class Life {
  readonly #swarm: SmallSwarm;
  readonly #draw: Random;
  readonly #faults: boolean;
  #names = 0;

  constructor(swarm: SmallSwarm, draw: Random, faults: boolean) {
    this.#swarm = swarm;
    this.#draw = draw;
    this.#faults = faults;
  }

  step(): void {
    const change = this.#pick(
      this.#faults ? [this.#change, this.#change, this.#fault] : [this.#change],
    );
    change.call(this);
  }

  heal(): void {
    this.#swarm.reliable = true;
    // In half of the lives every node takes tasks in the end, so that there is more to expect.
    if (this.#draw.integer('all-active', 2) === 0) {
      for (const { id } of this.#swarm.nodes) {
        this.#swarm.updateNode(id, { Availability: 'active' });
      }
    }
    for (const node of this.#swarm.nodes) {
      node.cut = false;
      if (node.agent === undefined) this.#swarm.startAgent(node);
    }
  }

  readonly #change = (): void => {
    const swarm = this.#swarm;
    const name = this.#service();
    if (name === undefined || this.#draw.integer('create', 4) === 0) {
      this.#create();
      return;
    }
    const changeTemplate = (change: Partial<ServiceSpec['TaskTemplate']>): void => {
      swarm.updateService(name, (spec) => ({
        ...spec,
        TaskTemplate: { ...spec.TaskTemplate, ...change },
      }));
    };
    const act = this.#pick([
      () => {
        swarm.updateService(name, (spec) => ({ ...spec, ...this.#mode(spec) }));
      },
      () => {
        swarm.updateService(name, (spec) => ({ ...spec, TaskTemplate: this.#template() }));
      },
      () => {
        changeTemplate({ ForceUpdate: this.#draw.integer('force', 1_000) });
      },
      () => {
        changeTemplate(this.#placement());
      },
      () => {
        swarm.updateService(name, (spec) => ({ ...spec, EndpointSpec: this.#endpoint() }));
      },
      () => {
        swarm.removeService(name);
      },
      () => {
        this.#changeNode();
      },
    ]);
    act();
  };

  readonly #fault = (): void => {
    const swarm = this.#swarm;
    const node = this.#pick(swarm.nodes);
    const act = this.#pick([
      () => {
        node.cut = !node.cut;
      },
      () => {
        if (node.agent === undefined) swarm.startAgent(node);
        else swarm.crash(node);
      },
      () => {
        swarm.changeLeader();
      },
      () => {
        const removable = swarm.nodes
          .slice(3)
          .filter(({ id }) => swarm.store.node(id) !== undefined);
        if (removable.length > 0 && this.#draw.integer('remove-node', 4) === 0) {
          swarm.removeNode(this.#pick(removable).id);
        } else if (swarm.nodes.length < 8) {
          swarm.addNode();
        }
      },
    ]);
    act();
  };

  #create(): void {
    if (this.#swarm.store.services().length >= 4) return;
    this.#names += 1;
    const spec = { ...serviceSpec('', {}), TaskTemplate: this.#template() };
    this.#swarm.createService(`s${String(this.#names)}`, {
      TaskTemplate: spec.TaskTemplate,
      ...(this.#draw.integer('global', 4) === 0
        ? { Mode: { Global: {} } }
        : { Mode: { Replicated: { Replicas: this.#draw.integer('replicas', 6) } } }),
      ...this.#updateConfig(),
      ...(this.#draw.integer('publish', 3) === 0 ? { EndpointSpec: this.#endpoint() } : {}),
    });
  }

  /** With open numbers: which they become is for the leader to say. */
  #endpoint(): EndpointSpec {
    const Ports = [{ TargetPort: 80 }, { TargetPort: 81, Protocol: 'udp' }, { TargetPort: 82 }];
    return { Mode: 'vip', Ports: Ports.slice(this.#draw.integer('ports', 4)) };
  }

  #mode(spec: ServiceSpec): Partial<ServiceSpec> {
    return spec.Mode !== undefined && 'Global' in spec.Mode
      ? {}
      : { Mode: { Replicated: { Replicas: this.#draw.integer('replicas', 6) } } };
  }

  #template(): ServiceSpec['TaskTemplate'] {
    const image = this.#pick([
      'schism/echo',
      'schism/echo',
      'schism/echo',
      'schism/crash',
      'schism/sleep',
      'schism/missing',
    ]);
    const Condition = this.#pick(['any', 'any', 'on-failure', 'none'] as const);
    return {
      ContainerSpec: {
        Image: image,
        Env: [`N=${String(this.#draw.integer('env', 1_000))}`],
      },
      RestartPolicy: {
        Condition,
        Delay: this.#pick([0, 100e6, 500e6]),
        MaxAttempts: this.#pick([0, 0, 0, 1, 2, 3]),
      },
      ...this.#placement(),
    };
  }

  #placement(): Pick<ServiceSpec['TaskTemplate'], 'Placement'> {
    const { integer } = this.#draw;
    switch (integer('placement', 7)) {
      case 0:
      case 1:
        return { Placement: { Constraints: ['node.role == manager'] } };
      case 2:
      case 3:
        return { Placement: { Constraints: ['node.labels.zone != b'] } };
      case 4:
        return { Placement: { MaxReplicas: 1 } };
      default:
        return { Placement: {} };
    }
  }

  #updateConfig(): Partial<ServiceSpec> {
    if (this.#draw.integer('config', 2) === 0) return {};
    return {
      UpdateConfig: {
        Parallelism: this.#draw.integer('parallelism', 3),
        Delay: this.#pick([0, 300e6]),
        Monitor: this.#pick([100e6, 2e9]),
        FailureAction: this.#pick(['pause', 'continue', 'rollback']),
        MaxFailureRatio: this.#pick([0, 0.5]),
        Order: this.#pick(['stop-first', 'start-first']),
      },
    };
  }

  #changeNode(): void {
    const node = this.#pick(this.#swarm.nodes);
    this.#swarm.updateNode(
      node.id,
      this.#pick([
        { Availability: 'drain' as const },
        { Availability: 'pause' as const },
        { Availability: 'active' as const },
        { Availability: 'active' as const },
        { Labels: { zone: this.#pick(['a', 'b']) } },
      ]),
    );
  }

  #service(): string | undefined {
    const services = this.#swarm.store.services();
    return services.length === 0 ? undefined : this.#pick(services).Spec.Name;
  }

  #pick<T>(from: readonly T[]): T {
    const picked = from[this.#draw.integer('pick', from.length)];
    if (picked === undefined) throw new Error('Nothing to pick from');
    return picked;
  }
}

const judgeSettled = (swarm: SmallSwarm, watcher: Watcher): void => {
  const { store, follower } = swarm;
  for (const node of store.nodes()) {
    if (node.Status.State !== 'ready') watcher.say(`node ${node.ID} is ${node.Status.State}`);
  }
  for (const task of store.tasks()) judgeTask(swarm, watcher, task);
  for (const service of store.services()) judgeService(swarm, watcher, service);
  judgePorts(store.services(), watcher);
  for (const [taskId, nodeId] of watcher.executing) {
    if (store.task(taskId)?.NodeID !== nodeId) watcher.say(`${taskId} still runs on ${nodeId}`);
  }
  if (String(store.snapshot()) !== String(follower.snapshot())) {
    watcher.say('the follower, which reads the log, has another state');
  }
};

const judgePorts = (services: readonly ServiceObject[], watcher: Watcher): void => {
  const holders = new Map<string, string>();
  for (const service of services) {
    const { Name } = service.Spec;
    if (!hasItsPorts(service)) watcher.say(`${Name} lacks ports`);
    for (const { key } of publishedPorts(service.ports)) {
      const holder = holders.get(key);
      if (holder !== undefined) watcher.say(`${key} is both ${holder}'s and ${Name}'s`);
      holders.set(key, Name);
    }
  }
};

/** A leader change alone touches no task of a service that has come to rest. */
const judgeLeaderChange = (swarm: SmallSwarm, watcher: Watcher): void => {
  const resting = new Set(
    swarm.store
      .services()
      .filter(
        ({ Spec, UpdateStatus }) =>
          Spec.TaskTemplate.ContainerSpec.Image === 'schism/echo' &&
          UpdateStatus?.State !== 'updating' &&
          UpdateStatus?.State !== 'rollback_started',
      )
      .map(({ ID }) => ID),
  );
  const judge = swarm.onCommit;
  swarm.onCommit = (event) => {
    judge(event);
    if (event.kind !== 'task') return;
    const task = event.op === 'remove' ? event.old : event.object;
    // A task that waits says for how many nodes, and nodes come back one by one.
    if (task.Status.State === 'pending') return;
    if (resting.has(task.ServiceID)) watcher.say(`a leader change alone: ${describe(task)}`);
  };
  for (let change = 0; change < 3; change += 1) {
    swarm.changeLeader(false);
    swarm.run(3_000);
    for (const node of swarm.store.nodes()) {
      if (node.Status.State !== 'ready') {
        watcher.say(`node ${node.ID} is ${node.Status.State} long after a leader change`);
      }
    }
  }
};

const judgeTask = (swarm: SmallSwarm, watcher: Watcher, task: TaskObject): void => {
  const { store } = swarm;
  if (store.service(task.ServiceID) === undefined) {
    watcher.say(`left behind: ${describe(task)}`);
    return;
  }
  const node = store.node(task.NodeID);
  const wanted = isWanted(task.DesiredState);
  if (isAssigned(task.Status.State) && node === undefined) {
    watcher.say(`on a node that is gone: ${describe(task)}`);
  }
  if (wanted && node?.Spec.Availability === 'drain') {
    watcher.say(`on a drained node: ${describe(task)}`);
  }
  if (!wanted && watcher.executing.has(task.ID)) watcher.say(`still runs: ${describe(task)}`);
};

const judgeService = (swarm: SmallSwarm, watcher: Watcher, service: ServiceObject): void => {
  const { store } = swarm;
  const tasks = store.tasksOfService(service.ID);
  const template = service.Spec.TaskTemplate;
  judgeHistory(watcher, service, tasks);
  const status = service.UpdateStatus?.State;
  if (status === 'paused' || status === 'rollback_paused') return;
  // What never ends by itself has to run; all else at least has to be of the right template.
  if (template.ContainerSpec.Image !== 'schism/echo') return;
  if (status === 'updating' || status === 'rollback_started') {
    if (canRunAll(store.nodes(), service)) watcher.say(`${service.Spec.Name} is still ${status}`);
    return;
  }
  const running = tasks.filter(
    (task) => task.DesiredState === 'running' && task.Status.State === 'running',
  );
  for (const task of running) {
    if (!watcher.executing.has(task.ID)) watcher.say(`does not run: ${describe(task)}`);
    const node = store.node(task.NodeID);
    // A paused node keeps what it has.
    if (node?.Spec.Availability !== 'active') continue;
    if (!isCurrent(task, makingOf(service.Spec, store)) && !mayHaveEnded(tasks)) {
      watcher.say(`of an older template: ${describe(task)}`);
    }
    if (!meetsConstraints(node, template)) {
      watcher.say(`against its constraints: ${describe(task)}`);
    }
  }
  if (mayHaveEnded(tasks)) return;
  const expected = expectedRunning(store.nodes(), service);
  // A lower limit per node moves nothing that runs already.
  const most = isGlobal(service) ? expected : replicasOf(service);
  if (expected === undefined || most === undefined) return;
  if (running.length < expected || running.length > most) {
    watcher.say(
      `${service.Spec.Name} runs ${String(running.length)} of ${String(expected)}: ${tasks
        .map((task) => `${describe(task)} ${task.Status.Err ?? ''}`)
        .join(', ')}`,
    );
  }
};

/** A policy may have given a place up after its node was lost, or after the constraint enforcer rejected its tasks. */
const mayHaveEnded = (tasks: readonly TaskObject[]): boolean =>
  tasks.some((task) => {
    const { Condition = 'any', MaxAttempts = 0 } = task.Spec.RestartPolicy ?? {};
    return Condition !== 'any' || MaxAttempts > 0;
  });

const free = (nodes: readonly NodeObject[], service: ServiceObject): readonly NodeObject[] =>
  nodes.filter(
    (node) =>
      node.Status.State === 'ready' &&
      node.Spec.Availability === 'active' &&
      meetsConstraints(node, service.Spec.TaskTemplate),
  );

/** `undefined`: paused nodes, which keep what they have, leave it open. */
const expectedRunning = (
  nodes: readonly NodeObject[],
  service: ServiceObject,
): number | undefined => {
  if (nodes.some((node) => node.Spec.Availability === 'pause')) return undefined;
  const room = free(nodes, service).length;
  if (isGlobal(service)) return room;
  const perNode = service.Spec.TaskTemplate.Placement?.MaxReplicas ?? 0;
  const limit = perNode > 0 ? room * perNode : room === 0 ? 0 : Infinity;
  return Math.min(replicasOf(service), limit);
};

const canRunAll = (nodes: readonly NodeObject[], service: ServiceObject): boolean => {
  if (nodes.some((node) => node.Spec.Availability !== 'active')) return false;
  const { Condition, MaxAttempts = 0 } = service.Spec.TaskTemplate.RestartPolicy ?? {};
  return (
    Condition === 'any' &&
    MaxAttempts === 0 &&
    service.Spec.TaskTemplate.Placement?.MaxReplicas === undefined &&
    free(nodes, service).length > 0
  );
};

const judgeHistory = (
  watcher: Watcher,
  service: ServiceObject,
  tasks: readonly TaskObject[],
): void => {
  const attempts = service.Spec.TaskTemplate.RestartPolicy?.MaxAttempts ?? 0;
  const limit = attempts > 0 ? attempts + 1 : 5;
  for (const place of byPlace(tasks).values()) {
    const ended = place.tasks.filter((task) => task.DesiredState === 'shutdown');
    // One may have ended just now, and the reaper lets some gather.
    if (ended.length > limit + 2) {
      watcher.say(`${service.Spec.Name} keeps ${String(ended.length)} ended tasks of one place`);
    }
  }
};
