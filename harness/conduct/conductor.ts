import type { Command, Conductor, Happening } from '../core/backend.ts';
import type { Ms, NodeName } from '../core/cluster.ts';
import type { FolderScan, History, Lifecycle, Observation } from '../core/history.ts';
import type { Json } from '../core/json.ts';
import { isFault } from '../core/schedule.ts';
import type { Memory, Procedure, ProcedureContext } from '../core/target.ts';
import { unreachable } from '../core/unreachable.ts';
import { createClients } from './clients.ts';
import { createDesk } from './desk.ts';
import { createFaults } from './faults.ts';
import { countFromZero } from './from-zero.ts';
import type { Plan } from './plan.ts';
import { runProcedure, type ProcedureWorld } from './procedures.ts';
import { createRecorder, type OperationPhase } from './recorder.ts';
import { createRoles } from './roles.ts';
import { createTail } from './tail.ts';
import { createTimeline } from './timeline.ts';

export type Conducting = Conductor & {
  /** The history; complete once `finished`, its times counted from the end of formation then. */
  history(): History;
  /** Why the run could not be carried out: the cluster never formed. */
  readonly problem: string | undefined;
  /** What procedures remember: for a later run on the same cluster. */
  readonly memory: Memory;
  /** Ends it early (Ctrl-C): heals what is active, then finishes without the tail and the final reads. */
  interrupt(at: Ms): readonly Command[];
};

const none: readonly Command[] = [];

/** A healed cluster takes no longer to carry out what it was asked for. */
const unansweredMs: Ms = 1_000;

/**
 * Conducts one run: forms the cluster, plays the schedule, heals, watches the healed cluster, asks a last time.
 * The same program conducts virtual and real time: it knows only what happened, and when.
 */
