import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { schism } from './testing/schism.ts';

const folder = mkdtempSync(join(tmpdir(), 'schism-lost-'));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const mutantThat = (id: string, does: string): string => {
  const file = join(folder, `${id}.yaml`);
  const find = 'state.votedFor === undefined || state.votedFor === request.from;';
  const replace = `(state.term < 2 || (() => { ${does} })()) && (${find.slice(0, -1)});`;
  const patches = [{ file: 'cluster/raft/election.ts', find, replace }];
  writeFileSync(
    file,
    JSON.stringify({ id, title: id, source: id, expect: ['linearizable'], patches }),
  );
  return file;
};

test.each([
  ['problem', 'throw new Error("boom");', 'threw: boom', 'replay'],
  ['worker-died', 'process.exit(3);', 'its thread ended', 'run leader-cut-off'],
])(
  'a run that ends as %s is a failure on the page and has a line that shows it again',
  (property, does, summary, line) => {
    const mutants = mutantThat(property, does);
    const out = join(folder, property);
    const args = ['run', 'leader-cut-off', '--backend', 'sim', '--seed', '1', '--runs', '2'];
    const { code, out: said } = schism([
      ...args,
      '--jobs',
      '1',
      '--out',
      out,
      '--mutants',
      mutants,
    ]);
    expect(code).toBe(1);
    expect(said).toContain(`BROKEN ${property}`);
    expect(said).toMatch(new RegExp(`^replay   npm run -s schism -- ${line}`, 'm'));
    const page = readFileSync(join(out, '1', 'index.html'), 'utf8');
    expect(page).toContain('<header class="fail">');
    expect(page).toContain('<h1>Nothing broke in 2 runs, but 2 runs could not be judged');
    expect(page).toContain(summary);
  },
);
