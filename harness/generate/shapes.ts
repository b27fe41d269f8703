import fc from 'fast-check';
import type { Shape } from '../core/cluster.ts';

/** The shapes that clusters are tried in: an odd number of managers, and workers or none. */
export const shapes = (): fc.Arbitrary<Shape> =>
  fc.record({ managers: fc.constantFrom(3, 5), workers: fc.integer({ min: 0, max: 4 }) });
