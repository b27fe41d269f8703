import type { Command } from '../../core/backend.ts';
import type { Choices } from '../../core/choices.ts';
import type { Ms } from '../../core/cluster.ts';
import type { History } from '../../core/history.ts';
import { createConductor } from '../../conduct/conductor.ts';
import type { Plan } from '../../conduct/plan.ts';
import type { Journal } from './journal.ts';
import type { Profile } from './profile.ts';
import type { Cipher, SimTarget } from './program.ts';
import { Simulation, type Thrown } from './simulation.ts';

export type SimRun = {
  readonly history: History;
  /** Over every event: the same for the same plan and choices, on every machine. */
  readonly digest: string;
  readonly simulatedMs: Ms;
  readonly events: number;
  /** Why the run is not worth judging: a program threw, the cluster never formed, nothing happened any more. */
  readonly problem: string | undefined;
  readonly thrown: Thrown | undefined;
};

export type SimRunGiven = {
  readonly target: SimTarget;
  readonly choices: Choices;
  readonly realCipher?: Cipher;
  readonly profile?: Partial<Profile>;
  readonly journal?: Journal;
  /** A run of more events than this is given up. */
  readonly eventsMax?: number;
};

const eventsMaxDefault = 20_000_000;

/** Carries out one run in virtual time. A function of its arguments, to the bit. */
export const runInSim = (plan: Plan, given: SimRunGiven): SimRun => {
  const conductor = createConductor(plan);
  let commands: Command[] = [];
  const simulation = new Simulation({
    ...given,
    nodes: plan.target.nodes(plan.scenario.shape),
    settings: plan.scenario.settings,
    onHappening(happening, at) {
      const answers = conductor.handle(happening, at);
      if (answers.length > 0) for (const command of answers) commands.push(command);
    },
  });
  /** What nodes said while one event was carried out is answered behind it. */
  const carryOutAll = (): void => {
    while (commands.length > 0) {
      const due = commands;
      commands = [];
      for (const command of due) simulation.carryOut(command);
    }
  };

  commands.push(...conductor.start(0));
  simulation.begin();
  carryOutAll();
  let stormy = false;
  let calm = false;
  let problem: string | undefined;
  const eventsMax = given.eventsMax ?? eventsMaxDefault;
  while (!conductor.finished && simulation.thrown === undefined) {
    if (!stormy && conductor.injecting) {
      simulation.storm();
      stormy = true;
    }
    if (!calm && conductor.healing) {
      simulation.calm();
      calm = true;
    }
    if (!simulation.step()) {
      problem = 'nothing was left that could happen';
      break;
    }
    carryOutAll();
    if (simulation.events > eventsMax) {
      problem = `it did not end within ${eventsMax} events`;
      break;
    }
  }
  const { thrown } = simulation;
  return {
    history: conductor.history(),
    digest: simulation.digest,
    simulatedMs: simulation.now,
    events: simulation.events,
    problem:
      thrown === undefined
        ? (problem ?? conductor.problem)
        : `${thrown.node} threw: ${thrown.message}`,
    thrown,
  };
};
