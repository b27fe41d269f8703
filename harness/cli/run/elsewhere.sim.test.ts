import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import * as register from '../../campaign/testing/register-campaign.ts';
import { defaultLimits } from '../../conduct/plan.ts';
import type { RunFile } from '../../core/run.ts';
import { asLongAsBefore, withTries, tryInSim, type Try } from './elsewhere.ts';
import { answered, liveFile, noExtra, other, saving } from './testing/sample-failure.ts';
import { runFilePath } from './saving.ts';
import { runSimWorld } from './sim-world.ts';
import type { Broken, WorldResult } from './world-result.ts';

const file = join(import.meta.dirname, '../../campaign/testing/register-campaign.ts');
const from = (name: keyof typeof register) => ({ module: pathToFileURL(file).href, name });
const said: string[] = [];
const io = {
  signal: new AbortController().signal,
  progress: () => undefined,
  settle: () => undefined,
  err: (line: string) => said.push(line),
};
const simulated = (shrinkMs?: number) =>
  runSimWorld({
    job: {
      target: from('target'),
      properties: from('twoBroken'),
      draw: from('draw'),
      scenarios: [{ ...register.scenario, properties: [answered, other] }],
      seed: 11,
      limits: defaultLimits,
    },
    runsMax: 20,
    forMs: undefined,
    jobs: 2,
    bail: true,
    shrinkMs,
    planting: undefined,
    saving,
    note: '',
    signal: io.signal,
    onProgress: () => undefined,
    onShrinking: () => undefined,
  });

test('a run that broke two properties is saved once for each, in files of their own', async () => {
  const { broken } = await simulated();
  expect(broken.map(({ property }) => property)).toEqual([answered, other]);
  const [one, two] = broken.map((of) => of.file);
  const index = broken[0]?.index ?? -1;
  expect(one?.replay).toBe(`npx schism replay out/sim-${index}.json`);
  expect(two?.replay).toBe(`npx schism replay out/sim-${index}-answered-every-put.json`);
});

test('a simulated run is made smaller for as long as asked, and not at all for no time', async () => {
  const [asFound, smaller] = await Promise.all([simulated(0), simulated(60_000)]);
  expect(asFound.broken[0]?.file?.shrunkFrom).toBeUndefined();
  const { shrunkFrom, run } = smaller.broken[0]?.file ?? {};
  expect(shrunkFrom).toMatchObject({
    entries: asFound.broken[0]?.file?.run.schedule.length,
    complete: true,
  });
  expect(run?.schedule.length).toBeLessThan(shrunkFrom?.entries ?? 0);
  expect(shrunkFrom?.injectMs).toBe(register.scenario.injectMs);
  expect(run?.scenario.injectMs).toBeLessThan(register.scenario.injectMs);
});

test('what the simulator ends sooner goes on for as long as before on real clusters', () => {
  const at = (ms: number) => ({ at: ms, client: 0, operation: 'put', args: {} });
  const file = liveFile();
  const before = { entries: 40, digest: '', attempts: 9 };
  const scenario = { ...file.run.scenario, injectMs: 65 };
  const shorter = { ...file, run: { ...file.run, scenario, schedule: [at(20), at(70)] } };
  expect(asLongAsBefore({ ...shorter, shrunkFrom: { ...before, injectMs: 6_000 } })).toEqual({
    scenario: { ...scenario, injectMs: 6_000 },
    schedule: [at(20), at(6_005)],
    shrunkFrom: before,
  });
  expect(asLongAsBefore({ ...shorter, shrunkFrom: before })).toEqual({
    scenario,
    schedule: [at(20), at(70)],
    shrunkFrom: before,
  });
});

test('a smaller form in the same world has a file of its own, whichever play it was', () => {
  const run = { backend: 'process', index: 1 } as const;
  const scheduleOf = { backend: 'process', index: 3 } as const;
  expect(runFilePath('out', { run, scheduleOf })).toBe('out/process-3-smaller.json');
});

test('twins of two forms of one run have files of their own, too', () => {
  const run = { backend: 'process', index: 2 } as const;
  const scheduleOf = { backend: 'sim', index: 0 } as const;
  const paths = [{}, { shownFor: other }].map((of) =>
    runFilePath('out', { run, scheduleOf, ...of }),
  );
  expect(paths).toEqual([
    'out/sim-0-in-process.json',
    'out/sim-0-in-process-answered-every-put.json',
  ]);
});

test('a live failure breaks again in the simulator, where it is made smaller', async () => {
  const live = liveFile();
  const registry = { propertiesModule: from('twoBroken') };
  const plan = { registry, io, seed: 5, planting: undefined, saving, shrinkMs: undefined };
  const { backend, runs, properties, twins } = await tryInSim(live, from('target'), plan);
  expect(backend).toBe('sim');
  // So many, or as many as a slow machine comes to.
  expect(runs).toBeLessThanOrEqual(200);
  const [one, two] = properties;
  expect([one?.property, two?.property]).toEqual([answered, other]);
  expect(one?.fail).toBeGreaterThan(0);
  expect(two?.fail).toBe(one?.fail);
  expect((one?.pass ?? 0) + (one?.fail ?? 0)).toBe(runs);
  const [twin] = twins;
  expect(twin?.replay).toBe('npx schism replay out/process-3-in-sim.json');
  expect(twin?.scheduleOf).toEqual({ backend: 'process', index: 3 });
  expect(twin?.run.schedule.length).toBeLessThan(live.run.schedule.length);
  expect(twin?.shrunkFrom?.entries).toBe(live.run.schedule.length);
});

