/** What a worker thread of a campaign does. It keeps nothing between tasks but what it has loaded. */
import { firstDifference, Journal, type Difference } from '../backends/sim/journal.ts';
import type { SimTarget } from '../backends/sim/program.ts';
import type { Ms } from '../core/cluster.ts';
import type { Property } from '../core/property.ts';
import { messageOf } from '../core/thrown.ts';
import { carryOut, scenarioAt, type Subject } from './carry-out.ts';
import type {
  AgainTask,
  DrawSchedule,
  Finding,
  Job,
  OneTask,
  PropertyTitle,
  RunsTask,
  ShrinkTask,
  Shrunk,
  Tally,
  WholeRun,
  WholeTask,
} from './job.ts';
import { drawSchedule } from '../generate/draw-schedule.ts';
import { lastMoment } from '../shrink/last-moment.ts';
import { shrink as shrinkSchedule, type Candidate } from '../shrink/shrink.ts';
import { loadExport } from './module-export.ts';
import { realCipher } from './real-cipher.ts';
import { TallyBuilder } from './tally.ts';

const drawOf = async ({ draw, schedule }: Job): Promise<DrawSchedule> => {
  if (schedule !== undefined) return () => ({ schedule, origin: undefined });
  return draw === undefined ? drawSchedule : ((await loadExport(draw)) as DrawSchedule);
};

const makeSubject = async (job: Job): Promise<Subject> => {
  const [program, properties, draw] = await Promise.all([
    loadExport(job.target),
    loadExport(job.properties),
    drawOf(job),
  ]);
  return {
    program: program as SimTarget,
    properties: properties as readonly Property[],
    draw,
    scenarios: job.scenarios,
    limits: job.limits,
    realCipher,
  };
};

/** Tasks of one campaign share their subject: whoever draws keeps tables for each scenario. */
let known: { readonly key: string; readonly subject: Subject } | undefined;

const subjectOf = async (job: Job): Promise<Subject> => {
  const key = JSON.stringify(job);
  if (known?.key === key) return known.subject;
  const subject = await makeSubject(job);
  known = { key, subject };
  return subject;
};

const broken = (job: Job, index: number, error: unknown): Finding => ({
  kind: 'problem',
  index,
  scenario: scenarioAt(job.scenarios, index).name,
  property: 'problem',
  summary: messageOf(error),
  digest: '',
});

/** Carries out some runs and sums them up. */
export const runs = async ({ job, from, to, bail }: RunsTask): Promise<Tally> => {
  const subject = await subjectOf(job);
  const builder = new TallyBuilder();
  for (let index = from; index < to; index += 1) {
    let found: boolean;
    try {
      found = builder.add(carryOut(subject, { seed: job.seed, index }));
    } catch (error) {
      builder.addLost(broken(job, index, error));
      found = true;
    }
    if (found && bail) break;
  }
  return builder.tally;
};

/** The digests of some runs once more. */
export const again = async ({ job, indexes }: AgainTask): Promise<readonly string[]> => {
  const subject = await subjectOf(job);
  return indexes.map((index) => carryOut(subject, { seed: job.seed, index }).run.digest);
};

/** Runs one twice, side by side, and says where they first differ. */
export const compare = async ({ job, index }: OneTask): Promise<Difference | undefined> => {
  const subject = await subjectOf(job);
  const [one, other] = [new Journal(), new Journal()];
  for (const journal of [one, other]) carryOut(subject, { seed: job.seed, index }, { journal });
  return firstDifference(one.lines, other.lines);
};

/** One run with its history. */
export const whole = async ({ job, index, schedule }: WholeTask): Promise<WholeRun> => {
  const place = { seed: job.seed, index };
  const otherwise = schedule === undefined ? {} : { schedule };
  const { run, problem } = carryOut(await subjectOf(job), place, otherwise);
  return { run, problem };
};

/** Whether a smaller schedule breaks the same may depend on chance: it is tried under so many others. */
const otherChances = 8;

/** Makes a failing run smaller while it breaks the same property. */
export const shrink = async (task: ShrinkTask): Promise<Shrunk> => {
  const { job, index, property, attemptsMax, forMs } = task;
  const subject = await subjectOf(job);
  const place = { seed: job.seed, index };
  const before = carryOut(subject, place).run;
  const { origin } = subject.draw(subject.program.target, before.scenario, place);
  // The others are not asked each time: to look for an order that a broken history has not can take seconds.
  const properties = subject.properties.filter(({ name }) => name === property);
  const ending = (injectMs: Ms): Pick<Subject, 'scenarios'> => ({
    scenarios: [{ ...before.scenario, injectMs }],
  });
  const failsAt = ({ injectMs, ...candidate }: Candidate): Ms | undefined => {
    const asked = { ...subject, ...ending(injectMs), properties };
    const { run } = carryOut(asked, place, { schedule: { ...candidate, path: undefined } });
    const fails = run.verdicts.some(({ verdict }) => verdict === 'fail');
    return fails ? lastMoment(run, property) : undefined;
  };
  const shrunk = await shrinkSchedule({
    schedule: before.schedule,
    injectMs: before.scenario.injectMs,
    happenedAt: lastMoment(before, property),
    origin,
    otherChances: Array.from({ length: otherChances }, (_, more) => job.seed + 1 + more),
    failsAt,
    attemptsMax,
    forMs,
    now: () => performance.now(),
  });
  const again = { ...subject, ...ending(shrunk.injectMs) };
  const { run, problem } = carryOut(again, place, { schedule: shrunk });
  return {
    run,
    problem,
    entriesBefore: before.schedule.length,
    injectMsBefore: before.scenario.injectMs,
    digestBefore: before.digest,
    attempts: shrunk.attempts,
    complete: shrunk.complete,
  };
};

export const titles = async (job: Job): Promise<readonly PropertyTitle[]> => {
  const { properties, scenarios } = await subjectOf(job);
  const asked = new Set(scenarios.flatMap((scenario) => scenario.properties));
  return (
    properties
      // A safety property is judged in every run, and shown where it was asked for or broken.
      .filter(({ name, kind }) => asked.has(name) || kind === 'safety')
      .map(({ name, kind, guarantee, source }) => ({ name, kind, guarantee, source }))
  );
};
