import type { Numbered } from '../marks.ts';
import { widths, type Frame } from './frame.ts';

/** Of a run's length, how much may lie between two moments that are drawn in one extract. */
const nearShare = 0.02;
/** And how much all of them may take, where one extract shows the whole story. */
const storyShare = 0.1;

/** All moments where one extract can tell them apart, or else the largest group that the whole picture cannot. */
const crowd = (moments: readonly Numbered[], whole: Frame): readonly Numbered[] => {
  const sorted = [...moments].sort((a, b) => a.moment.at - b.moment.at);
  const gaps = sorted
    .slice(1)
    .map(({ moment }, place) => moment.at - (sorted[place]?.moment.at ?? 0));
  const length = whole.to - whole.from;
  const takes = gaps.reduce((sum, gap) => sum + gap, 0);
  if (takes < storyShare * length && gaps.every((gap) => gap === 0 || gap > nearShare * takes))
    return sorted;
  const groups: Numbered[][] = [];
  for (const [place, one] of sorted.entries()) {
    const group = groups.at(-1);
    const gap = gaps[place - 1];
    if (group !== undefined && gap !== undefined && gap < nearShare * length) group.push(one);
    else groups.push([one]);
  }
  return groups.reduce((most, group) => (group.length > most.length ? group : most), []);
};

/** Around moments, with more room behind them, where their words are; never wider than the run. */
export const extractOf = (moments: readonly Numbered[], whole: Frame): Frame | undefined => {
  const close = crowd(moments, whole);
  const [first] = close;
  const last = close.at(-1);
  if (first === undefined || last === undefined || close.length < 2) return undefined;
  const room = Math.max(last.moment.at - first.moment.at, 0.001 * (whole.to - whole.from));
  return {
    from: Math.max(whole.from, first.moment.at - 0.25 * room),
    to: Math.min(whole.to, last.moment.at + 0.6 * room),
    zero: whole.zero,
    width: widths.extract,
  };
};
