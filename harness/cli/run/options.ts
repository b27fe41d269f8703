import type { Ms } from '../../core/cluster.ts';
import type { BackendName } from '../../core/run.ts';
import { UsageError } from '../../core/usage-error.ts';

/** `schism run`, as asked for. */
export type RunOptions = {
  readonly names: readonly string[];
  readonly backend: BackendName | undefined;
  readonly target: string | undefined;
  readonly managers: number | undefined;
  readonly workers: number | undefined;
  readonly seed: number | undefined;
  readonly runs: number | undefined;
  readonly maxTimeMs: Ms | undefined;
  readonly jobs: number | undefined;
  readonly bail: boolean;
  /** How long a failure may be made smaller. */
  readonly shrinkMs: Ms | undefined;
  readonly out: string | undefined;
  readonly json: boolean;
  readonly mutants: string | undefined;
};

/** A whole number of [min, max]. */
export const parseCount = (
  option: string,
  text: string,
  { min, max }: { readonly min: number; readonly max: number },
): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new UsageError(`${option}: expected a whole number from ${min} to ${max}, got "${text}"`);
  }
  return value;
};
