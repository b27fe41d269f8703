import type { Ms } from '../../../harness/core/cluster.ts';
import { html, type Html } from '../html.ts';
import { overlaps, x, type Frame } from './frame.ts';

const steps10 = [0.01, 0.1, 1, 10, 100, 1_000, 10_000, 100_000].flatMap((ten) =>
  [1, 2, 5].map((times) => times * ten),
);

const tickOf = (length: Ms, most: number): Ms =>
  steps10.find((step) => length / step <= most) ?? Math.ceil(length / most);

/** Milliseconds of a unit of the last place, by how many places are shown. */
const unitsOfPlaces = [1_000, 100, 10, 1, 0.1, 0.01];

/** As many places as tell one tick from the next. */
const tickWords = (at: Ms, step: Ms): string => {
  const places = Math.max(
    0,
    unitsOfPlaces.findIndex((unit) => unit <= step),
  );
  return `${(at / 1000).toFixed(step % 1000 === 0 ? 0 : places)} s`;
};

/** The lines of full seconds, or of what else is round, with their times. */
export const axis = (frame: Frame, height: number): readonly Html[] => {
  const step = tickOf(frame.to - frame.from, frame.width / 100);
  const first = Math.ceil((frame.from - frame.zero) / step);
  const count = Math.floor((frame.to - frame.zero) / step) - first + 1;
  return Array.from({ length: Math.max(count, 0) }, (_, place) => {
    const at = (first + place) * step;
    const left = x(at + frame.zero, frame);
    return html`<line class="grid" x1="${left}" x2="${left}" y1="16" y2="${height}" /><text
        class="tick"
        x="${left}"
        y="11"
        >${tickWords(at, step)}</text
      >`;
  });
};

/** A line where a phase of the run ends. */
export const phaseLine = (
  at: Ms,
  words: string,
  { frame, height }: { readonly frame: Frame; readonly height: number },
): Html | undefined => {
  if (!overlaps(at, at, frame)) return undefined;
  const left = x(at, frame);
  return html`<line class="phase" x1="${left}" x2="${left}" y1="16" y2="${height}" /><text
      class="phasename"
      x="${(Number(left) + 3).toFixed(1)}"
      y="${height - 4}"
      >${words}</text
    >`;
};
