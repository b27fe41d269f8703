/** Control characters, and those that turn or hide what is around them. */
const INVISIBLE = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Text as HTML shows it, in content and in quoted attributes; characters that show nothing are made visible. */
export function escaped(text: string): string {
  return text
    .replace(INVISIBLE, '·')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
