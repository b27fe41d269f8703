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
  const begin = Math.min(...bars.map(({ operation }) => operation.from));
  const end =
    Math.max(...bars.map(({ operation }) => Math.max(operation.from, operation.to ?? 0))) + 3;
  // Events of other objects lie between: only the instants of these bars take room.
  const instants = [...new Set(bars.flatMap(({ operation: { from, to } }) => [from, to ?? end]))]
    .sort((a, b) => a - b)
    .filter((at) => at >= begin);
  const step = instants.length <= WIDE_MAX ? WIDE_STEP : STEP;
  const x = new Map(instants.map((at, place) => [at, LABEL + place * step]));
  const processes = [...new Set(bars.map(({ operation }) => operation.process))];
  const lane = new Map(processes.map((process, at) => [process, at * LANE + 4]));
  const width = LABEL + instants.length * step + 20;
  const height = processes.length * LANE + 8;
  const names = processes.map(
    (process, at) =>
      `<text class="process" x="0" y="${at * LANE + 18}">${escaped(short(process, 15))}</text>`,
  );
  return (
    `<div class="scroll" tabindex="0" role="region" aria-label="${escaped(title)}">` +
    `<svg width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">` +
    names.join('') +
    bars.map((one) => bar(one, { x, y: lane.get(one.operation.process) ?? 0, end })).join('') +
    '</svg></div>'
  );
}

function bar(
  { operation, index, mark }: Bar,
  { x, y, end }: { x: ReadonlyMap<number, number>; y: number; end: number },
): string {
  const from = x.get(operation.from) ?? LABEL;
  const to = x.get(operation.to ?? end) ?? from;
  const width = Math.max(STEP - 2, to - from);
  const kind = operation.rejected ? 'rejected' : operation.to === undefined ? 'unknown' : 'ok';
  const room = Math.trunc((width - 4) / CHARACTER);
  const text =
    room < 3
      ? ''
      : `<text x="${from + 4}" y="${y + 13}">${escaped(short(operation.text, room))}</text>`;
  return (
    `<rect class="${kind}${mark === '' ? '' : ` ${mark}`}" x="${from}" y="${y}" width="${width}"><title>${escaped(`line ${operation.line}, process ${operation.process}: ${operation.text}, ${ENDED[kind]} (operation ${index})`)}</title></rect>` +
    text
  );
}

const ENDED = { ok: 'ok', rejected: 'did not happen', unknown: 'nobody saw it end' } as const;

function short(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, Math.max(1, length - 1))}…` : text;
}
