import { html, type Html } from '../html.ts';
import type { Numbered } from '../marks.ts';
import { x, type Frame } from './frame.ts';

/** Height of a row of the numbers of moments. */
const pinRow = 18;

/** Numbers of moments that are close to each other stand below each other, so that each can be read. */
export const pinRows = (
  moments: readonly Numbered[],
  frame: Frame,
): readonly (Numbered & { readonly row: number })[] => {
  const placed: { readonly left: number; readonly row: number }[] = [];
  return moments.map(({ moment, number }) => {
    const left = Number(x(moment.at, frame));
    const near = placed.filter((other) => Math.abs(other.left - left) < 17).map(({ row }) => row);
    let row = 0;
    while (near.includes(row)) row += 1;
    placed.push({ left, row });
    return { moment, number, row };
  });
};

/** Room that they take at the top. */
export const pinsHeight = (placed: ReturnType<typeof pinRows>): number =>
  pinRow * Math.max(0, ...placed.map(({ row }) => row + 1));

/** Above everything else: most failures are where a fault or a leadership ends, and so are the words for those. */
export const pins = (
  placed: ReturnType<typeof pinRows>,
  { frame, height }: { readonly frame: Frame; readonly height: number },
): readonly Html[] =>
  placed.map(({ moment, number, row }) => {
    const left = x(moment.at, frame);
    const top = 26 + row * pinRow;
    return html`<g><title>${moment.text}</title><line class="pin" x1="${left}" x2="${left}" y1="${top}" y2="${height}" /><circle class="pin" cx="${left}" cy="${top}" r="8" /><text class="pinname" x="${left}" y="${top + 4}">${number}</text></g>`;
  });
