import type { Ms } from '../../harness/core/cluster.ts';
import type { Moment } from '../../harness/core/property.ts';
import type { Broken } from '../../harness/core/run.ts';
import type { EventRow } from './rows.ts';

/** A moment and its number on the page: what is told after the first story counts on. */
export type Numbered = { readonly moment: Moment; readonly number: number };

/** The moments of each story, in their order. */
export const numbered = (failed: readonly Broken[]): readonly (readonly Numbered[])[] => {
  let number = 0;
  return failed.map(({ moments }) =>
    moments.map((moment) => {
      number += 1;
      return { moment, number };
    }),
  );
};

/** What kinds of rows a moment may mean, by its words; and of operations, whether their beginning or their end. */
const hints: readonly (readonly [words: RegExp, kinds: string, which?: 'at' | 'until'])[] = [
  [/ is asked for /, 'operation', 'at'],
  [/ votes? for /, 'vote'],
  [/ leads (in )?term | asks for votes | is an? (leader|candidate|follower|learner)/, 'role'],
  [/ has committed | applies, /, 'commit'],
  [/ (is|says that it is) (locked|active|inactive|pending)$/, 'lock'],
  [/ (ends|starts( again)?|is (killed|exited|started|paused|resumed))([:;,.]|$)/, 'node'],
  [/control loops|orchestrators|without having stopped/, 'manager'],
  [/reaches no majority|cut off/, 'fault'],
  [
    / (answers?|acknowledges|shows?|accepts|refuses|takes the key|opens with)\b/,
    'operation',
    'until',
  ],
  [/ (asks|tries)\b/, 'operation', 'at'],
];

/** Words that say nothing about which of two rows is meant. */
const empty = new Set(
  'a an and are at for from has in is it its not of on s the to up with'.split(' '),
);

const wordsOf = (text: string): ReadonlySet<string> =>
  new Set(
    (text.toLowerCase().match(/[\p{L}\p{N}][\p{L}\p{N}._-]*/gu) ?? []).filter(
      (word) => !empty.has(word),
    ),
  );

const isAbout = (row: EventRow, node: string | undefined): boolean =>
  row.node === (node ?? '') ||
  (row.node === '' &&
    node !== undefined &&
    row.kind === 'fault' &&
    wordsOf(row.text.replaceAll('→', ' ')).has(node));

/**
 * How surely a row is what the moment tells of: 0 is not at all. Time and node alone say little, since a node does several things in one
 * microsecond of a simulated world.
 */
const likeness = (row: EventRow, { at, node, text }: Moment): number => {
  if (!isAbout(row, node)) return 0;
  const told = ` ${text} `;
  const hint = hints.find(([words]) => words.test(told.trimEnd()) || words.test(told));
  if (hint !== undefined) {
    const [, kind, which] = hint;
    if (row.kind !== kind) return 0;
    if (which !== undefined && row[which] !== at) return 0;
  }
  const own = wordsOf(row.text);
  const shared = [...wordsOf(text)].filter((word) => word !== node && own.has(word)).length;
  return shared + (hint === undefined ? 0 : 1);
};

/** The numbers of the moments that a row is, by the row. A moment of which two rows may be meant marks neither. */
export const marksOf = (
  rows: readonly EventRow[],
  moments: readonly Numbered[],
): ReadonlyMap<EventRow, readonly number[]> => {
  const times = new Set(moments.map(({ moment }) => moment.at));
  const near = new Map<Ms, EventRow[]>();
  for (const row of rows) {
    for (const at of new Set([row.at, row.until])) {
      if (at === undefined || !times.has(at)) continue;
      const there = near.get(at);
      if (there === undefined) near.set(at, [row]);
      else there.push(row);
    }
  }
  const marks = new Map<EventRow, readonly number[]>();
  for (const { moment, number } of moments) {
    const likely = (near.get(moment.at) ?? []).map((row) => ({ row, like: likeness(row, moment) }));
    const most = Math.max(1, ...likely.map(({ like }) => like));
    const [best, ...others] = likely.filter(({ like }) => like === most);
    if (best !== undefined && others.length === 0)
      marks.set(best.row, [...(marks.get(best.row) ?? []), number]);
  }
  return marks;
};
