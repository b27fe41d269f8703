/** The codes that our own colours are made of: bold, dim, red, green, yellow, and their ends. */
const colours = new RegExp(`(${String.fromCharCode(0x1b)}\\[(?:1|2|22|31|32|33|39)m)`);

/** Marks that reorder text could make a line read as another one. */
const reorders = (code: number): boolean =>
  (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);

const isControl = (code: number): boolean => code < 0x20 || (code >= 0x7f && code <= 0x9f);

const visible = (character: string): string => {
  const code = character.codePointAt(0) ?? 0;
  if (character === '\n' || character === '\t') return character;
  if (reorders(code) || (isControl(code) && code >= 0x80)) return '\ufffd';
  return isControl(code) ? String.fromCodePoint(0x2400 + (code === 0x7f ? 0x21 : code)) : character;
};

/**
 * A line without anything that acts on a terminal: names, logs and answers come from the system under test. Control characters become
 * visible marks, and marks that reorder text a replacement character, as on the page. Only our own colours are let through.
 */
export const harmless = (line: string, { painted }: { readonly painted: boolean }): string =>
  line
    .split(colours)
    .map((part, place) => {
      if (place % 2 === 1) return painted ? part : '';
      return Array.from(part, visible).join('');
    })
    .join('');

/** JSON whose strings act on no terminal: the same value to whoever reads it. */
export const harmlessJson = (value: unknown): string =>
  Array.from(JSON.stringify(value), (character) => {
    const code = character.codePointAt(0) ?? 0;
    return isControl(code) || reorders(code)
      ? `\\u${code.toString(16).padStart(4, '0')}`
      : character;
  }).join('');
