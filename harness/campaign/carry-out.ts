import { hashChoices } from '../backends/sim/hash-choices.ts';
import type { Journal } from '../backends/sim/journal.ts';
import type { Cipher, SimTarget } from '../backends/sim/program.ts';
import { runInSim } from '../backends/sim/run.ts';
import type { Limits } from '../conduct/plan.ts';
import { judgeRun } from '../judge.ts';
import type { Property } from '../core/property.ts';
import type { Run } from '../core/run.ts';
import type { Scenario } from '../core/scenario.ts';
import type { DrawSchedule, Finding, KnownSchedule, Place } from './job.ts';

/** What runs are made of, loaded. */
export type Subject = {
  readonly program: SimTarget;
  readonly properties: readonly Property[];
  readonly draw: DrawSchedule;
  readonly scenarios: readonly [Scenario, ...Scenario[]];
  readonly limits: Limits;
  readonly realCipher?: Cipher;
};

export type CarriedOut = {
  readonly run: Run;
  /** Why it is not worth judging; its verdicts are empty then. */
  readonly problem: string | undefined;
  readonly events: number;
};

export type Otherwise = {
  /** Instead of the one that is drawn. */
  readonly schedule?: KnownSchedule;
  readonly journal?: Journal;
};

export const scenarioAt = (scenarios: Subject['scenarios'], index: number): Scenario =>
  scenarios[index % scenarios.length] ?? scenarios[0];

const drawn = ({ draw, program, scenarios }: Subject, place: Place): KnownSchedule => {
  const { schedule, origin } = draw(program.target, scenarioAt(scenarios, place.index), place);
  return { schedule, path: origin?.path };
};

/** Carries out and judges one run of a campaign: a function of what it is given, on every thread. */
export const carryOut = (subject: Subject, place: Place, otherwise: Otherwise = {}): CarriedOut => {
  const { program, limits } = subject;
  const { target } = program;
  const scenario = scenarioAt(subject.scenarios, place.index);
  const { schedule, path, chanceSeed } = otherwise.schedule ?? drawn(subject, place);
  const sim = runInSim(
    { target, scenario, schedule, backend: 'sim', limits },
    {
      target: program,
      choices: hashChoices(chanceSeed ?? place.seed, place.index),
      ...(subject.realCipher !== undefined && { realCipher: subject.realCipher }),
      ...(otherwise.journal !== undefined && { journal: otherwise.journal }),
    },
  );
  const { history, problem, events } = sim;
  const verdicts =
    problem === undefined ? judgeRun(history, subject.properties, scenario.properties) : [];
  const run: Run = {
    scenario,
    ...place,
    backend: 'sim',
    schedule,
    chanceSeed,
    path,
    history,
    verdicts,
    digest: sim.digest,
    simulatedMs: sim.simulatedMs,
  };
  return { run, problem, events };
};

/** What a run has found, if anything. */
export const findingsOf = ({ run, problem }: CarriedOut): readonly Finding[] => {
  const { index, digest } = run;
  const scenario = run.scenario.name;
  if (problem !== undefined) {
    return [{ kind: 'problem', index, scenario, property: 'problem', summary: problem, digest }];
  }
  return run.verdicts.flatMap((judged): readonly Finding[] =>
    judged.verdict === 'fail'
      ? [
          {
            kind: 'violated',
            index,
            scenario,
            property: judged.property,
            summary: judged.summary,
            digest,
          },
        ]
      : [],
  );
};
