import { expect, test } from '@jest/globals';
import { sampleRun, sampleSummary } from './sample.ts';
import { renderReport, runFilesOfReport } from './write.ts';

/** Without the extract around the moments, which shows some of it again. */
const wholePicture = (text: string): string => text.slice(text.indexOf('aria-label="Timeline: '));

test('a report carries the run files that it shows', () => {
  const run = sampleRun(300, '</script>');
  const [back] = runFilesOfReport(renderReport(sampleSummary(false), [run]));
  expect(back).toEqual(JSON.parse(JSON.stringify(run)));
});

test.each([
  ['a foreign page', '<html></html>', /not written by schism/],
  [
    'a damaged document',
    '<script type="application/schism+gzip" id="document">AAAA</script>',
    /damaged/,
  ],
])('%s is refused with a reason', (_name, text, reason) => {
  expect(() => runFilesOfReport(text)).toThrow(reason);
});

test('a report cut off in the middle is refused', () => {
  const text = renderReport(sampleSummary(true), [sampleRun(300)]);
  expect(() => runFilesOfReport(text.slice(0, text.length / 2))).toThrow(/cut off/);
});

test('votes stand in the table of events and in the lanes, a second one in a term as such', () => {
  const text = renderReport(sampleSummary(false), [sampleRun(100)]).replace(/\s+/g, ' ');
  expect(text).toContain('>votes for m2 in term 2<');
  expect(text).toContain('>votes for itself in term 2, its second vote in this term<');
  const whole = wholePicture(text);
  expect(whole.split('<path class="vote"')).toHaveLength(3);
  expect(whole.split('<path class="vote again"')).toHaveLength(2);
});

test('what comes between clients and nodes is drawn over the lanes of clients, and told apart from what comes between nodes', () => {
  const file = sampleRun(100);
  const { history } = file.run;
  const [cut, ...others] = history.faults;
  if (cut === undefined) throw new Error('the sample has a cut');
  const partition = {
    kind: 'partition',
    groups: [['minority', 'clients'], 'rest'],
    mode: 'drop',
  } as const;
  const links = [
    { from: 'client', to: 'm2' },
    { from: 'm2', to: 'client' },
  ];
  const ofNodes = { ...cut, fault: partition };
  const ofClients = { ...ofNodes, id: 9, deeds: [{ deed: 'cut', links, mode: 'drop' }] } as const;
  const faults = [ofNodes, ofClients, ...others];
  const run = { ...file.run, history: { ...history, faults } };
  const text = renderReport(sampleSummary(false), [{ ...file, run }]).replace(/\s+/g, ' ');
  const words = 'partition {minority, clients} | {rest} (drop)';
  const whole = wholePicture(text);
  expect(whole.split('<rect class="clientshit"')).toHaveLength(2);
  expect(text).toContain(`<title>${words}: clients: links between clients and m2</title`);
  expect(whole.split(`>${words}: m1 ↔ {m2, m3}</text`)).toHaveLength(2);
  expect(whole.split(`>${words}: clients: client ↔ m2</text`)).toHaveLength(2);
  expect(renderReport(sampleSummary(false), [file])).not.toContain('<rect class="clientshit"');
});

test('a failure says what another world made of its schedule, and that run whose schedule it has', () => {
  const property = 'at-most-one-leader-per-term';
  const live = {
    ...sampleRun(100),
    elsewhere: {
      backend: 'sim',
      runs: 200,
      broken: [{ property, runs: 37 }],
      replay: 'npx schism replay smaller.json',
    },
  } as const;
  const twin = { ...sampleRun(100), scheduleOf: { backend: 'process', index: 3 } as const };
  const text = renderReport(sampleSummary(false), [live, twin]).replace(/\s+/g, ' ');
  expect(text).toContain(
    `The same schedule in the simulator: broken in 37 of 200 runs (${property}).`,
  );
  expect(text).toContain('See it there: <code>npx schism replay smaller.json</code>');
  expect(text).toContain('Tried here with the schedule of run 3 on process.');
  expect(text).toMatch(/<details class="more" open/);
  const held = { backend: 'docker', runs: 3, broken: [{ property, runs: 0 }] } as const;
  const other = renderReport(sampleSummary(false), [{ ...live, elsewhere: held }]);
  expect(other).toContain('The same schedule on containers: not broken in 3 runs');
});

