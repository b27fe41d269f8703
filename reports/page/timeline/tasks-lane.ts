import type { History } from '../../../harness/core/history.ts';
import { html, type Html } from '../html.ts';
import { taskCountsOf, type TaskCounts } from '../lanes.ts';
import { x, type Frame } from './frame.ts';

const steps = (
  counts: readonly TaskCounts[],
  which: 'desired' | 'running',
  {
    frame,
    y,
    top,
  }: { readonly frame: Frame; readonly y: (value: number) => string; readonly top: number },
): string => {
  const stride = Math.max(1, Math.ceil(counts.length / top));
  let path = '';
  let before = y(0);
  counts.forEach((tasks, place) => {
    if (place % stride !== 0 && place !== counts.length - 1) return;
    const left = x(Math.min(Math.max(tasks.at, frame.from), frame.to), frame);
    path +=
      path === '' ? `M${left} ${y(tasks[which])}` : `L${left} ${before}L${left} ${y(tasks[which])}`;
    before = y(tasks[which]);
  });
  return path === '' ? '' : `${path}L${x(frame.to, frame)} ${before}`;
};

export const tasksLane = (
  history: History,
  { frame, y }: { readonly frame: Frame; readonly y: number },
): Html => {
  const all = taskCountsOf(history);
  const before = all.findLast(({ at }) => at < frame.from);
  const counts = [
    ...(before === undefined ? [] : [before]),
    ...all.filter(({ at }) => at >= frame.from && at <= frame.to),
  ];
  if (counts.length === 0) return html``;
  const most = Math.max(1, ...counts.map(({ desired, running }) => Math.max(desired, running)));
  const scale = (value: number): string => (y + 52 - (value / most) * 44).toFixed(1);
  const place = { frame, y: scale, top: 1_500 };
  return html`<text class="lane" x="4" y="${y + 22}">tasks</text
    ><text class="tick left" x="4" y="${y + 38}">0 to ${most}</text
    ><path class="desired" d="${steps(counts, 'desired', place)}" /><path
      class="running"
      d="${steps(counts, 'running', place)}"
    />`;
};
