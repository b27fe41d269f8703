const linesMax = 3;

/** Of what a program said before it ended, the lines that say why: those at its first error, or else the last ones. */
export const telling = (lines: readonly string[]): readonly string[] => {
  const said = lines.map((line) => line.trim()).filter((line) => line !== '');
  const error = said.findIndex((line) => /^(\w*(Error|Exception)\b|panic:|fatal)/i.test(line));
  const first = error >= 0 ? error : said.findIndex((line) => /error/i.test(line));
  return first >= 0 ? said.slice(first, first + linesMax) : said.slice(-linesMax);
};
