import type { Ms } from '../../../harness/core/cluster.ts';

/** Of the whole run, and of an extract, which has to be read on a narrow screen too. */
export const widths = { whole: 1200, extract: 700 } as const;
/** For the names of lanes, left of all times. */
export const labels = 68;
export const laneHeight = { manager: 30, worker: 18, client: 12, fault: 17 } as const;
/** Right of the last tick and the last number, so that neither is cut. */
const margin = 14;
/** The part of a run that is drawn, on its clock, where that begins for the reader, and how wide it is drawn in pixels. */
export type Frame = {
  readonly from: Ms;
  readonly to: Ms;
  readonly zero: Ms;
  readonly width: number;
};

/** Where a time is drawn, in pixels from the left. */
export const x = (at: Ms, { from, to, width }: Frame): string =>
  (labels + ((at - from) / Math.max(to - from, 0.001)) * (width - labels - margin)).toFixed(1);

/** Where a stretch of time is drawn: its left end and its width, in pixels. */
export const span = (
  from: Ms,
  to: Ms,
  frame: Frame,
): { readonly x: string; readonly w: string } => {
  const left = x(Math.max(from, frame.from), frame);
  const right = x(Math.min(to, frame.to), frame);
  return { x: left, w: Math.max(Number(right) - Number(left), 1.5).toFixed(1) };
};

/** Whether something of this time is in the frame. */
export const overlaps = (from: Ms, to: Ms, frame: Frame): boolean =>
  to >= frame.from && from <= frame.to;
