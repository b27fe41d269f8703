/** Text that is known to be markup; everything else is escaped on its way in. */
export type Html = { readonly markup: string };

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters of hostile logs become visible marks, so that none of them acts. */
const visible = (text: string): string =>
  Array.from(text)
    .map((character) => {
      const code = character.codePointAt(0) ?? 0;
      if (code === 9 || code === 10) return character;
      if (code < 32 || code === 127)
        return String.fromCodePoint(0x2400 + (code === 127 ? 33 : code));
      // Marks that reorder text could make a line read as another one.
      if ((code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)) return '\ufffd';
      return escapes[character] ?? character;
    })
    .join('');

/** What a template may hold: text and numbers are escaped, markup is taken as it is, lists are joined, `undefined` is nothing. */
export type Piece = Html | string | number | undefined | readonly Piece[];

const put = (piece: Piece): string => {
  if (piece === undefined) return '';
  if (typeof piece === 'number') return String(piece);
  if (typeof piece === 'string') return visible(piece);
  if ('markup' in piece) return piece.markup;
  return piece.map(put).join('');
};

/** The only way to make markup. */
export const html = (strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html => {
  let markup = strings[0] ?? '';
  pieces.forEach((piece, place) => {
    markup += put(piece) + (strings[place + 1] ?? '');
  });
  return { markup };
};

/** Markup that this project wrote itself: its style sheet and its script. */
export const trusted = (markup: string): Html => ({ markup });
