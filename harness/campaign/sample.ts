import { hashChoices } from '../backends/sim/hash-choices.ts';
import type { Place } from './job.ts';

/** Whether a run is one of those that are run twice: drawn at its own place, and the first one always. */
export const isSampled = ({ seed, index }: Place, oneIn: number): boolean =>
  index === 0 || hashChoices(seed, index).choose('again', '', oneIn) === 0;
