import { pathToFileURL } from 'node:url';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { defaultLimits } from '../conduct/plan.ts';
import { carryOut } from './carry-out.ts';
import { runCampaign, type CampaignPlan, type CampaignResult } from './campaign.ts';
import { realCipher } from './real-cipher.ts';
import { replayInSim } from './replay.ts';
import * as register from './testing/register-campaign.ts';
import { TallyBuilder, Total } from './tally.ts';

const file = join(import.meta.dirname, 'testing/register-campaign.ts');
const from = (name: keyof typeof register) => ({ module: pathToFileURL(file).href, name });
const plan: CampaignPlan = {
  target: from('target'),
  properties: from('properties'),
  draw: from('draw'),
  scenarios: [register.scenario],
  seed: 12,
  limits: { ...defaultLimits, callTimeoutMs: 300 },
  runsMax: 60,
  forMs: undefined,
  jobs: 2,
  bail: false,
  againOneIn: 10,
};
const placed = (index: number) =>
  carryOut(
    {
      program: register.target,
      properties: register.properties,
      draw: register.draw,
      scenarios: [register.scenario],
      limits: plan.limits,
      realCipher,
    },
    { seed: plan.seed, index },
  );

describe('a campaign', () => {
  test('has one result, however many threads share it', async () => {
    const [first, second] = [
      { ...(await runCampaign({ ...plan, jobs: 1 })), wallMs: 0 },
      { ...(await runCampaign({ ...plan, jobs: 2 })), wallMs: 0 },
    ];
    expect(second).toEqual(first);
    expect(first).toMatchObject({ runs: 60, ended: 'runs' });
    expect(first.again).toBeGreaterThan(2);
  });

  test('sums up what runs in this very process, inside Jest, come to', async () => {
    const builder = new TallyBuilder();
    for (let index = 0; index < 20; index += 1) builder.add(placed(index));
    const total = new Total();
    total.add(builder.tally);
    const result = await runCampaign({ ...plan, runsMax: 20 });
    expect(result.digest).toBe(total.digest);
    expect(result.findings).toEqual(builder.tally.findings);
    expect(result.events).toBe(total.events);
  });

  test('a run has the same digest in a process without Jest', () => {
    const code = `
      const { carryOut } = await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'carry-out.ts')).href)});
      const r = await import(${JSON.stringify(pathToFileURL(file).href)});
      const subject = { program: r.target, properties: r.properties, draw: r.draw, scenarios: [r.scenario], limits: ${JSON.stringify(plan.limits)} };
      for (const index of [0, 1, 2]) console.log(carryOut(subject, { seed: ${plan.seed}, index }).run.digest);`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      encoding: 'utf8',
    });
    expect(stdout.trim().split('\n')).toEqual([0, 1, 2].map((index) => placed(index).run.digest));
  });

  test('counts verdicts by property, with the words of each', async () => {
    const { properties, findings, faults, faultsBit } = await runCampaign(plan);
    expect(properties.map(({ property, guarantee }) => [property, guarantee])).toEqual([
      ['puts-are-answered', 'every put is answered'],
      ['reads-are-short', 'a read shows fewer than 100 values'],
    ]);
    for (const { pass, fail, unknown } of properties) expect(pass + fail + unknown).toBe(60);
    expect(properties[1]).toMatchObject({ fail: 0, missing: 'a fault' });
    expect(findings).toHaveLength(properties[0]?.fail ?? 0);
    expect(findings.length).toBeGreaterThan(0);
    expect(faultsBit).toBeGreaterThan(0);
    expect(faultsBit).toBeLessThanOrEqual(faults);
  });

  test('what time ends is a prefix: so many runs have the same digest', async () => {
    // On a machine that is busy with much else a second may be too short for the threads to begin.
    const runFor = async (forMs: number): Promise<CampaignResult> => {
      const result = await runCampaign({ ...plan, runsMax: Infinity, forMs });
      return result.runs > 0 ? result : runFor(2 * forMs);
    };
    const timed = await runFor(1_000);
    expect(timed.ended).toBe('time');
    const counted = await runCampaign({ ...plan, runsMax: timed.runs, jobs: 1 });
    expect(counted.digest).toBe(timed.digest);
    expect(counted.findings).toEqual(timed.findings);
  });

  test('bail ends it behind the first run with a finding, on any number of threads', async () => {
    const all = await runCampaign(plan);
    const first = all.findings[0]?.index ?? -1;
    for (const jobs of [1, 2]) {
      const result = await runCampaign({ ...plan, jobs, bail: true });
      expect(result).toMatchObject({ runs: first + 1, ended: 'bail' });
      expect(result.findings).toEqual([all.findings[0]]);
    }
  });

  test('a failure comes with its whole run, and a smaller one that breaks the same property', async () => {
    const { failures } = await runCampaign({
      ...plan,
      shrink: { attemptsMax: 300, forMs: 20_000 },
    });
    const [failure] = failures;
    expect(failures).toHaveLength(1);
    expect(failure?.whole?.run).toEqual(placed(failure?.finding.index ?? -1).run);
    expect(failure?.whole?.run.digest).toBe(failure?.finding.digest);
    const shrunk = failure?.shrunk;
    expect(shrunk?.run.schedule.length).toBeLessThan(failure?.whole?.run.schedule.length ?? 0);
    expect(shrunk?.run.verdicts).toContainEqual(
      expect.objectContaining({ property: 'puts-are-answered', verdict: 'fail' }),
    );
    expect(shrunk).toMatchObject({
      digestBefore: failure?.finding.digest,
      entriesBefore: failure?.whole?.run.schedule.length,
      injectMsBefore: failure?.whole?.run.scenario.injectMs,
    });
    // No moment says when it failed: it is shorter by halves.
    expect(shrunk?.run.scenario.injectMs).toBeLessThan(shrunk?.injectMsBefore ?? 0);
  });

  test('a failure and its smaller one play again to the bit', async () => {
    const { failures } = await runCampaign({ ...plan, shrink: { attemptsMax: 50, forMs: 20_000 } });
    const [failure] = failures;
    for (const saved of [failure?.whole?.run, failure?.shrunk?.run]) {
      if (saved === undefined) throw new Error('a failure came without its run');
      const { run } = await replayInSim({ ...plan, run: saved });
      expect(run).toEqual(saved);
    }
  });

  test('a run under other chances than its own is another one, and plays again to the bit as well', async () => {
    const { run: own } = placed(3);
    const job = { ...plan, run: { ...own, chanceSeed: own.seed + 1 } };
    const { run } = await replayInSim(job);
    expect(run).toMatchObject({ seed: own.seed, index: 3, chanceSeed: own.seed + 1 });
    expect(run.digest).not.toBe(own.digest);
    expect((await replayInSim({ ...plan, run })).run).toEqual(run);
  });

  test('a replay that is given up ends its thread, before it begins and in its middle', async () => {
    const { run } = placed(3);
    for (const signal of [AbortSignal.abort(), AbortSignal.timeout(20)])
      await expect(replayInSim({ ...plan, run, signal })).rejects.toThrow();
  });

  test('a failure that cannot be made smaller, for its thread ends, is kept as it is', async () => {
    const { failures } = await runCampaign({
      ...plan,
      properties: from('deadlyWhereSmall'),
      shrink: { attemptsMax: 300, forMs: 20_000 },
    });
    const failure = failures.find(({ finding }) => finding.kind === 'violated');
    expect(failure?.finding.property).toBe('puts-are-answered');
    expect(failure?.whole?.run.digest).toBe(failure?.finding.digest);
    expect(failure?.shrunk).toBeUndefined();
    expect(failure?.unshrunk).toMatch(/ended: .*3/);
  });

  test('nor is one lost that takes too long to be made smaller', async () => {
    const { failures } = await runCampaign({
      ...plan,
      properties: from('endlessWhereSmall'),
      shrink: { attemptsMax: 300, forMs: 500 },
      taskMsMax: 5_000,
    });
    const failure = failures.find(({ finding }) => finding.kind === 'violated');
    expect(failure?.whole?.run.digest).toBe(failure?.finding.digest);
    expect(failure?.unshrunk).toContain('its task "shrink" took longer than 6 s');
  });

  test('who interrupts it while failures are made smaller waits no longer, and has all of them', async () => {
    const controller = new AbortController();
    const running = runCampaign({
      ...plan,
      properties: from('endlessWhereSmall'),
      jobs: 1,
      shrink: { attemptsMax: 300, forMs: 60_000 },
      signal: controller.signal,
      onProgress: ({ runs }) => {
        // The first is being made smaller by then, which never ends; where it is not yet, all the better.
        if (runs === plan.runsMax)
          setTimeout(() => {
            controller.abort();
          }, 2_000);
      },
    });
    const { failures } = await running;
    expect(failures.map(({ finding }) => finding.property)).toEqual(
      register.twoBroken.map(({ name }) => name),
    );
    for (const { finding, whole, shrunk } of failures) {
      expect(whole?.run.digest).toBe(finding.digest);
      expect(shrunk).toBeUndefined();
    }
  }, 30_000);

  test('says whether anything smaller was left to try, of more failures than threads', async () => {
    const asked: string[] = [];
    const completeAfter = async (attemptsMax: number) => {
      const { failures } = await runCampaign({
        ...plan,
        properties: from('twoBroken'),
        jobs: 1,
        shrink: { attemptsMax, forMs: 60_000 },
        onShrinking: (property) => asked.push(property),
      });
      return failures.map(({ finding, shrunk }) => [finding.property, shrunk?.complete]);
    };
    const [one, two] = register.twoBroken.map(({ name }) => name);
    for (const [attempts, complete] of [[1, false] as const, [5_000, true] as const]) {
      expect(await completeAfter(attempts)).toEqual([
        [one, complete],
        [two, complete],
      ]);
    }
    expect(asked).toEqual([one, two, one, two]);
  });

  test('with a schedule of its own it plays that one in every run, and only the chances differ', async () => {
    const first = (await runCampaign(plan)).findings[0]?.index ?? -1;
    const { schedule } = placed(first).run;
    const { findings, failures } = await runCampaign({
      ...plan,
      schedule,
      shrink: { attemptsMax: 300, forMs: 20_000 },
    });
    const [failure] = failures;
    expect(failure?.whole?.run.schedule).toEqual(schedule);
    const digests = findings.map(({ digest }) => digest);
    expect(digests.length).toBeGreaterThan(1);
    expect(new Set(digests).size).toBe(digests.length);
    const smaller = failure?.shrunk?.run.schedule ?? schedule;
    expect(smaller.length).toBeLessThan(schedule.length);
    expect(schedule).toEqual(expect.arrayContaining([...smaller]));
  });

  test('an interrupted campaign returns what was complete', async () => {
    const controller = new AbortController();
    const result = await runCampaign({
      ...plan,
      runsMax: 1_000_000,
      signal: controller.signal,
      onProgress: ({ runs }) => {
        if (runs > 5) controller.abort();
      },
    });
    expect(result.ended).toBe('interrupted');
    expect(result.runs).toBeGreaterThan(5);
    const counted = await runCampaign({ ...plan, runsMax: result.runs });
    expect(counted.digest).toBe(result.digest);
  });

  test('an interrupted campaign keeps the run of what it found', async () => {
    const controller = new AbortController();
    const { failures } = await runCampaign({
      ...plan,
      runsMax: 1_000_000,
      signal: controller.signal,
      onProgress: ({ findings }) => {
        if (findings > 0) controller.abort();
      },
    });
    expect(failures.length).toBeGreaterThan(0);
    for (const { finding, whole } of failures) expect(whole?.run.digest).toBe(finding.digest);
  });
});

