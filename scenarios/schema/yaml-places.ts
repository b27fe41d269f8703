import {
  isAlias,
  isMap,
  isNode,
  isPair,
  LineCounter,
  parseDocument,
  visit,
  type Alias,
  type Document,
} from 'yaml';
import { suggestion } from '../../harness/core/did-you-mean.ts';
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
  const placed = (offset: number): TextPlace => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const wrong = wrongIn(document);
    if (wrong !== undefined)
      return { problem: { message: wrong.message, place: placed(wrong.offset) } };
    return {
      value: document.toJS() as unknown,
      placeOf: (path, key) => placed(offsetOf(document, path, key)),
    };
  } catch (error) {
    // More aliases than anybody writes by hand, or deeper than the stack.
    if (!(error instanceof ReferenceError || error instanceof RangeError)) throw error;
    return { problem: { message: `it cannot be read: ${error.message}`, place: placed(0) } };
  }
};

type Wrong = { readonly message: string; readonly offset: number };

const wrongIn = (document: Document.Parsed): Wrong | undefined => {
  const [error] = document.errors;
  if (error === undefined) return wrongAlias(document);
  const message =
    error.code === 'MULTIPLE_DOCS'
      ? 'a second document begins here: one scenario a file'
      : error.message;
  return { message, offset: error.pos[0] };
};

/** The first alias that leads nowhere, or into itself. */
const wrongAlias = (document: Document.Parsed): Wrong | undefined => {
  let wrong: Wrong | undefined;
  const anchors: string[] = [];
  visit(document, {
    Node(_, node, path) {
      if (!isAlias(node)) {
        if ('anchor' in node && typeof node.anchor === 'string') anchors.push(node.anchor);
        return undefined;
      }
      const message = whyWrong(node, { document, anchors, path });
      if (message === undefined) return undefined;
      wrong = { message, offset: node.range?.[0] ?? 0 };
      return visit.BREAK;
    },
  });
  return wrong;
};

const whyWrong = (
  alias: Alias,
  {
    document,
    anchors,
    path,
  }: {
    readonly document: Document;
    readonly anchors: readonly string[];
    readonly path: readonly unknown[];
  },
): string | undefined => {
  const meant = alias.resolve(document);
  if (meant === undefined)
    return `*${alias.source} is an alias of nothing: no &${alias.source} stands before it.${suggestion(alias.source, anchors)}`;
  return path.includes(meant) ? `*${alias.source} would hold itself` : undefined;
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
