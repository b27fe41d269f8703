import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Conducting } from '../../conduct/conductor.ts';
import type { Schedule } from '../../core/schedule.ts';
import { chatterShape as shape, conductingChatter } from '../live/testing/chatter/conducting.ts';
import { chatterTarget } from '../live/testing/chatter/target.ts';
import { isAlive } from '../live/process-identity.ts';
import { runLive } from '../live/run-live.ts';
import { listRecords } from '../live/run-record.ts';
import { until } from '../live/toxiproxy/testing/loopback.ts';
import { processBackend } from './backend.ts';

const conducting = (schedule: Schedule, injectMs = 900): Conducting =>
  conductingChatter(schedule, { backend: 'process', injectMs });

describe('a run on processes', () => {
  let base = '';
  beforeAll(() => {
    base = mkdtempSync(join(tmpdir(), 'schism-run-'));
  });
  afterAll(() => {
    rmSync(base, { recursive: true, force: true });
  });
  const state = (): string => join(base, 'state');
  const backend = (): ReturnType<typeof processBackend> =>
    processBackend({ state: state(), parentFolder: join(base, 'runs') });

  test('is conducted to its end: every fault bit and was healed, every call is in the history', async () => {
    const conductor = conducting([
      {
        at: 50,
        fault: { kind: 'cut', from: 'm1', to: 'm2', direction: 'both', mode: 'drop' },
        forMs: 200,
      },
      { at: 300, fault: { kind: 'kill', nodes: 'm3' }, forMs: 100 },
      { at: 350, client: 0, node: 'm1', operation: 'name', args: {} },
    ]);
    const { happenings, logs, interrupted } = await runLive(backend(), chatterTarget, {
      conductor,
      shape,
    });
    const { faults, operations, lifecycle } = conductor.history();
    expect(conductor.problem).toBeUndefined();
    expect(interrupted).toBe(false);
    expect(faults.map(({ evidence, healed }) => [evidence.bit, healed])).toEqual([
      [true, true],
      [true, true],
    ]);
    expect(operations.map(({ node, outcome }) => [node, outcome])).toEqual(
      ['m1', 'm2', 'm3', 'm1', 'm1', 'm2', 'm3'].map((node) => [node, 'ok']),
    );
    expect(lifecycle.filter(({ node }) => node === 'm3').map(({ event }) => event)).toEqual([
      'started',
      'killed',
      'started',
    ]);
    const times = happenings.map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(logs.m1?.join('\n')).toContain('said ');
    expect(listRecords(state())).toEqual([]);
  });

  test('ends early when it is told to: heals, and takes everything away', async () => {
    const interruption = new AbortController();
    const conductor = conducting(
      [{ at: 0, fault: { kind: 'pause', nodes: 'm2' }, forMs: 600_000 }],
      600_000,
    );
    const running = runLive(backend(), chatterTarget, {
      conductor,
      shape,
      signal: interruption.signal,
    });
    await until('the fault is on', () => conductor.history().faults[0]?.begunAt !== undefined);
    interruption.abort();
    expect((await running).interrupted).toBe(true);
    expect(conductor.history().faults[0]).toMatchObject({ evidence: { bit: true }, healed: true });
    expect(listRecords(state())).toEqual([]);
  });

  test('that is told to end while its cluster starts gives up the start, and leaves nothing', async () => {
    const interruption = new AbortController();
    const conductor = conducting([]);
    const running = runLive(
      backend(),
      { ...chatterTarget, ready: () => Promise.reject(new Error('never')) },
      { conductor, shape, signal: interruption.signal, readyMs: 60_000 },
    );
    await until('its nodes run', () => (listRecords(state())[0]?.processes.length ?? 0) > 3);
    const [record] = listRecords(state());
    const began = performance.now();
    interruption.abort();
    expect(await running).toMatchObject({ interrupted: true, happenings: [] });
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(record?.processes.filter(isAlive)).toEqual([]);
    expect(listRecords(state())).toEqual([]);
  });

  test('fails, and leaves nothing, where the proxies are gone', async () => {
    const conductor = conducting([], 600_000);
    const running = runLive(backend(), chatterTarget, { conductor, shape });
    const failed = expect(running).rejects.toThrow('the embedded proxy: it ended in the middle');
    await until('the schedule begins', () => conductor.history().phases.injectAt > 0);
    const [record] = listRecords(state());
    const proxies = record?.processes.find(({ name }) => name === 'proxies');
    if (record === undefined || proxies === undefined) throw new Error('the run is recorded');
    process.kill(proxies.pid, 'SIGKILL');
    await failed;
    expect(record.processes.filter(isAlive)).toEqual([]);
    expect(listRecords(state())).toEqual([]);
  });

  test('fails with what the conductor threw', async () => {
    const conductor = conducting([]);
    const broken: Conducting = {
      ...conductor,
      finished: false,
      handle: () => {
        throw new Error('the conductor dropped its baton');
      },
    };
    await expect(runLive(backend(), chatterTarget, { conductor: broken, shape })).rejects.toThrow(
      'dropped its baton',
    );
    expect(listRecords(state())).toEqual([]);
  });

  test('fails with what went wrong first, also where the cluster cannot be taken away', async () => {
    const conductor = conducting([]);
    const broken: Conducting = {
      ...conductor,
      finished: false,
      handle: () => {
        throw new Error('the conductor dropped its baton');
      },
    };
    const real = backend();
    const stuck: typeof real = {
      ...real,
      async start(...given) {
        const cluster = await real.start(...given);
        const dispose = async (): Promise<void> => {
          await cluster[Symbol.asyncDispose]();
          throw new Error('it will not go');
        };
        return new Proxy(cluster, {
          get: (of, key) => {
            if (key === Symbol.asyncDispose) return dispose;
            const value: unknown = Reflect.get(of, key, of);
            return typeof value === 'function' ? (value.bind(of) as unknown) : value;
          },
        });
      },
    };
    await expect(runLive(stuck, chatterTarget, { conductor: broken, shape })).rejects.toThrow(
      'dropped its baton',
    );
    await expect(
      runLive(stuck, chatterTarget, { conductor: conducting([]), shape }),
    ).rejects.toThrow('it will not go');
  });

  test('needs a target that can be a process', async () => {
    const without = Object.fromEntries(
      Object.entries(chatterTarget).filter(([key]) => key !== 'process'),
    ) as typeof chatterTarget;
    await expect(runLive(backend(), without, { conductor: conducting([]), shape })).rejects.toThrow(
      'target chatter: it does not say how it is started as a process',
    );
  });
});
