import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { CampaignSummary } from '../harness/core/campaign.ts';
import type { Json } from '../harness/core/json.ts';
import { brokenIn, type RunFile } from '../harness/core/run.ts';
import { marksOf, numbered } from './page/marks.ts';
import { pack } from './page/pack.ts';
import { page, type PageAssets } from './page/page.ts';
import { eventRows, toldRows, type EventRow } from './page/rows.ts';
import { unpack } from './page/unpack.ts';

const asset = (name: string): string =>
  readFileSync(new URL(`./assets/${name}`, import.meta.url), 'utf8');

const assets = (): PageAssets => ({
  style: asset('report.css'),
  script: asset('report.js'),
  sha256: (text) => createHash('sha256').update(text).digest('base64'),
  gzip: (text) => gzipSync(text, { level: 6 }).toString('base64'),
});

/** The report as one HTML page. `runs` in the order to be shown, failures first. */
export const renderReport = (summary: CampaignSummary, runs: readonly RunFile[]): string =>
  page({ summary, runs, document: packed(runs), rows: packed(runs.map(rowsOf)) }, assets());

const packed = (value: unknown): string =>
  JSON.stringify(pack(JSON.parse(JSON.stringify(value)) as Json));

const plain = ({ at, node, kind, text }: EventRow): Json => ({ at, node, kind, text });

/** Which rows are moments is found once, here: the script knows them by what they say. */
const rowsOf = (file: RunFile): Json => {
  const { history } = file.run;
  const marks = marksOf(eventRows(history), numbered(brokenIn(file)).flat());
  return {
    told: toldRows(history).map(plain),
    marks: [...marks].map(([row, numbers]) => ({ row: plain(row), numbers })),
  };
};

const documentPattern = /<script type="application\/schism\+gzip" id="document">([^<]*)<\/script>/;

/**
 * The run files that a report carries. Throws where the page is no report of ours or is damaged, with what to do instead.
 * What comes back still has to be checked like any other run file.
 */
export const runFilesOfReport = (text: string): readonly unknown[] => {
  const found = documentPattern.exec(text)?.[1];
  if (found === undefined) {
    throw new Error('this page carries no run: it was not written by schism, or was cut off');
  }
  let json: string;
  try {
    json = gunzipSync(Buffer.from(found, 'base64')).toString('utf8');
  } catch (cause) {
    throw new Error('the document inside this report is damaged; take the run file beside it', {
      cause,
    });
  }
  const files = unpack(JSON.parse(json) as Json);
  if (!Array.isArray(files))
    throw new Error('the document inside this report holds no list of runs');
  return files as readonly unknown[];
};
