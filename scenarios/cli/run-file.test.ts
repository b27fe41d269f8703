import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { sampleRun, sampleSummary } from '../../reports/sample.ts';
import { renderReport, runFilesOfReport } from '../../reports/write.ts';
import { UsageError } from '../../harness/cli/exit.ts';
import { readRunFiles } from '../../harness/cli/run-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'schism-run-file-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const written = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};
const run = sampleRun(200);
const text = JSON.stringify(run);

test('a run file is read as it was written', () => {
  const [back] = readRunFiles(written('run.json', text), runFilesOfReport);
  expect(back).toEqual(JSON.parse(text));
});

test('a report is as good as the run file', () => {
  const file = written('report.html', renderReport(sampleSummary(false), [run]));
  expect(readRunFiles(file, runFilesOfReport)[0]?.run.digest).toBe(run.run.digest);
});

test.each([
  ['a missing file', join(folder, 'none.json'), /none\.json cannot be read/],
  ['a file cut off', written('cut.json', text.slice(0, 500)), /cut\.json is cut off/],
  ['another document', written('other.json', '{"a":1}'), /not a run file of schism/],
  [
    'a newer one',
    written('newer.json', text.replace('run-file@1', 'run-file@9')),
    /schema schism\/run-file@9; this schism reads schism\/run-file@1/,
  ],
  [
    'a damaged one',
    written('damaged.json', JSON.stringify({ ...run, run: { ...run.run, schedule: 3 } })),
    /damaged: run\.schedule is a number, expected a list/,
  ],
  [
    'a page of somebody else',
    written('page.html', '<html></html>'),
    /page\.html: this page carries no run/,
  ],
])('%s is refused with its name and the reason', (_name, file, reason) => {
  expect(() => readRunFiles(file, runFilesOfReport)).toThrow(UsageError);
  expect(() => readRunFiles(file, runFilesOfReport)).toThrow(reason);
});
