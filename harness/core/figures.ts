import type { Ms } from './cluster.ts';

/** `2,412`, the same in every locale. */
export const grouped = (value: number): string =>
  String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** `1 entry`, `2,412 entries`. */
export const counted = (count: number, one: string, more = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : more}`;

/** `6 h 42 min`, `15 s`, `840 ms`. */
export const spoken = (ms: Ms): string => {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const minutes = Math.round(ms / 60_000);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};

/** `1.204 s`, on the run's clock, which counts from the end of formation. */
export const seconds = (at: Ms): string => `${(at / 1_000).toFixed(3)} s`;
