import type { BackendName } from '../../core/run.ts';
import type { Ms } from '../../core/cluster.ts';
import { UsageError } from '../exit.ts';

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
  /** How long a failure may be made smaller on real clusters. */
  readonly shrinkMs: Ms | undefined;
  readonly out: string | undefined;
  readonly json: boolean;
  readonly mutants: string | undefined;
};

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
};

/** `60s`, `1.5m`, `500ms`: milliseconds. */
export const parseDuration = (option: string, text: string): Ms => {
  const found = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h)$/.exec(text);
  const unit = units[found?.[2] ?? ''];
  if (found === null || unit === undefined) {
    throw new UsageError(`${option}: expected a time such as 60s, 500ms or 5m, got "${text}"`);
  }
  return Number(found[1]) * unit;
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
