import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LiveBackend } from '../../backends/live/backend.ts';
import { chatterScenario, chatterSystem } from '../../backends/live/testing/chatter/conducting.ts';
import { chatterTarget } from '../../backends/live/testing/chatter/target.ts';
import { LiveFailure } from '../../backends/live/failure.ts';
import { processBackend } from '../../backends/process/backend.ts';
import { noCounts } from '../../core/counts.ts';
import type { Property } from '../../core/property.ts';
import { runLiveWorld, type LivePlan } from './live-world.ts';
import { saving } from './testing/sample-failure.ts';

describe('runs on real clusters, in an environment that fails', () => {
  let base = '';
  beforeAll(() => {
    base = mkdtempSync(join(tmpdir(), 'schism-world-'));
  });
  afterAll(() => {
    rmSync(base, { recursive: true, force: true });
  });

  const gone = new LiveFailure({ place: 'the engine', what: 'it is gone', nextStep: 'find it' });

  /** Good for so many clusters. */
  const backendFor = (times: number, started: number[] = []): LiveBackend => {
    const real = processBackend({ state: join(base, 'state'), parentFolder: base });
    return {
      name: 'process',
      start: async (...given) => {
        started.push(started.length);
        if (started.length > times) throw gone;
        return await real.start(...given);
      },
    };
  };

  const planOf = (backend: LiveBackend, told?: string[]): LivePlan => ({
    backend,
    target: chatterSystem,
    live: chatterTarget,
    properties: new Map(),
    scenarios: [1, 2, 3, 4].map(() => chatterScenario(100)),
    seed: 1,
    draw: () => ({ schedule: [], path: undefined }),
    jobs: 1,
    againMax: 0,
    bail: false,
    forMs: undefined,
    saving,
    note: '',
    signal: new AbortController().signal,
    onProgress: () => undefined,
    ...(told === undefined ? {} : { onTrouble: (failure) => told.push(failure.message) }),
  });

  test('in the middle: what was found before stays, and no further run is begun', async () => {
    const told: string[] = [];
    const started: number[] = [];
    const { tally, failed } = await runLiveWorld(planOf(backendFor(1, started), told));
    expect([tally.runs, failed, told, started.length]).toEqual([1, true, [gone.message], 2]);
  });

  test.each([1, 3])('as many clusters side by side as are asked for: %i', async (jobs) => {
    const real = backendFor(4);
    let running = 0;
    let most = 0;
    const start: LiveBackend['start'] = async (...given) => {
      running += 1;
      most = Math.max(most, running);
      const cluster = await real.start(...given);
      const end = cluster[Symbol.asyncDispose].bind(cluster);
      const counted = async (): Promise<void> => {
        running -= 1;
        await end();
      };
      return Object.assign(cluster, { [Symbol.asyncDispose]: counted });
    };
    await runLiveWorld({ ...planOf({ name: 'process', start }), jobs });
    expect(most).toBe(jobs);
  });

  describe('a run that a busy machine kept from putting a property to the test', () => {
    const idle: Property = {
      name: 'idle',
      kind: 'safety',
      guarantee: '',
      source: '',
      judge: () => ({ verdict: 'pass', tested: false, because: 'nothing happened' }),
    };
    const tally = {
      ...noCounts,
      property: 'idle',
      kind: 'safety',
      guarantee: '',
      source: '',
    } as const;

    /** This very process stands still for a while, again and again. */
    const stall = (): void => {
      const until = performance.now() + 400;
      while (performance.now() < until);
    };
    let stalls: NodeJS.Timeout | undefined;
    beforeAll(() => {
      stalls = setInterval(stall, 700);
    });
    afterAll(() => {
      clearInterval(stalls);
    });

    test.each([
      ['is played again', undefined, 2],
      ['also where another world has not told either', [tally], 2],
      ['not where another world has told', [{ ...tally, pass: 1, tested: 1 }], 1],
    ])('%s', async (_, before, runs) => {
      const result = await runLiveWorld({
        ...planOf(backendFor(2)),
        scenarios: [{ ...chatterScenario(1_500), properties: ['idle'] }],
        properties: new Map([['idle', idle]]),
        againMax: 1,
        before,
      });
      expect(result.tally.runs).toBe(runs);
      // Of this world alone.
      expect(result.properties).toMatchObject([{ property: 'idle', pass: runs, tested: 0 }]);
    });
  });

  test('at the beginning reject', async () => {
    await expect(runLiveWorld(planOf(backendFor(0), []))).rejects.toBe(gone);
  });

  test('reject where nobody listens: a rate is of all runs', async () => {
    await expect(runLiveWorld(planOf(backendFor(1)))).rejects.toBe(gone);
  });
});
