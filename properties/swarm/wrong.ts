import type { Moment } from '../../harness/core/property.ts';
import type { TaskShown } from '../../models/swarm-answers.ts';

/** What is other than desired, in words, and the task that it is about. */
export type Wrong = {
  readonly text: string;
  readonly task: TaskShown | undefined;
  /** What shows it, where that is not what the manager shows in the end. */
  readonly evidence?: readonly Moment[];
};

export const wrong = (task: TaskShown, text: string): Wrong => ({
  text: `task ${task.id} (slot ${task.slot}, ${task.state}, desired ${task.desired}) ${text}`,
  task,
});