export const createConductor = (plan: Plan): Conducting => {
  const { target, scenario, schedule, limits } = plan;
  const nodes = target.nodes(scenario.shape);
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const managersAtFirst = nodes.filter(({ role }) => role === 'manager').map(({ name }) => name);
  const observations: Observation[] = [];
  const lifecycle: Lifecycle[] = [];
  const scans: FolderScan[] = [];
  const stalls: { readonly at: Ms; readonly forMs: Ms }[] = [];
  const memory: Memory = plan.standing ?? new Map<string, Json>();
  const roles = createRoles(nodes);
  const recorder = createRecorder();
  const desk = createDesk(target, { recorder, callTimeoutMs: limits.callTimeoutMs });
  const timeline = createTimeline();
  const { injectMs, settleMs } = scenario;
  const returnsMs = target.bounds.leaderReturnsMs;
  const tail = createTail({ injectMs, settleMs, returnsMs });

  let phase: OperationPhase = 'formation';
  let injectAt = 0;
  let healAt = 0;
  let healedAt: Ms | undefined;
  let quietAt: Ms | undefined;
  let endAt: Ms | undefined;
  let problem: string | undefined;
  let processes = 0;
  let askedWake: Ms | undefined;
  let interrupted = false;
  /** The history once it is finished: its times are counted anew, once. */
  let done: History | undefined;

  const newProcess = (): number => {
    processes += 1;
    return processes - 1;
  };

  const context = (
    selected: readonly NodeName[],
    args: ProcedureContext['args'],
  ): ProcedureContext => ({
    nodes,
    selected,
    args,
    memory,
    settings: scenario.settings,
    leader: () => roles.leader(),
    managers: () => roles.liveManagers(),
  });

  const world: ProcedureWorld = {
    desk,
    timeline,
    memory,
    phase: () => phase,
    newProcess,
    scanned: (scan) => scans.push(scan),
  };

  /** Runs a procedure that ends by itself, or by its limit; `then` is called exactly once. */
  const within = (
    procedure: Procedure,
    limitMs: Ms,
    then: (problem: string | undefined) => void,
  ): void => {
    const run = { over: false };
    const finish = (why: string | undefined): void => {
      if (run.over) return;
      run.over = true;
      then(why);
    };
    timeline.at(desk.now + limitMs, () => {
      finish(`it did not end within ${limitMs} ms`);
    });
    runProcedure(procedure, world, { stopped: () => run.over || interrupted, then: finish });
  };

  const talks = (from: NodeName, to: NodeName): boolean => {
    const a = byName.get(from);
    const b = byName.get(to);
    return a !== undefined && b !== undefined && target.talks(a, b);
  };

  const clients = createClients({
    desk,
    // Where the words of all of them say that they are none, some of these words are late.
    nodes() {
      const managers = roles.managers();
      return managers.length > 0 ? managers : managersAtFirst;
    },
    phase: () => phase,
    newProcess,
  });
  const faults = createFaults({
    desk,
    timeline,
    recorder,
    field: { nodes, talks, roles },
    procedure(name, { nodes: selected, args }, then) {
      const make = target.procedures[name];
      if (make === undefined) then(`target ${target.name} has no procedure of that name`);
      else within(make(context(selected, args)), limits.healMs, then);
    },
    lookAtDead(node, then) {
      const look = target.lookAtDead?.(context([node], {}));
      if (look === undefined) then();
      else
        within(look, limits.healMs, () => {
          then();
        });
    },
    revive(node, then) {
      within(target.revive(context([node], {})), limits.healMs, () => {
        then();
      });
    },
  });

  const form = (): void => {
    within(target.form(context([], {})), limits.formationMs, (why) => {
      if (endAt !== undefined) return;
      if (why === undefined) inject();
      else {
        problem = `the cluster did not form: ${why}`;
        injectAt = healAt = desk.now;
        finish();
      }
    });
  };

  const inject = (): void => {
    phase = 'inject';
    injectAt = desk.now;
    faults.schedule(schedule, { zero: injectAt, until: injectAt + injectMs });
    for (const entry of schedule) {
      if (isFault(entry) || tail.keep(entry)) continue;
      timeline.at(injectAt + entry.at, () => {
        clients.issue(entry);
        // It may be what a fault waits for.
        faults.reconsider();
      });
    }
    timeline.at(injectAt + injectMs, heal);
  };

  /** Operations are asked in the first half of the tail, so that the rest of it is quiet. */
  const askedUntil = (): Ms => healAt + settleMs / 2;
  /** They go on until the healed cluster accepts a write, or the bound by which it must has passed. */
  const askedAtMost = (): Ms =>
    Math.max(askedUntil(), (healedAt ?? desk.now) + Math.min(returnsMs, tail.keptMs));

  const heal = (): void => {
    if (phase !== 'inject') return;
    phase = 'settle';
    healAt = desk.now;
    faults.heal();
    timeline.at(healAt + limits.healMs, healed);
    timeline.at(askedUntil(), advance);
    advance();
  };

  const healed = (): void => {
    if (healedAt !== undefined) return;
    healedAt = desk.now;
    for (const { operation, afterMs } of tail.kept)
      timeline.at(healedAt + afterMs, () => {
        clients.issue(operation);
      });
    timeline.at(askedAtMost(), advance);
    // A world that never answers a call does not keep the run from its end.
    timeline.at(askedAtMost() + 2 * limits.callTimeoutMs, () => {
      if (quietAt === undefined) quiet();
    });
  };

  /** A write without an answer may still be carried out, and what follows from it has the whole bound from then on. */
  const lateMs = (): Ms => {
    const unanswered = recorder.operations.findLast(
      (operation) => operation.effect === 'write' && operation.outcome === 'unknown',
    );
    return unanswered?.phase === 'settle' ? unansweredMs : 0;
  };

  const quiet = (): void => {
    quietAt = desk.now;
    timeline.at(quietAt + Math.max(settleMs / 2, target.bounds.convergeMs) + lateMs(), finalReads);
  };

  const finalReads = (): void => {
    phase = 'final';
    within(target.finish(context([], {})), limits.finishMs, finish);
  };

  const finish = (): void => {
    endAt ??= desk.now;
  };

  /** Moves on from one phase to the next where nothing is left to wait for. */
  const advance = (): void => {
    if (phase !== 'settle') return;
    if (healedAt === undefined && faults.busy === 0) healed();
    if (healedAt === undefined) return;
    if (interrupted) {
      finish();
      return;
    }
    if (quietAt !== undefined || desk.now < askedUntil()) return;
    const accepted = (recorder.writtenInTailAt ?? -Infinity) >= healedAt;
    if (!accepted && desk.now < askedAtMost()) return;
    clients.close();
    if (clients.busy === 0) quiet();
  };

  const commands = (): readonly Command[] => {
    timeline.run(desk.now);
    advance();
    const drained = desk.drain();
    const next = endAt === undefined ? timeline.next : undefined;
    if (next === undefined || next === askedWake) return drained;
    askedWake = next;
    return [...drained, { type: 'wake', at: next }];
  };

  const observed = (observation: Observation): void => {
    observations.push(observation);
    roles.observed(observation);
    // A vote, or a task that runs, may be what a fault waits for.
    const { kind } = observation;
    if (kind === 'role' || kind === 'task' || kind === 'vote') faults.reconsider();
  };

  const lived = (event: Lifecycle): void => {
    lifecycle.push(event);
    roles.lived(event);
    faults.reconsider();
  };

  const recorded = (): History => ({
    target: target.name,
    backend: plan.backend,
    nodes,
    settings: scenario.settings,
    bounds: target.bounds,
    phases: {
      injectAt,
      healAt,
      healedAt: healedAt ?? endAt ?? desk.now,
      quietAt: quietAt ?? endAt ?? desk.now,
      endAt: endAt ?? desk.now,
    },
    operations: recorder.operations,
    faults: faults.records,
    observations,
    lifecycle,
    scans,
    stalls,
  });

  return {
    start(at) {
      desk.tick(at);
      if (plan.standing === undefined) form();
      else inject();
      return commands();
    },
    handle(happening: Happening, at: Ms) {
      if (endAt !== undefined) return none;
      desk.tick(at);
      switch (happening.type) {
        case 'observed':
          observed(happening.observation);
          // Most observations make nothing due; the hot path ends here.
          if (happening.observation.kind !== 'role' && happening.observation.kind !== 'vote')
            return none;
          break;
        case 'wake':
          askedWake = undefined;
          break;
        case 'lifecycle':
          lived(happening.lifecycle);
          break;
        case 'stalled':
          stalls.push({ at, forMs: happening.forMs });
          break;
        case 'called':
        case 'begun':
        case 'ended':
        case 'started':
        case 'killed':
        case 'scanned':
        case 'file-read':
          desk.answered(happening, at);
          faults.reconsider();
          break;
        default:
          unreachable(happening);
      }
      return commands();
    },
    interrupt(at) {
      desk.tick(at);
      interrupted = true;
      clients.close();
      if (phase === 'inject') heal();
      else if (phase !== 'settle') finish();
      return commands();
    },
    get finished() {
      return endAt !== undefined;
    },
    get injecting() {
      return phase === 'inject';
    },
    get healing() {
      return phase === 'settle' || phase === 'final';
    },
    get problem() {
      return problem;
    },
    memory,
    history: () =>
      (done ??= endAt === undefined ? undefined : countFromZero(recorded())) ?? recorded(),
  };
};
