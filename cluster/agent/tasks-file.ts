/** `worker/tasks.json`: the assigned tasks and their last states, so that they go on after a restart without a manager. */
import type { DiskOperation, Files } from '../ports.ts';
import { taskStateRank } from '../store/task-transitions.ts';
import type { TaskState } from '../store/objects.ts';
import type { AssignedTask } from './messages.ts';

export const tasksFile = 'worker/tasks.json';

export type RememberedTask = { readonly assigned: AssignedTask; readonly state: TaskState };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** An assignment is written again with every change of any task, and stays the same. */
const written = new WeakMap<AssignedTask, string>();

const textOf = (assigned: AssignedTask): string => {
  let text = written.get(assigned);
  if (text === undefined) written.set(assigned, (text = JSON.stringify(assigned)));
  return text;
};

export const writeTasks = (tasks: readonly RememberedTask[]): DiskOperation => {
  const texts = tasks.map(
    ({ assigned, state }) => `{"assigned":${textOf(assigned)},"state":"${state}"}`,
  );
  const bytes = encoder.encode(`{"version":1,"tasks":[${texts.join(',')}]}`);
  return { op: 'write', file: tasksFile, bytes };
};

/** What an earlier boot left. A file that says nothing usable is as good as none: the first assignments bring all tasks again. */
export const readTasks = (files: Files): readonly RememberedTask[] => {
  const bytes = files.get(tasksFile);
  if (bytes === undefined) return [];
  try {
    const content: unknown = JSON.parse(decoder.decode(bytes));
    const { tasks } = (content ?? {}) as { readonly tasks?: unknown };
    return Array.isArray(tasks) ? tasks.filter(isRemembered) : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
};

const isRemembered = (value: unknown): value is RememberedTask => {
  const { assigned, state } = (value ?? {}) as Partial<RememberedTask>;
  return (
    typeof assigned?.id === 'string' &&
    Array.isArray(assigned.args) &&
    Array.isArray(assigned.env) &&
    assigned.desired in taskStateRank &&
    state !== undefined &&
    state in taskStateRank
  );
};
