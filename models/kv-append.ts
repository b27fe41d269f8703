/* eslint-disable @typescript-eslint/no-non-null-assertion -- indexes are in range by construction */
import { canonical, show } from './canonical.ts';
import type { Key, Model, PartCall, Viability } from './model.ts';

/** What a client may ask of a map from keys to texts. */
export type KvAppendInput =
  | { readonly f: 'get'; readonly key: Key }
  | { readonly f: 'put'; readonly key: Key; readonly value: string }
  | { readonly f: 'append'; readonly key: Key; readonly value: string };

/**
 * Texts under keys, overwritten by `put` and made longer by `append`; every key is an object of its own.
 * @param initial what every key holds before its first write
 */
export function kvAppend(initial = ''): Model<string, KvAppendInput, string> {
  return {
    name: 'kv-append',
    init: initial,
    step(state, input, output) {
      if (input.f === 'put') return [input.value];
      if (input.f === 'append') return [state + input.value];
      return output === undefined || output === state ? [state] : [];
    },
    key: (state) => state,
    identify: (input, output) =>
      input.f === 'get'
        ? output === undefined
          ? 'g'
          : `g=${output}`
        : `${input.f}=${input.value}`,
    partition: (input) => canonical(input.key),
    readOnly: (input) => input.f === 'get',
    overwrites: (input) => input.f === 'put',
    viable: (calls) => readsStayPrefixed(calls),
    answers: (state, input) => (input.f === 'get' ? [state] : []),
    describe(input, output) {
      const call = `${input.f} ${show(input.key)}`;
      if (input.f !== 'get') return `${call} ${show(input.value)}`;
      return output === undefined ? call : `${call} → ${show(output)}`;
    },
  };
}

type Get = { readonly index: number; readonly saw: string };

/**
 * From a text one gets by appending only to longer texts that begin with it. So what a remaining get
 * saw begins with the text at hand, or a put that remains explains it. Where no remaining get begins
 * with it, the text will not be seen before it is overwritten, and might as well be any other such.
 */
function readsStayPrefixed(calls: readonly PartCall<KvAppendInput, string>[]): Viability<string> {
  const gets: Get[] = [];
  const puts: { index: number; value: string }[] = [];
  for (let index = calls.length - 1; index >= 0; index--) {
    const { input, output, certain } = calls[index]!;
    if (input.f === 'put') puts.push({ index, value: input.value });
    if (input.f === 'get' && certain && output !== undefined) gets.push({ index, saw: output });
  }
  // Per text, once: the gets that it rules out and the others, the latest to return first.
  const sorted = new Map<string, { out: readonly Get[]; open: readonly Get[] }>();
  return (state, remaining) => {
    let of = sorted.get(state);
    if (of === undefined) {
      of = {
        out: gets.filter(({ saw }) => !saw.startsWith(state)),
        open: gets.filter(({ saw }) => saw.startsWith(state)),
      };
      sorted.set(state, of);
    }
    for (const { index, saw } of of.out) {
      if (index < remaining.from) break;
      if (!remaining.has(index)) continue;
      if (!puts.some((put) => saw.startsWith(put.value) && remaining.has(put.index))) return false;
    }
    for (const { index } of of.open) {
      if (index < remaining.from) break;
      if (remaining.has(index)) return true;
    }
    return 'blind';
  };
}
