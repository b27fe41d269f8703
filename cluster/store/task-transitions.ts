/**
 * The states of a task, and who may move it from one to the next.
 * @source SwarmKit, api/types.proto (the numbers) and design/tla/Tasks.tla (Transitions).
 */
import type { TaskState } from './objects.ts';

/** States in their order: an observed state only ever grows. `remove` is only desired, never observed. */
export const taskStateRank: Readonly<Record<TaskState, number>> = {
  new: 0,
  pending: 64,
  assigned: 192,
  accepted: 256,
  preparing: 320,
  ready: 384,
  starting: 448,
  running: 512,
  complete: 576,
  shutdown: 640,
  failed: 704,
  rejected: 768,
  remove: 800,
  orphaned: 832,
};

export type TaskMover = 'allocator' | 'scheduler' | 'agent' | 'manager';

export type TaskTransition = {
  readonly from: TaskState;
  readonly to: TaskState;
  readonly by: TaskMover;
};

const agentPath = [
  'assigned',
  'accepted',
  'preparing',
  'ready',
  'starting',
  'running',
] as const satisfies readonly TaskState[];

/** The single steps. A task begins as `new`, and is deleted when it is terminal or was never assigned. */
export const taskTransitions: readonly TaskTransition[] = [
  { from: 'new', to: 'pending', by: 'allocator' },
  { from: 'pending', to: 'assigned', by: 'scheduler' },
  ...agentPath.flatMap((from, at): TaskTransition[] => {
    const next = agentPath[at + 1];
    return [
      ...(next === undefined
        ? [{ from, to: 'complete', by: 'agent' } as const]
        : [{ from, to: next, by: 'agent' } as const]),
      { from, to: 'shutdown', by: 'agent' },
      { from, to: 'failed', by: 'agent' },
      { from, to: 'rejected', by: 'agent' },
      { from, to: 'orphaned', by: 'manager' },
    ];
  }),
];

export const isTerminal = (state: TaskState): boolean =>
  taskStateRank[state] > taskStateRank.running;

/** The scheduler has given it a node and nothing has ended it. */
export const isAssigned = (state: TaskState): boolean =>
  taskStateRank[state] >= taskStateRank.assigned && taskStateRank[state] <= taskStateRank.running;

/** The orchestrator wants it to run, now or once its predecessor has stopped. */
export const isWanted = (desired: TaskState): boolean =>
  taskStateRank[desired] <= taskStateRank.running;

/** Everything that `from` leads to, `by` one mover in any number of steps. */
const reachable = (from: TaskState, by: TaskMover): ReadonlySet<TaskState> => {
  const found = new Set<TaskState>();
  const open: TaskState[] = [from];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    for (const step of taskTransitions) {
      if (step.from === state && step.by === by && !found.has(step.to)) {
        found.add(step.to);
        open.push(step.to);
      }
    }
  }
  return found;
};

const agentReach = new Map(agentPath.map((from) => [from as TaskState, reachable(from, 'agent')]));

/**
 * Whether an agent may report `to` for a task last seen in `from`. Its reports are batched, so one of them may stand for
 * several steps (assigned → running).
 */
export const agentMayReport = (from: TaskState, to: TaskState): boolean =>
  agentReach.get(from)?.has(to) ?? false;

/** Whether one write may move a task from one observed state to the other. */
export const isLegalTransition = (from: TaskState, to: TaskState): boolean =>
  agentMayReport(from, to) || taskTransitions.some((step) => step.from === from && step.to === to);
