import { isMap, isNode, isPair, LineCounter, parseDocument, type Document } from 'yaml';
import type { TextPlace } from './code-frame.ts';

/** YAML with the place of everything in it. */
export type PlacedYaml = {
  readonly value: unknown;
  /** Where something stands; of what is not there, where it is missing. `key`: the key of that name itself. */
  placeOf(path: readonly (string | number)[], key?: string): TextPlace;
};

/** A text that is no YAML: what is wrong, and where. */
export type YamlProblem = { readonly message: string; readonly place: TextPlace };

export const parseYaml = (text: string): PlacedYaml | { readonly problem: YamlProblem } => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const placed = (offset: number): TextPlace => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const [error] = document.errors;
  if (error !== undefined) {
    const message =
      error.code === 'MULTIPLE_DOCS'
        ? 'a second document begins here: one scenario a file'
        : error.message;
    return { problem: { message, place: placed(error.pos[0]) } };
  }
  return {
    value: document.toJS() as unknown,
    placeOf: (path, key) => placed(offsetOf(document, path, key)),
  };
};

const offsetOf = (
  document: Document,
  path: readonly (string | number)[],
  key: string | undefined,
): number => {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown =
      length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (!isNode(node)) continue;
    if (key !== undefined && isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && String(item.key) === key);
      if (isNode(pair?.key) && pair.key.range) return pair.key.range[0];
    }
    return node.range?.[0] ?? 0;
  }
  return 0;
};
