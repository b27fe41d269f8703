import { canonical, show } from './canonical.ts';
import type { Key, Model, PartCall, Viability } from './model.ts';
import { FIRST_TEXT, textRoles } from './text-roles.ts';

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
    identify,
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
    family: { kind: 'text', initial: FIRST_TEXT, roles: (calls) => textRoles(initial, calls) },
  };
}

/** What a get saw stands for itself, because it may be long; everything else is marked. */
function identify(input: KvAppendInput, output: string | undefined): string {
  if (input.f !== 'get') return `\u0000${input.f}${input.value}`;
  if (output === undefined) return '\u0000?';
  return output.startsWith('\u0000') ? `\u0000get${output}` : output;
}

type Get = {
  readonly index: number;
  readonly saw: string;
  /** A get that returned later, or this one, and saw the same text made longer. */
  readonly longer: Get | undefined;
  /** The puts that may have begun what it saw. */
  readonly puts: readonly number[];
};

/**
 * From a text one gets by appending only to longer texts that begin with it. So what a remaining get
 * saw begins with the text at hand, or a put that remains explains it. Where no remaining get begins
 * with it, the text will not be seen before it is overwritten, and might as well be any other such.
 */
function readsStayPrefixed(calls: readonly PartCall<KvAppendInput, string>[]): Viability<string> {
  const gets = getsOf(calls);
  return (state, remaining) => {
    let seen = false;
    let longer: Get | undefined;
    let begins = false;
    for (const get of gets) {
      if (get.index < remaining.from) break;
      if (!remaining.has(get.index)) continue;
      // One comparison does for all gets that saw beginnings of the same text.
      const whole = get.longer ?? get;
      if (whole !== longer) begins = whole.saw.startsWith(state);
      longer = whole;
      if (begins && get.saw.length >= state.length) seen = true;
      else if (!get.puts.some((put) => remaining.has(put))) return false;
    }
    return seen ? true : 'blind';
  };
}

/** The latest to return first: it is the likeliest to remain. */
function getsOf(calls: readonly PartCall<KvAppendInput, string>[]): readonly Get[] {
  const gets: Get[] = [];
  const puts = putsByLength(calls);
  let longer: Get | undefined;
  for (let index = calls.length - 1; index >= 0; index--) {
    const { input, output, certain } = calls[index] ?? {};
    if (input?.f !== 'get' || certain !== true || output === undefined) continue;
    const isBeginning = longer?.saw.startsWith(output) === true;
    const get: Get = {
      index,
      saw: output,
      longer: isBeginning ? longer : undefined,
      puts: beginnersOf(output, puts),
    };
    if (!isBeginning) longer = get;
    gets.push(get);
  }
  return gets;
}

type PutsByLength = ReadonlyMap<number, ReadonlyMap<string, readonly number[]>>;

function putsByLength(calls: readonly PartCall<KvAppendInput, string>[]): PutsByLength {
  const puts = new Map<number, Map<string, number[]>>();
  calls.forEach(({ input }, index) => {
    if (input.f !== 'put') return;
    const alike = puts.get(input.value.length) ?? new Map<string, number[]>();
    puts.set(input.value.length, alike);
    const same = alike.get(input.value);
    if (same === undefined) alike.set(input.value, [index]);
    else same.push(index);
  });
  return puts;
}

/** The puts whose value a text begins with. */
function beginnersOf(text: string, puts: PutsByLength): readonly number[] {
  let found: readonly number[] = [];
  for (const [length, alike] of puts) {
    const more = length > text.length ? undefined : alike.get(text.slice(0, length));
    if (more !== undefined) found = found.length === 0 ? more : [...found, ...more];
  }
  return found;
}
