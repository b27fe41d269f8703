/** `worker/tasks.json`: the assigned tasks and their last states, so that they go on after a restart without a manager. */
import type { DiskOperation, Files } from '../ports.ts';
import { taskStateRank } from '../store/task-transitions.ts';
import type { TaskState } from '../store/objects.ts';
import { utf8Of } from '../utf8.ts';
import type { AssignedTask } from './messages.ts';

export const tasksFile = 'worker/tasks.json';

export type RememberedTask = { readonly assigned: AssignedTask; readonly state: TaskState };

const decoder = new TextDecoder();

/** An assignment as text. It stays the same while the states of the tasks change, so that it need not be made each time. */
export const textOf = (assigned: AssignedTask): string => JSON.stringify(assigned);

/** The file with these tasks; `text`: of `textOf`. */
export const writeTasks = (
  tasks: readonly { readonly text: string; readonly state: TaskState }[],
): DiskOperation => {
  const texts = tasks.map(({ text, state }) => `{"assigned":${text},"state":"${state}"}`);
  const bytes = utf8Of(`{"version":1,"tasks":[${texts.join(',')}]}`);
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
