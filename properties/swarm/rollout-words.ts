/** How the places and tasks of an update are told. */
import type { Moment } from '../../harness/core/property.ts';
import type { Said } from '../chronicle.ts';
import { moment } from '../verdicts.ts';
import type { Replacing } from './rollouts.ts';
import type { TaskStory } from './told-stories.ts';

export const placeNamed = ({ next: { task } }: Replacing): string =>
  task.slot === 0
    ? `node ${task.node} of service ${task.service}`
    : `slot ${task.slot} of service ${task.service}`;

export const remadeOf = ({ at, node, index }: Said<'commit'>, service: string): Moment =>
  moment(
    at,
    node,
    `${node} applies, up to index ${index}: service ${service} asks for other tasks`,
  );

export const startOf = ({ words, next, olds }: Replacing): Moment =>
  moment(
    words.at,
    words.node,
    `${words.node} applies, up to index ${words.index}: task ${next.task.id} is made for the place of ${olds.map(({ task }) => task.id).join(' and ')}`,
  );

export const runsSince = ({ task, runs }: TaskStory): readonly Moment[] =>
  runs === undefined ? [] : [moment(runs.at, runs.node, `task ${task.id} runs`)];