test('a failure says how often its own world showed it again, and its smaller form whose it is', () => {
  const property = 'at-most-one-leader-per-term';
  const again = { backend: 'sim', runs: 4, broken: [{ property, runs: 3 }] } as const;
  const shrunkFrom = { entries: 160, digest: '0', attempts: 32 };
  const smaller = {
    ...sampleRun(100),
    scheduleOf: { backend: 'sim', index: 3 } as const,
    shrunkFrom,
  };
  const text = renderReport(sampleSummary(false), [{ ...sampleRun(100), again }, smaller]).replace(
    /\s+/g,
    ' ',
  );
  expect(text).toContain(
    `The same schedule again in the simulator: broken in 3 of 4 runs (${property}).`,
  );
  expect(text).toContain('Played with the schedule of run 3 on sim, made smaller.');
  expect(text).toMatch(/<details class="more" open/);
});

test('what a run was made smaller for is told first, and what else it breaks is told apart', () => {
  const { run, ...file } = sampleRun(100);
  const [shown, held] = run.verdicts;
  if (shown?.verdict !== 'fail' || held === undefined) throw new Error('the sample breaks one');
  const moments = [{ at: 2_500, node: 'm1', text: 'm1 loses it' }];
  const lost = { ...held, verdict: 'fail', summary: 'a write is lost', moments } as const;
  const saved = {
    ...file,
    run: { ...run, verdicts: [shown, lost] },
    shrunkFrom: { entries: 160, digest: '0', property: lost.property, attempts: 32 },
  };
  const text = renderReport(sampleSummary(false), [saved, saved]).replace(/\s+/g, ' ');
  expect(text.indexOf('<p class="summary">a write is lost</p>')).toBeLessThan(
    text.indexOf(`</span> ${shown.property}`),
  );
  expect(text).toContain(`This run was made smaller for ${lost.property}. It breaks these, too`);
  // The picture shows the moments of what is told first, and comes right after it.
  expect(text.indexOf('<circle class="pin"')).toBeLessThan(text.indexOf('It breaks these, too'));
  expect(text.split('<circle class="pin"')).toHaveLength(1 + 2 * moments.length);
  expect(text).toMatch(/<summary>[^<]*run 17: acknowledged-writes-survive <\/summary>/);
});

test('what a failure was made smaller to stands where everybody reads it', () => {
  const { run, ...file } = sampleRun(100);
  const fault = { kind: 'kill', nodes: 'leader' } as const;
  const saved = {
    ...file,
    run: { ...run, schedule: [{ at: 20, fault, forMs: 1_000 }] },
    shrunkFrom: { entries: 160, digest: '0', attempts: 32 },
  };
  const text = renderReport(sampleSummary(false), [saved]).replace(/\s+/g, ' ');
  expect(text).toContain('Made smaller: 1 entry of a schedule, from 160; found so in 32 attempts.');
  expect(text).toContain('<li>0.020 s kill leader for 1.000 s</li>');
});

test('a target without workers is not said to have any', () => {
  const { run, ...file } = sampleRun(100);
  const nodes = run.history.nodes.filter(({ role }) => role === 'manager');
  const saved = { ...file, run: { ...run, history: { ...run.history, nodes } } };
  expect(renderReport(sampleSummary(true), [saved])).toMatch(/ managers,\s+0\s+workers/);
});

test('the verdict stands in one sentence at the top', () => {
  expect(renderReport(sampleSummary(true), [])).toContain('All 2 guarantees held in 2,412 runs.');
  expect(renderReport(sampleSummary(false), [sampleRun(100)])).toContain(
    'A guarantee was broken: at-most-one-leader-per-term (1 of 2,412 runs).',
  );
});

test('runs that are drawn again say nothing of the time they took', () => {
  const summary = sampleSummary(true);
  const again = {
    ...summary,
    wallMs: 0,
    worlds: summary.worlds.map((world) => ({ ...world, wallMs: 0 })),
  };
  expect(renderReport(summary, [])).toMatch(/ for\s+[^<]*of cluster time/);
  const text = renderReport(again, []);
  expect(text).not.toMatch(/ for\s+[^<]*of cluster time/);
  expect(text.split('<td class="number">–</td>')).toHaveLength(summary.worlds.length + 1);
});