describe('what a campaign finds besides', () => {
  const sevens = Array.from({ length: 12 }, (_, index) => index).filter((index) =>
    placed(index).run.history.operations.some(
      ({ operation, args }) => operation === 'put' && args.value === 7,
    ),
  );

  test('a run that ends its thread, by its number, and no other', async () => {
    const result = await runCampaign({ ...plan, target: from('deadlyTarget'), runsMax: 12 });
    const died = result.findings.filter(({ kind }) => kind === 'worker-died');
    expect(died.map(({ index }) => index)).toEqual(sevens);
    expect(died[0]?.summary).toContain('3');
    expect(result.runs).toBe(12);
  });

  test('a run that never ends', async () => {
    const result = await runCampaign({
      ...plan,
      target: from('hangingTarget'),
      runsMax: (sevens[0] ?? 0) + 1,
      taskMsMax: 5_000,
    });
    expect(result.findings.at(-1)).toMatchObject({ kind: 'worker-died', index: sevens[0] });
  });

  test('a target that throws', async () => {
    const result = await runCampaign({ ...plan, target: from('throwingTarget'), runsMax: 12 });
    const problems = result.findings.filter(({ kind }) => kind === 'problem');
    expect(problems.map(({ index, summary }) => [index, summary])).toEqual(
      sevens.map((index) => [index, 'seven']),
    );
  });

  test('a target that is not the same again, and the first event that differs', async () => {
    const result = await runCampaign({ ...plan, target: from('moodyTarget'), runsMax: 12 });
    const [doubt] = result.findings.filter(({ kind }) => kind === 'nondeterministic');
    expect(doubt?.summary).toMatch(/first differing event is number \d+: .* against /);
  });

  test('a module that cannot be loaded ends it with what is wrong', async () => {
    await expect(
      runCampaign({ ...plan, target: { ...from('target'), name: 'none' } }),
    ).rejects.toThrow('exports no none');
  });
});
