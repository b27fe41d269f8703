import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import ts from 'typescript';

const here = process.cwd();
const cache = join(here, 'node_modules', '.cache');
mkdirSync(cache, { recursive: true });
/** Below the packages, so that they are found from there. */
const folder = mkdtempSync(join(cache, 'schism-docs-'));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const pages = [
  'adding-a-fault',
  'checking-a-history',
  'testing-your-own-cluster',
  'writing-a-scenario',
];

const blocks = pages.flatMap((page) =>
  [...readFileSync(join('docs', `${page}.md`), 'utf8').matchAll(/```ts\n([^]*?)```/g)].map(
    ([, code = ''], place) => {
      const file = join(folder, `${page}-${place}.mts`);
      writeFileSync(file, code);
      return file;
    },
  ),
);

test('what the pages show in TypeScript compiles as strictly as anybody asks', () => {
  const entries = {
    'schism-harness': 'scenarios/index.ts',
    'schism-harness/jest': 'harness/jest/to-hold.ts',
    'schism-harness/targets': 'scenarios/targets/index.ts',
    'schism-harness/properties': 'properties/index.ts',
    'schism-harness/models': 'models/index.ts',
  };
  const program = ts.createProgram(blocks, {
    target: ts.ScriptTarget.ES2024,
    lib: ['lib.es2024.d.ts', 'lib.esnext.disposable.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ['node', 'jest'],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    noEmit: true,
    paths: Object.fromEntries(
      Object.entries(entries).map(([name, file]) => [name, [join(here, file)]]),
    ),
  });
  const problems = blocks.flatMap((file) => {
    const source = program.getSourceFile(file);
    return [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ].map(({ messageText }) => `${file}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
  });
  expect(blocks.length).toBeGreaterThan(3);
  expect(problems).toEqual([]);
}, 120_000);