test('a live failure that is not to be made smaller has a twin in the simulator all the same', async () => {
  const live = liveFile();
  const registry = { propertiesModule: from('twoBroken') };
  const plan = { registry, io, seed: 5, planting: undefined, saving, shrinkMs: 0 };
  const [twin] = (await tryInSim(live, from('target'), plan)).twins;
  expect(twin?.run.schedule).toEqual(live.run.schedule);
  expect(twin?.shrunkFrom).toBeUndefined();
  expect(twin?.run.verdicts[0]?.verdict).toBe('fail');
});

describe('what is tried in another world', () => {
  const result = (broken: readonly Broken[]): WorldResult => ({
    tally: {
      backend: 'process',
      runs: 9,
      simulatedMs: 0,
      wallMs: 0,
      faults: 0,
      faultsBit: 0,
      note: '',
    },
    properties: [],
    broken,
    digest: '',
    shown: [],
    interrupted: false,
  });
  const brokenOf = (of: RunFile | undefined, property: string): Broken => ({
    property,
    scenario: 'register',
    index: of?.run.index ?? 0,
    summary: '',
    digest: '',
    file: of,
  });
  const tally = (property: string, fail: number) => ({
    property,
    kind: 'safety' as const,
    guarantee: '',
    source: '',
    pass: 4 - fail,
    tested: 4,
    fail,
    unknown: 0,
    missing: undefined,
  });

  test('is the first run of each property, and each run once', async () => {
    const [first, second] = [liveFile(0), liveFile(1)];
    const asked: [RunFile, string][] = [];
    const tried = await withTries(
      result([brokenOf(first, answered), brokenOf(first, other), brokenOf(second, answered)]),
      io,
      (of, property) => {
        asked.push([of, property]);
        const twin = saving.save(of.run, { ...noExtra, scheduleOf: of.run });
        const properties = [tally(answered, 3)];
        return Promise.resolve<Try>({ backend: 'docker', runs: 4, properties, twins: [twin] });
      },
    );
    expect(asked).toEqual([[first, answered]]);
    expect(tried.broken.map((of) => of.file?.elsewhere?.runs)).toEqual([4, 4, undefined]);
    expect(tried.broken[0]?.file?.elsewhere).toEqual({
      backend: 'docker',
      runs: 4,
      broken: [
        { property: answered, runs: 3 },
        { property: other, runs: 0 },
      ],
      replay: tried.broken[0]?.twins?.[0]?.replay,
    });
    expect(tried.broken[1]?.file).toBe(tried.broken[0]?.file);
  });

  test('is a later run for the property that it was the first to break', async () => {
    const [first, second] = [liveFile(0), liveFile(1)];
    const asked: [number, string][] = [];
    await withTries(
      result([brokenOf(first, answered), brokenOf(second, answered), brokenOf(second, other)]),
      io,
      ({ run }, property) => {
        asked.push([run.index, property]);
        return Promise.resolve<Try>({ backend: 'process', runs: 4, properties: [], twins: [] });
      },
    );
    expect(asked).toEqual([
      [0, answered],
      [1, other],
    ]);
  });

  test('is nothing that a try has made something of already', async () => {
    const live = liveFile();
    const once = result([{ ...brokenOf(live, answered), twins: [live] }]);
    const never = () => Promise.reject(new Error('it was tried'));
    expect(await withTries(once, io, never)).toEqual(once);
    expect(said).toEqual([]);
  });

  test('is nothing that could not be judged, nor anything after an interruption', async () => {
    const live = liveFile();
    const never = () => Promise.reject(new Error('it was tried'));
    const unjudged = { ...live, run: { ...live.run, verdicts: [] } };
    const problem = result([brokenOf(unjudged, 'problem'), brokenOf(undefined, answered)]);
    expect(await withTries(problem, io, never)).toEqual(problem);
    const broken = result([brokenOf(live, answered)]);
    const over = { ...io, signal: AbortSignal.abort() };
    expect(await withTries(broken, over, never)).toEqual({ ...broken, interrupted: true });
    expect(said).toEqual([]);
  });

  test('is kept as it was where it cannot be tried, and that is said', async () => {
    const broken = result([brokenOf(liveFile(), answered)]);
    const failing = () => Promise.reject(new Error('no port is free'));
    expect(await withTries(broken, io, failing)).toEqual(broken);
    expect(said.splice(0)).toEqual([
      'run 3 on process could not be tried once more: no port is free',
    ]);
  });

  test('says nothing where no run of the other world came to its end', async () => {
    const broken = result([brokenOf(liveFile(), answered)]);
    const none: Try = { backend: 'sim', runs: 0, properties: [], twins: [] };
    expect(await withTries(broken, io, () => Promise.resolve(none))).toEqual(broken);
  });
});
