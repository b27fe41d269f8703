import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { sampleRun, sampleSummary } from './sample.ts';
import { renderReport } from './write.ts';

const hostile =
  '</script><script>document.title="owned"</script><img src=x onerror=alert(1)>\u001b[31m\u202eevil';
const folder = mkdtempSync(join(tmpdir(), 'schism-report-'));
let browser: Browser;

const pageOf = (name: string, html: string): string => {
  const file = join(folder, `${name}.html`);
  writeFileSync(file, html);
  return pathToFileURL(file).href;
};

const broken = pageOf('broken', renderReport(sampleSummary(false), [sampleRun(400, hostile)]));
const several = pageOf(
  'several',
  renderReport(sampleSummary(false), [
    sampleRun(400),
    { ...sampleRun(200), scheduleOf: { backend: 'process', index: 3 } },
  ]),
);
const held = pageOf('held', renderReport(sampleSummary(true), [sampleRun(400), sampleRun(200)]));

beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env.SCHISM_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
});

afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens a page; whatever it complains of or asks the network for is collected. */
const open = async (url: string, options: BrowserContextOptions = {}) => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:') && !request.url().startsWith('data:')) {
      complaints.push(`asked for ${request.url()}`);
    }
  });
  await page.goto(url);
  return { page, complaints };
};