test('a property that is unknown too often is told apart from one that was never tested', () => {
  const { properties, ...summary } = sampleSummary(true);
  const [first] = properties;
  if (first === undefined) throw new Error('the sample has properties');
  const vague = { ...first, kind: 'liveness', pass: 8, tested: 8, fail: 0, unknown: 2 } as const;
  const text = renderReport({ ...summary, properties: [vague] }, []);
  expect(text).toContain(`${first.property} was unknown in more than a tenth of them.`);
});

test('of more operations than can be drawn, those that did not end well are drawn from the first to the last', () => {
  const text = renderReport(sampleSummary(false), [sampleRun(40_000)]);
  const places = [...wholePicture(text).matchAll(/<path class="op unknown" d="M([\d.]+)/g)].map(
    ([, at]) => Number(at),
  );
  expect(places.length).toBeLessThan(400);
  expect(places[0]).toBeLessThan(140);
  expect(places.at(-1)).toBeGreaterThan(1_000);
});

test('a picture whose moments lie close together has an extract around them, and one whose moments do not has none', () => {
  const file = sampleRun(100);
  expect(renderReport(sampleSummary(false), [file])).toContain(
    'Around the moments, 1.997 s to 2.047 s:',
  );
  const verdicts = file.run.verdicts.map((judged) =>
    judged.verdict === 'fail' ? { ...judged, moments: judged.moments.slice(0, 1) } : judged,
  );
  const one = renderReport(sampleSummary(false), [{ ...file, run: { ...file.run, verdicts } }]);
  expect(one).not.toContain('Around the moments');
  expect(one).toContain('aria-label="Timeline: ');
});

test.each([
  ['all of them, where it can tell them apart', [2_204, 2_404, 2_504], '1.929 s to 2.484 s'],
  ['the closest of them, where it cannot', [2_204, 2_402, 2_404], '2.200 s to 2.210 s'],
])('an extract is around %s', (_what, times, around) => {
  const file = sampleRun(100);
  const verdicts = file.run.verdicts.map((judged) =>
    judged.verdict === 'fail'
      ? { ...judged, moments: times.map((at) => ({ at, node: 'm2', text: 'it happens' })) }
      : judged,
  );
  const page = renderReport(sampleSummary(false), [{ ...file, run: { ...file.run, verdicts } }]);
  expect(/Around the moments, ([^:]+):/.exec(page)?.[1]).toBe(around);
});

test('the legend has a key for what is drawn and for nothing else', () => {
  const text = renderReport(sampleSummary(false), [sampleRun(100)]);
  const keys = [...text.matchAll(/<span class="key (\w+)"/g)].map(([, key]) => key);
  expect(keys).toEqual(
    expect.arrayContaining(['leader', 'worker', 'down', 'voteagain', 'faultkey', 'desiredkey']),
  );
  for (const absent of ['paused', 'locked', 'idlekey', 'hitkey'])
    expect(keys).not.toContain(absent);
  expect(text).toContain('(drop): what is sent vanishes');
});

test('a bug that was planted is named on top', () => {
  const mutant = { id: 'second-vote', title: 'Votes twice', source: '', expect: [], patches: [] };
  const text = renderReport(sampleSummary(false), [{ ...sampleRun(100), mutants: [mutant] }]);
  expect(text.slice(0, text.indexOf('</header>')).replace(/\s+/g, ' ')).toContain(
    '<strong>A bug was planted</strong> before this, to see whether it is found; the code does not have it otherwise: <b>second-vote</b> (Votes twice)',
  );
});

test('the table of faults says what was asked and what was done', () => {
  const text = renderReport(sampleSummary(false), [sampleRun(100)]).replace(/\s+/g, ' ');
  expect(text).toContain(
    '<th scope="row">cut leader ↔ rest (drop)</th> <td>at 1.800 s for 2.000 s</td> <td>m1 ↔ {m2, m3}</td> <td>1.800 s, all of it by 1.801 s</td> <td>3.803 s, its end began at 3.800 s</td>',
  );
  expect(text).toContain('<td>w1 down from 4.300 s</td>');
});
