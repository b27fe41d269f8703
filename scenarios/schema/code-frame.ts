/** A place in a text: line and column from 1. */
export type TextPlace = { readonly line: number; readonly column: number };

/** Longer lines are shown in part: some files of data are one line. */
const shownMax = 120;

/** What of a line is shown from a column on (from 0), with dots where something is left out. */
const partOf = (line: string, from: number): string => {
  const before = from > 0 ? '…' : '';
  const behind = line.length > from + shownMax ? '…' : '';
  return line.length > from ? `${before}${line.slice(from, from + shownMax)}${behind}` : '';
};

/** The line in question between its neighbours, with a caret under the column. */
export const codeFrame = (text: string, { line, column }: TextPlace): string => {
  const lines = text.split('\n');
  const first = Math.max(1, line - 1);
  const last = Math.min(lines.length, line + 1);
  const width = String(last).length;
  const from = column > shownMax ? column - 1 - shownMax / 2 : 0;
  const caret = column - 1 - from + (from > 0 ? 1 : 0);
  const shown: string[] = [];
  for (let number = first; number <= last; number += 1) {
    const mark = number === line ? '>' : ' ';
    const part = partOf(lines[number - 1] ?? '', from);
    shown.push(`${mark} ${String(number).padStart(width)} | ${part}`.trimEnd());
    if (number === line) shown.push(`  ${' '.repeat(width)} | ${' '.repeat(caret)}^`);
  }
  return shown.join('\n');
};
