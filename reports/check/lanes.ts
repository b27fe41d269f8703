import type { DrawnOperation } from './drawing.ts';
import { escaped } from './markup.ts';

/** Bars are as high and round as the page's style says: there may be many. */
const [LANE, LABEL] = [26, 110];
/** Room for an event: few are drawn wide enough for their texts. */
const [STEP, WIDE_STEP, WIDE_MAX] = [9, 30, 100];
/** Texts that would not fit their bar are in its tooltip only. */
const CHARACTER = 6.8;

/** A bar: an operation, and how it is to be shown. */
export type Bar = {
  readonly operation: DrawnOperation;
  readonly index: number;
  readonly mark: 'wrong' | 'needed' | '';
};

/**
 * Processes as lanes and operations as bars, as one SVG. Attributes only, so that the page needs no
 * inline styles. Distances are in events: nothing here is to scale in time.
 */
export function lanes(bars: readonly Bar[], title: string): string {
  if (bars.length === 0) return '';
  const layout = layoutOf(bars);
  return picture(layout, title, bars.map((one) => bar(one, layout)).join(''));
}

/**
 * The same for very many bars: one path for all that ended alike, since a browser has to read an element of its own for each
 * bar otherwise, and what each of them was as lines of text below. Marked bars stay what they are.
 */
export function denseLanes(bars: readonly Bar[], title: string): string {
  if (bars.length === 0) return '';
  const layout = layoutOf(bars);
  const marked = bars.filter(({ mark }) => mark !== '');
  const paths = (['ok', 'rejected', 'unknown'] as const).map((kind) => {
    const outlines = bars
      .filter(({ operation, mark }) => mark === '' && kindOf(operation) === kind)
      .map(({ operation }) => {
        const { x, y, width } = placeOf(operation, layout);
        return `M${x} ${y}h${width}v18h-${width}z`;
      });
    return outlines.length === 0 ? '' : `<path class="${kind}" d="${outlines.join('')}"/>`;
  });
  const lines = bars.map(({ operation }) => `${escaped(words(operation))}\n`);
  return (
    picture(layout, title, paths.join('') + marked.map((one) => bar(one, layout)).join('')) +
    `<pre>${lines.join('')}</pre>`
  );
}

type Layout = {
  readonly x: ReadonlyMap<number, number>;
  /** Top of the lane of each process. */
  readonly lane: ReadonlyMap<string, number>;
  readonly end: number;
  readonly width: number;
};

function layoutOf(bars: readonly Bar[]): Layout {
  let [begin, last] = [Infinity, 0];
  for (const { operation } of bars) {
    begin = Math.min(begin, operation.from);
    last = Math.max(last, operation.from, operation.to ?? 0);
  }
  const end = last + 3;
  // Events of other objects lie between: only the instants of these bars take room.
  const instants = [...new Set(bars.flatMap(({ operation: { from, to } }) => [from, to ?? end]))]
    .sort((a, b) => a - b)
    .filter((at) => at >= begin);
  const step = instants.length <= WIDE_MAX ? WIDE_STEP : STEP;
  const processes = [...new Set(bars.map(({ operation }) => operation.process))];
  return {
    x: new Map(instants.map((at, place) => [at, LABEL + place * step])),
    lane: new Map(processes.map((process, at) => [process, at * LANE + 4])),
    end,
    width: LABEL + instants.length * step + 20,
  };
}

function picture({ lane, width }: Layout, title: string, drawn: string): string {
  const names = [...lane].map(
    ([process, y]) =>
      `<text class="process" x="0" y="${y + 14}">${escaped(short(process, 15))}</text>`,
  );
  return (
    `<div class="scroll" tabindex="0" role="region" aria-label="${escaped(title)}">` +
    `<svg width="${width}" height="${lane.size * LANE + 8}" role="img" aria-label="${escaped(title)}">` +
    `${names.join('')}${drawn}</svg></div>`
  );
}

function placeOf(
  { from, to, process }: DrawnOperation,
  { x, lane, end }: Layout,
): { readonly x: number; readonly y: number; readonly width: number } {
  const left = x.get(from) ?? LABEL;
  const right = x.get(to ?? end) ?? left;
  return { x: left, y: lane.get(process) ?? 0, width: Math.max(STEP - 2, right - left) };
}

function bar({ operation, index, mark }: Bar, layout: Layout): string {
  const { x, y, width } = placeOf(operation, layout);
  const room = Math.trunc((width - 4) / CHARACTER);
  const text =
    room < 3
      ? ''
      : `<text x="${x + 4}" y="${y + 13}">${escaped(short(operation.text, room))}</text>`;
  return (
    `<rect class="${kindOf(operation)}${mark === '' ? '' : ` ${mark}`}" x="${x}" y="${y}" width="${width}"><title>${escaped(`${words(operation)} (operation ${index})`)}</title></rect>` +
    text
  );
}

function words(operation: DrawnOperation): string {
  const { line, process, text } = operation;
  return `line ${line}, process ${process}: ${text}, ${ENDED[kindOf(operation)]}`;
}

function kindOf({ rejected, to }: DrawnOperation): keyof typeof ENDED {
  if (rejected) return 'rejected';
  return to === undefined ? 'unknown' : 'ok';
}

const ENDED = { ok: 'ok', rejected: 'did not happen', unknown: 'nobody saw it end' } as const;

function short(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, Math.max(1, length - 1))}…` : text;
}
