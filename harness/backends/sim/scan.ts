import type { Files } from './program.ts';

export type Canary = { readonly name: string; readonly bytes: Uint8Array };

/** Every place at which a canary stands in the clear. An empty canary stands nowhere. */
export const findCanaries = (
  files: Files,
  canaries: readonly Canary[],
): readonly { readonly canary: string; readonly file: string; readonly offset: number }[] => {
  const found: { canary: string; file: string; offset: number }[] = [];
  for (const [file, content] of files) {
    for (const { name, bytes } of canaries) {
      for (const offset of offsetsOf(bytes, content)) found.push({ canary: name, file, offset });
    }
  }
  return found;
};

function* offsetsOf(bytes: Uint8Array, content: Uint8Array): Generator<number> {
  const [first] = bytes;
  if (first === undefined) return;
  const last = content.length - bytes.length;
  for (
    let at = content.indexOf(first);
    at >= 0 && at <= last;
    at = content.indexOf(first, at + 1)
  ) {
    let length = 1;
    while (length < bytes.length && content[at + length] === bytes[length]) length += 1;
    if (length === bytes.length) yield at;
  }
}
