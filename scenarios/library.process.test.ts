import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import '../harness/jest/to-hold.ts';
import { kill, start } from '../harness/index.ts';
import { acknowledgedWritesSurvive } from '../properties/index.ts';
import { referenceSwarm } from './targets/index.ts';

const short = { injectMs: 1_500, settleMs: 1_500, clients: 2 };
const schedule = [{ at: 200, fault: kill('follower'), forMs: 300 }];

/** Processes that this one has started, by what stands in their command lines. */
const childrenThatRun = (program: string): readonly number[] =>
  spawnSync('ps', ['-axo', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .stdout.split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([, parent, ...args]) => Number(parent) === process.pid && args.join(' ').includes(program),
    )
    .map(([pid]) => Number(pid));

test('a cluster that was started plays one schedule after the other, until its world breaks', async () => {
  await using cluster = await start(referenceSwarm({ managers: 3, workers: 0 }), {
    backend: 'process',
  });
  for (const played of [await cluster.play(schedule, short), await cluster.play(schedule, short)]) {
    expect(played.history.operations.filter(({ outcome }) => outcome === 'ok')).not.toEqual([]);
    expect(played).toHold(acknowledgedWritesSurvive, { untested: true });
  }
  const proxies = childrenThatRun('proxy/main');
  expect(proxies).toHaveLength(1);
  for (const pid of proxies) process.kill(pid, 'SIGKILL');
  await new Promise((resolve) => setTimeout(resolve, 500));
  await expect(cluster.play(schedule, short)).rejects.toThrow(/proxy/i);
  await expect(cluster.play(schedule, short)).rejects.toThrow(/proxy/i);
}, 60_000);
