import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { isAlive } from '../live/process-identity.ts';
import { programBeside } from '../live/program.ts';
import { cleanLeftovers, leftoversOf } from '../live/reclaim.ts';
import { listRecords, removeRecord, type RunRecord } from '../live/run-record.ts';
import { until } from '../live/toxiproxy/testing/loopback.ts';

/** A harness in a process of its own, with a running cluster in which one node is paused. */
type Owner = { readonly child: ChildProcess; readonly record: RunRecord };

describe('when the harness dies in the middle of a run', () => {
  let base = '';
  let state = '';
  const owners: ChildProcess[] = [];

  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'schism-owner-'));
    state = join(base, 'state');
  });
  afterEach(async () => {
    for (const child of owners.splice(0)) child.kill('SIGKILL');
    await until('nothing is remembered', () => listRecords(state).length === 0);
    rmSync(base, { recursive: true, force: true });
  });

  const start = async (folders = [state, join(base, 'runs')]): Promise<Owner> => {
    const program = programBeside(import.meta.url, 'testing/owner-main');
    const child = spawn(process.execPath, [program, ...folders], {
      cwd: base,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    owners.push(child);
    let said = '';
    child.stdout.on('data', (bytes) => {
      said += String(bytes);
    });
    await until('the cluster runs', () => said.endsWith('\n') || child.exitCode !== null);
    return { child, record: JSON.parse(said) as RunRecord };
  };

  test('its guardian ends every process, stopped ones too, and removes the run’s folder', async () => {
    const { child, record } = await start();
    expect(record.processes.map(({ name }) => name).sort()).toEqual(['m1', 'm2', 'm3', 'proxies']);
    expect(record.processes.every(isAlive)).toBe(true);
    child.kill('SIGKILL');
    await until('nothing is left', () => leftoversOf(record).length === 0);
    await until('nothing is remembered', () => listRecords(state).length === 0);
    await until(
      'the guardian has gone',
      () => record.guardian !== undefined && !isAlive(record.guardian),
    );
  });

  test('its guardian, which runs elsewhere, does so also where it was given relative folders', async () => {
    const { child, record } = await start(['state', 'runs']);
    child.kill('SIGKILL');
    await until('the run’s folder is gone', () => readdirSync(join(base, 'runs')).length === 0);
    await until('nothing is remembered', () => listRecords(state).length === 0);
    expect(leftoversOf(record)).toEqual([]);
  });

  const onLinux = process.platform === 'linux' ? test : undefined;
  onLinux?.('its guardian finds them also where the record was removed', async () => {
    const { child, record } = await start();
    removeRecord(state, record.run);
    child.kill('SIGKILL');
    await until('nothing is left', () => leftoversOf(record).length === 0);
  });

  test('without a guardian, `clean` finds what is left', async () => {
    const { child, record } = await start();
    if (record.guardian === undefined) throw new Error('a run has a guardian');
    process.kill(record.guardian.pid, 'SIGKILL');
    child.kill('SIGKILL');
    await until('the owner has gone', () => !isAlive(record.owner));
    expect(leftoversOf(record)).not.toEqual([]);
    const { removed, spared, failed } = await cleanLeftovers({ state });
    expect([removed.map(({ run }) => run), spared, failed]).toEqual([[record.run], [], []]);
    expect(leftoversOf(record)).toEqual([]);
    expect(listRecords(state)).toEqual([]);
  });

  test('`clean` spares a run whose owner lives', async () => {
    const { record } = await start();
    const { removed, spared } = await cleanLeftovers({ state });
    expect([removed, spared.map(({ run }) => run)]).toEqual([[], [record.run]]);
    expect(record.processes.every(isAlive)).toBe(true);
  });

  test('a stranger that got the pid of a dead owner or node is neither spared nor killed for it', async () => {
    const { child, record } = await start();
    const stranger = { pid: process.pid, since: 'another time', name: 'stranger' };
    expect(isAlive(stranger)).toBe(false);
    child.kill('SIGKILL');
    await until('nothing is left', () => leftoversOf(record).length === 0);
    expect(leftoversOf({ ...record, processes: [stranger] })).toEqual([]);
  });
});
