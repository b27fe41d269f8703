import type { Choices } from '../../core/choices.ts';
import type { NodeName } from '../../core/cluster.ts';

/**
 * Where a kill hits. A fault says only that a node is killed at a time; the simulator draws the exact point, so the same schedule
 * also runs in live worlds, which hit wherever they hit.
 */
export type CrashPoint =
  /** Between two events. */
  | 'at-once'
  /** The node asks for a persist: nothing of it is written, nothing behind it happens. */
  | 'before-persist'
  /** A persist was asked for: what the disk has of it is chance. */
  | 'amid-persist'
  /** A persist is durable, and the node never hears of it. */
  | 'after-persist'
  /** Some effects of an event are carried out, the rest are not. */
  | 'amid-effects';

/** A kill that waits for its crash point. */
export type Doom = {
  readonly point: CrashPoint;
  /** How many more such points pass by. */
  countdown: number;
  /** What happens once the node is dead: told where it died. */
  readonly then: (where: string) => void;
};

/** A kill waits no longer than this for its point; then it hits at once. */
export const crashPointWaitMs = 300;

/** How many persists or effects may pass before the point. */
const passedMax = 4;

/** Each as likely as the others, but twice as often at once. */
const points: readonly CrashPoint[] = [
  'at-once',
  'at-once',
  'before-persist',
  'amid-persist',
  'after-persist',
  'amid-effects',
];

export const drawCrashPoint = (
  choices: Choices,
  node: NodeName,
): { readonly point: CrashPoint; readonly countdown: number } => {
  const point = points[choices.choose('crash-point', node, points.length)] ?? 'at-once';
  return { point, countdown: choices.choose('crash-point-passed', node, passedMax) };
};