const violations = async (page: Page): Promise<readonly string[]> => {
  const result = await new AxeBuilder({ page }).analyze();
  return result.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' ')}`,
  );
};

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  test.each([
    ['broken', 1280],
    ['broken', 400],
    ['held', 1280],
    ['several', 1280],
  ])('%s, %i px wide, breaks no rule of axe and stays within its policy', async (name, width) => {
    const { page, complaints } = await open({ broken, held, several }[name] ?? '', {
      colorScheme,
      viewport: { width, height: 900 },
    });
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

test('without JavaScript the verdict, the moments, the picture and the events are all there', async () => {
  const { page } = await open(broken, { javaScriptEnabled: false });
  expect(await page.textContent('h1')).toContain('at-most-one-leader-per-term');
  expect(await page.locator('.moments li').count()).toBe(5);
  expect(await page.locator('.wide:not(.extract) svg .bar.leader').count()).toBe(3);
  expect(await page.locator('.wide:not(.extract) svg circle.pin').count()).toBe(5);
  expect(await page.locator('.extract svg circle.pin').count()).toBe(5);
  // Each moment is a row, and the link beside it leads there.
  expect(await page.locator('.moments a').count()).toBe(5);
  expect(await page.locator('.events tr.moment a[id^="run-0-at-"]').count()).toBe(5);
  // They stand above everything that they point at, and hide none of its words.
  const whole = '.wide:not(.extract) svg';
  const boxesOf = async (what: string) => {
    const all = await page.locator(what).all();
    const boxes = await Promise.all(all.map((one) => one.boundingBox()));
    return boxes.flatMap((box) => box ?? []);
  };
  const words = await boxesOf(`${whole} text.faultname, ${whole} text.role, ${whole} text.lane`);
  expect(words.length).toBeGreaterThan(3);
  const pins = await boxesOf(`${whole} circle.pin`);
  const lowest = Math.max(...pins.map(({ y, height }) => y + height));
  const highest = Math.min(...words.map(({ y }) => y));
  expect(lowest).toBeLessThanOrEqual(highest);
  expect(await page.locator(`${whole} .vote`).count()).toBe(3);
  expect(await page.locator(`${whole} .vote.again`).count()).toBe(1);
  expect(await page.locator('.events tbody tr').count()).toBeGreaterThan(100);
});

test('hostile text of logs stays text', async () => {
  const { page, complaints } = await open(broken);
  expect(await page.title()).toContain('leader-cut-off');
  expect(await page.locator('main img').count()).toBe(0);
  expect(await page.content()).not.toContain('\u001b');
  expect(await page.locator('.events tr.note').first().textContent()).toContain(
    '<script>document.title',
  );
  expect(complaints).toEqual([]);
});

test('the line that plays the run from the page names where the page lies', async () => {
  const { page } = await open(held);
  const line = await page.locator('code:has([data-page])').first().textContent();
  expect(line).toBe(`npx -p schism-harness schism replay ${join(folder, 'held.html')}`);
  await page.context().close();
});

test('the page does not scroll sideways on a narrow screen', async () => {
  const { page } = await open(broken, { viewport: { width: 400, height: 800 } });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(400);
});

test.each([400, 800, 1280])('%i px wide, what is wider than the screen says so', async (width) => {
  const { page } = await open(broken, { viewport: { width, height: 800 } });
  const differing = await page.evaluate(`[...document.querySelectorAll('.scroll, .wide')]
    .filter((box) => box.checkVisibility({ contentVisibilityAuto: true }))
    .filter((box) => box.scrollWidth > box.clientWidth !== (getComputedStyle(box, '::before').content !== 'none'))
    .map((box) => box.ariaLabel)`);
  expect(differing).toEqual([]);
});

test('all events can be explored by keyboard', async () => {
  const { page, complaints } = await open(broken);
  const button = page.getByRole('button', { name: 'explore all events' });
  await button.focus();
  await page.keyboard.press('Enter');
  const filter = page.getByRole('searchbox', { name: 'Filter events' });
  await filter.fill('m2 leads');
  const status = page.locator('[data-events]');
  await expect(status.textContent()).resolves.toMatch(/^1 of \d+ events\.$/);
  await filter.fill('');
  const all = await status.textContent();
  await page.locator('canvas').focus();
  await page.keyboard.press('+');
  expect(await status.textContent()).not.toBe(all);
  await page.keyboard.press('Home');
  expect(await status.textContent()).toBe(all);
  // Few rows: all are made alike, and axe looks at each.
  await filter.fill('term 2');
  expect(await violations(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

test('what the script lists has the words of the table', async () => {
  const { page } = await open(broken);
  const cells = (kind: string): Promise<readonly string[]> =>
    page.locator(`[data-all] .events tr.${kind} td:last-child`).allTextContents();
  const kept = ['fault', 'heal', 'role', 'vote', 'note', 'node', 'phase'];
  const madeAnew = ['operation', 'boot', 'commit', 'state', 'task', 'executor'];
  const kinds = [...kept, ...madeAnew];
  const tidy = (texts: readonly string[]): readonly string[] =>
    texts.map((text) => text.replaceAll(/\s+/g, ' ').trim());
  const before = new Map<string, readonly string[]>();
  for (const kind of kinds) before.set(kind, await cells(kind));
  await page.getByRole('button', { name: 'explore all events' }).click();
  await page.getByRole('searchbox').waitFor();
  for (const kind of kinds) {
    await page.getByLabel('Kind of event').selectOption(kind);
    const told = before.get(kind) ?? [];
    expect(told.length).toBeGreaterThan(0);
    expect(tidy(await cells(kind))).toEqual(expect.arrayContaining([...tidy(told)]));
  }
  await page.getByLabel('Kind of event').selectOption('commit');
  expect((await cells('commit'))[0]).toBe(
    'has committed up to entry 1, in term 1: task t0 (slot 1 of service s1, on id-w1) is removed',
  );
});

test('a flap has one lane, and a picture that leaves faults out says so', async () => {
  const file = sampleRun(50);
  const { history } = file.run;
  const [cut] = history.faults;
  if (cut === undefined) throw new Error('the sample has no fault');
  const flaps = Array.from({ length: 70 }, (_, entry) =>
    [0, 1, 2].map((nth) => ({
      ...cut,
      entry,
      fault: { kind: 'flap', from: 'leader', to: 'rest', periodMs: 200 } as const,
      beginAt: 2_000 + 200 * nth,
      begunAt: 2_000 + 200 * nth,
      endAt: 2_100 + 200 * nth,
      endedAt: 2_100 + 200 * nth,
    })),
  );
  const drawn = async (faults: typeof history.faults) => {
    const run = { ...file.run, history: { ...history, faults } };
    const html = renderReport(sampleSummary(true), [{ ...file, run }]);
    const { page } = await open(pageOf('flaps', html));
    return {
      lanes: await page.locator('.wide:not(.extract) svg .faultname').count(),
      bars: await page.locator('.wide:not(.extract) svg .fault').count(),
      said: (await page.locator('figcaption').textContent()) ?? '',
    };
  };
  const few = await drawn(flaps.slice(0, 2).flat());
  expect(few).toMatchObject({ lanes: 2, bars: 6 });
  expect(few.said).not.toContain('faults are drawn');
  const many = await drawn(flaps.flat());
  expect(many).toMatchObject({ lanes: 60, bars: 180 });
  expect(many.said).toContain('180 of 210 faults are drawn.');
});

test('printed, nothing is hidden by a scroll box', async () => {
  const { page } = await open(broken);
  await page.emulateMedia({ media: 'print' });
  const clipped = await page.evaluate(
    `[...document.querySelectorAll('.scroll')].filter((box) => box.scrollHeight > box.clientHeight + 1).length`,
  );
  expect(clipped).toBe(0);
});

test('printed, what is folded away on the screen is there', async () => {
  const { page } = await open(several);
  const hidden = `[...document.querySelectorAll('details:not([open]) > *:not(summary)')].filter((part) => part.checkVisibility({ contentVisibilityAuto: true }) === false || part.getBoundingClientRect().height === 0).length`;
  expect(await page.evaluate(hidden)).toBeGreaterThan(0);
  await page.emulateMedia({ media: 'print' });
  // Chromium shows what was folded away with the next picture that it draws.
  for (let looks = 0; looks < 50 && (await page.evaluate(hidden)) !== 0; looks += 1)
    await page.waitForTimeout(100);
  expect(await page.evaluate(hidden)).toBe(0);
});

test('what broke can be read on a narrow screen', async () => {
  const { page } = await open(broken, { viewport: { width: 390, height: 800 } });
  const box = await page.locator('.failures td:nth-child(5)').first().boundingBox();
  expect(box?.width).toBeGreaterThan(200);
});
