/** The checker with one line wrong, from outside: a copy is changed, and the comparison has to notice. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, expect, test } from '@jest/globals';

type Patch = { readonly file: string; readonly find: string; readonly replace: string };
type Planted = {
  readonly title: string;
  readonly kinds: readonly string[];
  /** Which comparison: with the definition, unless it takes longer histories to show. */
  readonly which?: 'answered';
  readonly patches: readonly Patch[];
};

const CHECKER = 'properties/linearizability';
const planted: readonly Planted[] = [
  {
    title: 'an unknown operation is forced to happen',
    kinds: ['register'],
    patches: [
      {
        file: `${CHECKER}/part.ts`,
        find: 'returned[member] = ranks.returned[index]!;',
        replace: 'returned[member] = Math.min(ranks.returned[index]!, 1e9);',
      },
    ],
  },
  {
    title: 'a write of the same value is taken for a read',
    kinds: ['register', 'cas-register'],
    patches: [
      {
        file: `${CHECKER}/search.ts`,
        find: 'if (this.#readOnly[cls] === 0) return;\n    const result',
        replace: 'const result',
      },
      {
        file: `${CHECKER}/search.ts`,
        find: 'if (result !== ILLEGAL) this.#place(base, index);',
        replace: 'if (result === this.#nodes[base + STATE]) this.#place(base, index);',
      },
    ],
  },
  {
    title: 'the cache forgets the state',
    kinds: ['counter', 'queue', 'register'],
    patches: [
      {
        file: `${CHECKER}/search.ts`,
        find: "if (viable === 'blind') this.#nodes[base + ALIAS] = BLIND;",
        replace: 'this.#nodes[base + ALIAS] = BLIND;',
      },
      {
        file: `${CHECKER}/search.ts`,
        find: 'if (this.#viable === undefined) return true;',
        replace:
          'if (this.#viable === undefined) { this.#nodes[base + ALIAS] = BLIND; return true; }',
      },
    ],
  },
  {
    title: 'real-time order is dropped for operations that touch',
    kinds: ['register', 'cas-register', 'mutex'],
    patches: [
      {
        file: `${CHECKER}/columns.ts`,
        find: 'part.invoked[order[index]!]! > returned',
        replace: 'part.invoked[order[index]!]! > returned + 1',
      },
    ],
  },
  {
    title: 'a failed operation is counted',
    kinds: ['register', 'counter'],
    patches: [
      {
        file: `${CHECKER}/part.ts`,
        find: "if (outcome === 'rejected') continue;\n    // Of anything",
        replace: '// Of anything',
      },
    ],
  },
  {
    title: 'dominance is the wrong way round',
    which: 'answered',
    kinds: ['kv-append', 'queue'],
    patches: [
      {
        file: `${CHECKER}/search.ts`,
        find: '(((more | guard) - fewer) & guard) !== guard',
        replace: '(((fewer | guard) - more) & guard) !== guard',
      },
    ],
  },
  {
    title: 'operations that differ are taken for identical',
    kinds: ['register', 'queue'],
    patches: [
      {
        file: `${CHECKER}/search.ts`,
        find: 'if (this.#seen[cls] === this.#stamp) continue;',
        replace: 'if (candidates.length > 1 && this.#seen[cls] !== this.#stamp) continue;',
      },
    ],
  },
  {
    title: 'a viability is too strict: a put cannot explain a get',
    kinds: ['kv-append'],
    patches: [
      {
        file: 'models/kv-append.ts',
        find: 'else if (!get.puts.some((put) => remaining.has(put))) return false;',
        replace: 'else return false;',
      },
    ],
  },
  {
    title: 'a viability is too strict: an unknown write cannot explain a read',
    kinds: ['register', 'cas-register'],
    patches: [
      {
        file: 'models/observed-values.ts',
        find: '    add(writers, writes, index);',
        replace: '    if (index < calls.length - 1) add(writers, writes, index);',
      },
    ],
  },
  {
    title: 'a monitor forgets the initial value',
    kinds: ['register, unique values', 'cas-register, unique values'],
    patches: [
      {
        file: `${CHECKER}/monitors/register.ts`,
        find: 'const writerOf: number[] = [INITIAL];',
        replace: 'const writerOf: number[] = [NOBODY];',
      },
    ],
  },
  {
    title: 'a monitor forgets what an append was appended to',
    kinds: ['kv-append, unique pieces'],
    patches: [
      {
        file: 'models/text-roles.ts',
        find: 'roles[key - 1] = { reads: before, writes: key };',
        replace: 'roles[key - 1] = { writes: key };',
      },
    ],
  },
  {
    title: 'a monitor takes a piece that is in two texts for two pieces',
    kinds: ['kv-append, unique pieces'],
    patches: [
      {
        file: 'models/text-roles.ts',
        find: 'if (known !== undefined || chain === undefined || !wasWritten(roles, chain)) {',
        replace: 'if (chain === undefined) {',
      },
    ],
  },
  {
    title: 'a monitor takes texts apart that can be taken apart in several ways',
    kinds: ['kv-append, unique pieces'],
    patches: [
      {
        file: 'models/text-roles.ts',
        find: 'if (found !== NONE) return SEVERAL;',
        replace: '',
      },
    ],
  },
  {
    title: 'a write is hidden by one that came before it was invoked',
    kinds: ['register', 'cas-register', 'kv-append'],
    patches: [
      {
        file: `${CHECKER}/search.ts`,
        find: 'this.columns.visibleFrom[index]! <= this.#nodes[base + HIDE]!',
        replace: 'this.#nodes[base + HIDE]! >= 0',
      },
    ],
  },
  {
    title: 'an unknown operation is left out although what follows needs it',
    kinds: ['cas-register', 'set', 'kv-append', 'counter'],
    patches: [
      {
        file: `${CHECKER}/search.ts`,
        find: 'if (!later) return false;',
        replace: 'if (!later) return true;',
      },
    ],
  },
  {
    title: 'a state is passed over for one that allows less',
    kinds: [
      'swarm-objects, one object',
      'swarm-services, one object',
      'standing-objects',
      'swarm-services, with refusals',
      'swarm-services',
      'swarm-objects',
    ],
    which: 'answered',
    patches: [
      {
        file: `${CHECKER}/states.ts`,
        find: 'this.#ranks[state]! <= this.#ranks[other]!',
        replace: 'this.#ranks[state]! >= this.#ranks[other]!',
      },
    ],
  },
  {
    title: 'objects that hold different values are taken for alike',
    kinds: ['swarm-services'],
    patches: [
      {
        file: 'models/swarm-services.ts',
        find: "alike: `${present ? 'p' : 'a'} ${canonical(value)}`,",
        replace: "alike: present ? 'p' : 'a',",
      },
    ],
  },
];

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'schism-planted-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Copies the checker and its models, patched; each `find` must occur exactly once. */
async function changedCopy(name: string, patches: readonly Patch[]): Promise<string> {
  const copy = join(folder, name);
  const filter = (path: string) => !path.endsWith('.test.ts');
  for (const room of ['models', CHECKER]) {
    await cp(join(process.cwd(), room), join(copy, room), { recursive: true, filter });
  }
  await writeFile(join(copy, 'package.json'), '{"type":"module"}');
  for (const { file, find, replace } of patches) {
    const source = await readFile(join(copy, file), 'utf8');
    const parts = source.split(find);
    if (parts.length !== 2) throw new Error(`${file}: ${parts.length - 1} places with: ${find}`);
    await writeFile(join(copy, file), parts.join(replace));
  }
  return copy;
}

/** The exit code of the comparison, as run by the copy on itself: 1 where a verdict differs. */
async function compare(
  copy: string,
  { which, kinds }: { readonly which?: 'answered' | undefined; readonly kinds: readonly string[] },
): Promise<number> {
  const main = join(copy, CHECKER, 'testing/compare-main.ts');
  const args = [main, which ?? 'short', '4000', 'FIRST-DIFFERENCE', ...kinds];
  try {
    await promisify(execFile)(process.execPath, args, { cwd: copy });
    return 0;
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    // A crash is not what this is about.
    expect(stderr).toBe('');
    return code;
  }
}

test('the comparison finds nothing in an unchanged copy', async () => {
  expect(
    await compare(await changedCopy('unchanged', []), { kinds: ['register', 'counter'] }),
  ).toBe(0);
});

test.each(planted.map((one, at) => [one.title, one, at] as const))(
  'planted error: %s, and the comparison notices',
  async (_title, { which, kinds, patches }, at) => {
    expect(await compare(await changedCopy(`planted-${at}`, patches), { which, kinds })).toBe(1);
  },
);
