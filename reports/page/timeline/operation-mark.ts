import { seconds } from '../../../harness/core/figures.ts';
import type { Operation } from '../../../harness/core/history.ts';
import { html, type Html } from '../html.ts';
import { span, type Frame } from './frame.ts';

/** More marks than these are thinned out, to a number that leaves one every few pixels of a lane: each costs the page that opens. */
const marksMax = 2_000;
const thinnedTo = 800;

export const mark = (
  operation: Operation,
  { frame, y }: { readonly frame: Frame; readonly y: number },
): Html => {
  const { x: left, w } = span(operation.invokedAt, operation.endedAt ?? frame.to, frame);
  const status = `${operation.operation} at ${operation.node}: ${operation.outcome}`;
  const shape =
    operation.outcome === 'ok'
      ? html`<rect class="op ok" x="${left}" y="${y + 4}" width="${w}" height="4" />`
      : operation.outcome === 'rejected'
        ? html`<rect class="op rejected" x="${left}" y="${y + 2}" width="${w}" height="8" />`
        : html`<path class="op unknown" d="M${left} ${y + 1}l8 10m0 -10l-8 10" /><rect
              class="op unknownspan"
              x="${left}"
              y="${y + 5}"
              width="${w}"
              height="2"
            />`;
  return html`<g
    ><title>${status}, ${seconds(operation.invokedAt - frame.zero)}</title>${shape}</g
  >`;
};

/** At most so many of them, from the first to the last. */
const evenly = <T>(all: readonly T[], most: number): readonly T[] => {
  const stride = Math.ceil(all.length / most);
  return all.filter((_, place) => place % stride === 0);
};

/** The operations worth a mark, from all of the run: up to half of the room is for those that did not end well. */
export const marked = (operations: readonly Operation[]): readonly Operation[] => {
  if (operations.length <= marksMax) return operations;
  const isOk = ({ outcome }: Operation): boolean => outcome === 'ok';
  const odd = evenly(
    operations.filter((operation) => !isOk(operation)),
    thinnedTo / 2,
  );
  return [...odd, ...evenly(operations.filter(isOk), thinnedTo - odd.length)];
};
