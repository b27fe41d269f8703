import type { PartCall, RegisterRole } from './model.ts';
import type { KvAppendInput } from './kv-append.ts';

/** With more lengths of pieces than this, taking texts apart would cost more than it saves. */
const LENGTHS_MAX = 16;

/** The key of the text that is there at first; that of every other text is its last piece's call plus one. */
export const FIRST_TEXT = 0;
/** The key of a text that no order of the calls can make. */
const NO_TEXT = -1;

type Call = PartCall<KvAppendInput, string>;
/** A text from its beginning on: how long it was after each piece, and that text's key. */
type Chain = { readonly text: string; readonly keys: ReadonlyMap<number, number> };
type Pieces = {
  readonly calls: readonly Call[];
  readonly byValue: ReadonlyMap<string, number>;
  readonly lengths: readonly number[];
};
const NONE = -1;
const SEVERAL = -2;

/**
 * What the calls of a text mean to a register of texts, where every text that was seen can be taken apart into
 * the pieces that were put and appended in one way only. An append whose text was seen is then a compare-and-set,
 * for the pieces before it are known; one whose text was not seen writes something that nobody saw. So is a
 * `put`. Undefined where two pieces are alike or a text can be taken apart in several ways.
 * @param initial the text that is there at first
 */
export function textRoles(
  initial: string,
  calls: readonly Call[],
): readonly RegisterRole[] | undefined {
  const pieces = piecesOf(calls);
  if (pieces === undefined) return undefined;
  const roles: RegisterRole[] = calls.map(({ input }, call) =>
    input.f === 'get' ? {} : { writes: call + 1 },
  );
  const chains = new Map<number, Chain>();
  for (const get of longestFirst(calls)) {
    const text = calls[get]!.output!;
    const start = startOf(text, initial, pieces);
    if (start === SEVERAL) return undefined;
    const known = chains.get(start);
    if (known?.text.startsWith(text) === true) {
      roles[get] = { reads: known.keys.get(text.length) ?? NO_TEXT };
      continue;
    }
    const chain = start === NONE ? undefined : takenApart(text, { initial, start }, pieces);
    if (chain === SEVERAL) return undefined;
    if (known !== undefined || chain === undefined || !wasWritten(roles, chain)) {
      // Nobody can have made it: or, where it is like a longer one at first, not both of them.
      roles[get] = { reads: NO_TEXT };
      continue;
    }
    chains.set(start, chain);
    let before: number | undefined;
    for (const key of chain.keys.values()) {
      if (before !== undefined) roles[key - 1] = { reads: before, writes: key };
      before = key;
    }
    roles[get] = { reads: before! };
  }
  return roles;
}

/** What was put and appended, each only once; undefined where that is not so. */
function piecesOf(calls: readonly Call[]): Pieces | undefined {
  const byValue = new Map<string, number>();
  const lengths = new Set<number>();
  for (let call = 0; call < calls.length; call++) {
    const { input } = calls[call]!;
    if (input.f === 'get') continue;
    if (input.value === '' || byValue.has(input.value)) return undefined;
    byValue.set(input.value, call);
    lengths.add(input.value.length);
  }
  return lengths.size > LENGTHS_MAX ? undefined : { calls, byValue, lengths: [...lengths] };
}

function longestFirst(calls: readonly Call[]): readonly number[] {
  const gets: number[] = [];
  for (let call = 0; call < calls.length; call++) {
    const { input, output, certain } = calls[call]!;
    if (certain && input.f === 'get' && output !== undefined) gets.push(call);
  }
  return gets.sort((a, b) => calls[b]!.output!.length - calls[a]!.output!.length);
}

/** The key of the shortest text that this one begins with: that of a put, or the first text. */
function startOf(text: string, initial: string, pieces: Pieces): number {
  const piece = pieceAt(text, 0, pieces);
  if (piece === SEVERAL) return SEVERAL;
  const begun = piece >= 0 && pieces.calls[piece]!.input.f === 'put' ? piece + 1 : NONE;
  if (!text.startsWith(initial)) return begun;
  if (begun === NONE) return FIRST_TEXT;
  return initial === '' ? begun : SEVERAL;
}

function takenApart(
  text: string,
  { initial, start }: { readonly initial: string; readonly start: number },
  pieces: Pieces,
): Chain | undefined | typeof SEVERAL {
  const keys = new Map<number, number>();
  let at = start === FIRST_TEXT ? initial.length : valueLength(pieces, start - 1);
  keys.set(at, start);
  while (at < text.length) {
    const piece = pieceAt(text, at, pieces);
    if (piece === SEVERAL) return SEVERAL;
    if (piece === NONE || pieces.calls[piece]!.input.f === 'put') return undefined;
    at += valueLength(pieces, piece);
    keys.set(at, piece + 1);
  }
  return { text, keys };
}

/** Whether no piece is in another text too, or in this one twice. */
function wasWritten(roles: readonly RegisterRole[], { keys }: Chain): boolean {
  const own = new Set<number>();
  let first = true;
  for (const key of keys.values()) {
    if (own.has(key) || (!first && roles[key - 1]!.reads !== undefined)) return false;
    own.add(key);
    first = false;
  }
  return true;
}

function valueLength({ calls }: Pieces, call: number): number {
  const { input } = calls[call]!;
  return input.f === 'get' ? 0 : input.value.length;
}

/** The one call whose piece is at this place of a text. */
function pieceAt(text: string, at: number, { byValue, lengths }: Pieces): number {
  let found = NONE;
  for (const length of lengths) {
    if (at + length > text.length) continue;
    const call = byValue.get(text.slice(at, at + length));
    if (call === undefined) continue;
    if (found !== NONE) return SEVERAL;
    found = call;
  }
  return found;
}
