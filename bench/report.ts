/** The report of 100,000 events: its size, and how long Chromium takes to open it. */
import { mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { sampleRun, sampleSummary } from '../reports/sample.ts';
import { renderReport } from '../reports/write.ts';
import { medianOf } from './median.ts';

export type ReportFigures = {
  readonly events: number;
  readonly bytes: number;
  readonly renderMs: number;
  readonly openMs: number;
};

const times = 15;

/** From navigation to the first frame after loading; the median of some. */
export const measureReport = async (events = 100_000): Promise<ReportFigures> => {
  const before = performance.now();
  const page = renderReport(sampleSummary(false), [sampleRun(events)]);
  const renderMs = performance.now() - before;
  using folder = mkdtempDisposableSync(join(tmpdir(), 'schism-bench-'));
  const file = join(folder.path, 'report.html');
  writeFileSync(file, page);
  await using browser = await chromium.launch({
    executablePath: process.env.SCHISM_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  const opened: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const tab = await browser.newPage();
    const begin = performance.now();
    await tab.goto(pathToFileURL(file).href);
    await tab.evaluate('new Promise((done) => requestAnimationFrame(() => done(0)))');
    opened.push(performance.now() - begin);
    await tab.close();
  }
  return { events, bytes: Buffer.byteLength(page), renderMs, openMs: medianOf(opened) };
};
