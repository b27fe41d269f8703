import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { UsageError } from '../../harness/core/usage-error.ts';
import { sampleRun, sampleSummary } from '../../reports/sample.ts';
import { renderReport, runFilesOfReport } from '../../reports/write.ts';
import { asRunFile, readRunFiles } from '../../harness/cli/run-file.ts';
import { judgeRun } from '../../harness/judge.ts';
import { properties } from '../../properties/index.ts';

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
const short = JSON.stringify(sampleRun(40));

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
    'one that is damaged deep inside',
    written('deep.json', text.replace('"kind":"role","role":', '"kind":"role","rule":')),
    /damaged: run\.history\.observations\[\d+\]\.role is missing, expected a string/,
  ],
  [
    'what run --json prints',
    written('printed.json', '{"schema":"schism/run@1"}'),
    /printed\.json is no run file but schism\/run@1/,
  ],
  [
    'an older one',
    written('older.json', text.replace('run-file@1', 'run-file@0')),
    /is of an older schema schism\/run-file@0/,
  ],
  ['an empty file', written('empty.json', ''), /empty\.json is empty/],
  [
    'something else',
    written('scenario.yaml', 'name: halves\n'),
    /scenario\.yaml is neither a run file nor a report of schism/,
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

test('a mark before the text is no part of it', () => {
  expect(readRunFiles(written('marked.json', `\ufeff${text}`), runFilesOfReport)).toHaveLength(1);
});

type Place = readonly (string | number)[];

/** Every member, but of lists the first one of each shape only. */
const placesIn = (value: unknown, place: Place, seen: Set<string>): readonly Place[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]: [string, unknown]) => {
    const here = [...place, key];
    const name = here.map((part) => (/^\d+$/.test(String(part)) ? '#' : part)).join('.');
    const kind = (member as { readonly kind?: string } | null)?.kind ?? '';
    if (seen.has(name + kind)) return [];
    seen.add(name + kind);
    return [here, ...placesIn(member, here, seen)];
  });
};

const damagedAt = (place: Place, value: unknown): unknown => {
  const copy: unknown = JSON.parse(short);
  const parent = place
    .slice(0, -1)
    .reduce<unknown>((part, key) => (part as Record<string, unknown>)[key], copy);
  (parent as Record<string, unknown>)[String(place.at(-1))] = value;
  return JSON.parse(JSON.stringify(copy));
};

/** Says what is wrong, or judges and draws it. */
const readAndDrawn = (damaged: unknown): void => {
  try {
    const file = asRunFile(damaged, 'it');
    const { history, scenario } = file.run;
    const verdicts = judgeRun(history, [...properties.values()], scenario.properties);
    renderReport(sampleSummary(false), [{ ...file, run: { ...file.run, verdicts } }]);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
  }
};

test('whatever part of a run file is missing or is something else, it is no bug of schism', () => {
  const places = placesIn(JSON.parse(short), [], new Set());
  expect(places.length).toBeGreaterThan(100);
  const bugs = places.flatMap((place) =>
    [undefined, null, 'x', 7, [], {}].flatMap((value) => {
      try {
        readAndDrawn(damagedAt(place, value));
        return [];
      } catch (error) {
        return [`${place.join('.')} ${JSON.stringify(value)}: ${String(error)}`];
      }
    }),
  );
  expect(bugs).toEqual([]);
}, 60_000);
