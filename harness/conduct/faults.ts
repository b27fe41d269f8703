import type { Ms, NodeName } from '../core/cluster.ts';
import type { Deed, Evidence, Fault } from '../core/fault.ts';
import type { FaultRecord } from '../core/history.ts';
import type { JsonObject } from '../core/json.ts';
import { isFault, type ScheduledFault, type Schedule } from '../core/schedule.ts';
import type { Desk } from './desk.ts';
import type { Recorder } from './recorder.ts';
import { resolve, selectForProcedure, type Field } from './resolve.ts';
import type { Timeline } from './timeline.ts';
import { createWaits } from './waits.ts';

/** A record while it grows. */
type Growing = { -readonly [K in keyof FaultRecord]: FaultRecord[K] };

type Active = {
  readonly record: Growing;
  /** Deeds that were asked for and not yet ended, by the id of their command. */
  readonly open: Map<number, Deed>;
  /** Those of them that have been confirmed. */
  readonly confirmed: Set<number>;
  unconfirmed: number;
  evidence: Evidence[];
  healed: boolean;
  /** To be done once all of them are confirmed. */
  onBegun?: () => void;
};

/** Starts faults when they are due, ends them when their leases do, and writes down what they really did. */
export type Faults = {
  /** Its times count from `zero`; what a fault waits for without a deadline of its own is waited for until `until`. */
  schedule(schedule: Schedule, time: { readonly zero: Ms; readonly until: Ms }): void;
  /** A role, a vote, an election or an operation may be what a fault waits for. */
  reconsider(): void;
  /** Ends everything; nothing starts any more. */
  heal(): void;
  /** Faults, restarts and procedures that have not come to their end. */
  readonly busy: number;
  readonly records: readonly FaultRecord[];
};

export type FaultWorld = {
  readonly desk: Desk;
  readonly timeline: Timeline;
  readonly recorder: Recorder;
  readonly field: Field;
  /** Runs a procedure of the target by name; `then` gets what broke it, or `undefined`. */
  procedure(
    name: string,
    given: { readonly nodes: readonly NodeName[]; readonly args: JsonObject },
    then: (problem: string | undefined) => void,
  ): void;
  /** A look at the disk of a node that is dead, before it is started. */
  lookAtDead(node: NodeName, then: () => void): void;
  /** What an operator does after a restart. */
  revive(node: NodeName, then: () => void): void;
};

const withoutEffect = (why: string): Evidence => ({ bit: false, text: why });

/** One text for the deeds together: it bit only if each of them did. */
const together = (evidence: readonly Evidence[]): Evidence => ({
  bit: evidence.length > 0 && evidence.every((part) => part.bit),
  text: evidence.map((part) => part.text).join('; '),
});

/** Deeds on links are proven one by one, those on nodes together. */
const partsOf = (deeds: readonly Deed[]): readonly (readonly Deed[])[] => {
  const onLinks = deeds.every((deed) => 'links' in deed);
  return onLinks ? deeds.map((deed) => [deed]) : [deeds];
};

export const createFaults = (world: FaultWorld): Faults => {
  const { desk, timeline, recorder, field } = world;
  const records: Growing[] = [];
  const active = new Set<Active>();
  /** For a role, or a trigger. */
  const waits = createWaits(timeline);
  /** Nodes that some kill holds down: a second kill of them would do nothing. */
  const down = new Set<NodeName>();
  let procedures = 0;
  let revivals = 0;
  let closed = false;

  const record = (entry: number, fault: Fault): Growing => {
    const made: Growing = {
      id: records.length,
      entry,
      fault,
      deeds: [],
      beginAt: undefined,
      begunAt: undefined,
      endAt: undefined,
      endedAt: undefined,
      evidence: withoutEffect('it never started'),
      healed: undefined,
    };
    records.push(made);
    return made;
  };

  const settle = (of: Active): void => {
    if (of.open.size > 0 || of.unconfirmed > 0) return;
    active.delete(of);
    of.record.endedAt = desk.now;
    of.record.evidence = together(of.evidence);
    of.record.healed = of.healed;
  };

  const begin = (entry: number, fault: Fault, deeds: readonly Deed[]): Active => {
    const of: Active = {
      record: record(entry, fault),
      open: new Map(),
      confirmed: new Set(),
      unconfirmed: 0,
      evidence: [],
      healed: true,
    };
    of.record.deeds = deeds;
    of.record.beginAt = desk.now;
    active.add(of);
    for (const deed of deeds) {
      if (deed.deed === 'kill') {
        if (down.has(deed.node)) {
          of.evidence.push(withoutEffect(`${deed.node} was down already`));
          continue;
        }
        down.add(deed.node);
      }
      of.unconfirmed += 1;
      const id = desk.issue({ type: 'begin', deed }, (happening) => {
        of.unconfirmed -= 1;
        of.confirmed.add(id);
        of.record.begunAt = desk.now;
        if (happening.type === 'begun' && !happening.ok) {
          of.open.delete(id);
          of.evidence.push(withoutEffect(happening.text));
          if (deed.deed === 'kill') down.delete(deed.node);
        } else if (of.record.endAt !== undefined) {
          // Its lease ran out while it was still being carried out.
          endDeed(of, id, deed);
        }
        if (of.record.endAt !== undefined) settle(of);
        else if (of.unconfirmed === 0) of.onBegun?.();
      });
      of.open.set(id, deed);
    }
    if (of.open.size === 0) {
      of.record.endAt = desk.now;
      of.record.begunAt = desk.now;
      settle(of);
    }
    return of;
  };

  /** A slow machine does not eat up the lease: it counts from the last confirmation, unless that never comes. */
  const lease = (of: Active, forMs: Ms): void => {
    of.onBegun = () => {
      timeline.at(desk.now + forMs, () => {
        end(of);
      });
    };
    timeline.at(desk.now + 2 * forMs, () => {
      if (of.unconfirmed > 0) end(of);
    });
  };

  const endDeed = (of: Active, id: number, deed: Deed): void => {
    of.unconfirmed += 1;
    of.open.delete(id);
    if (deed.deed !== 'kill') takeBack(of, id, deed);
    else
      world.lookAtDead(deed.node, () => {
        takeBack(of, id, deed);
      });
  };

  const takeBack = (of: Active, id: number, deed: Deed): void => {
    desk.end(id, (happening) => {
      if (happening.type === 'ended') {
        of.evidence.push(happening.evidence);
        of.healed = of.healed && happening.healed;
      }
      if (deed.deed !== 'kill') {
        of.unconfirmed -= 1;
        settle(of);
        return;
      }
      down.delete(deed.node);
      revivals += 1;
      world.revive(deed.node, () => {
        revivals -= 1;
        of.unconfirmed -= 1;
        settle(of);
      });
    });
  };

  /** Ends what has been confirmed; what has not is ended by its confirmation. */
  const end = (of: Active): void => {
    if (of.record.endAt !== undefined) return;
    of.record.endAt = desk.now;
    for (const [id, deed] of [...of.open]) if (of.confirmed.has(id)) endDeed(of, id, deed);
    settle(of);
  };

  const flap = (entry: number, scheduled: ScheduledFault, deeds: readonly Deed[]): void => {
    const until = desk.now + scheduled.forMs;
    const half = scheduled.fault.kind === 'flap' ? scheduled.fault.periodMs / 2 : 0;
    if (!(half > 0)) throw new Error(`a flap needs a period, not ${2 * half} ms`);
    const cycle = (): void => {
      if (closed || desk.now >= until) return;
      for (const part of partsOf(deeds)) {
        const of = begin(entry, scheduled.fault, part);
        timeline.at(Math.min(desk.now + half, until), () => {
          end(of);
        });
      }
      timeline.at(desk.now + 2 * half, cycle);
    };
    cycle();
  };

  const startProcedure = (
    entry: number,
    fault: Extract<Fault, { readonly kind: 'procedure' }>,
    nodes: readonly NodeName[],
  ): void => {
    const of = record(entry, fault);
    if (nodes.length > 0) of.on = nodes;
    of.beginAt = desk.now;
    of.begunAt = desk.now;
    procedures += 1;
    world.procedure(fault.name, { nodes, args: fault.args ?? {} }, (problem) => {
      procedures -= 1;
      of.endAt = desk.now;
      of.endedAt = desk.now;
      if (problem === undefined) of.healed = true;
      of.evidence =
        problem === undefined
          ? {
              bit: true,
              text: `${fault.name} was carried out${nodes.length > 0 ? ` on ${nodes.join(', ')}` : ''}`,
            }
          : withoutEffect(`${fault.name}: ${problem}`);
    });
  };

  /** `true`: started, or surely without effect. */
  const tryStart = (entry: number, scheduled: ScheduledFault): boolean => {
    const { fault } = scheduled;
    if (fault.kind === 'procedure') {
      const nodes = selectForProcedure(fault.nodes, field);
      if (nodes === undefined) return false;
      startProcedure(entry, fault, nodes);
      return true;
    }
    const resolution = resolve(fault, field);
    switch (resolution.result) {
      case 'wait':
        return false;
      case 'nothing':
        record(entry, fault).evidence = withoutEffect(resolution.why);
        return true;
      case 'deeds': {
        if (fault.kind === 'flap') {
          flap(entry, scheduled, resolution.deeds);
          return true;
        }
        for (const part of partsOf(resolution.deeds))
          lease(begin(entry, fault, part), scheduled.forMs);
        return true;
      }
    }
  };

  const start = (entry: number, scheduled: ScheduledFault): void => {
    if (closed) {
      record(entry, scheduled.fault).evidence = withoutEffect(
        'the time of faults was over when it was to start',
      );
      return;
    }
    waits.add({
      attempt: () => tryStart(entry, scheduled),
      until: desk.now + scheduled.forMs,
      giveUp() {
        record(entry, scheduled.fault).evidence = withoutEffect(
          'no node held the role that it names before its lease ended',
        );
      },
    });
  };

  /** How often that which a trigger names has happened so far. */
  const happened = (when: NonNullable<ScheduledFault['when']>): number => {
    if ('operation' in when) return recorder.count(when.operation);
    if ('write' in when) return recorder.writes[when.write];
    if ('vote' in when) return field.roles.votes;
    if ('node' in when)
      return when.node === 'promoted' ? field.roles.promotions : field.roles.demotions;
    return when.leader === 'elected' ? field.roles.elections : field.roles.losses;
  };

  const due = (entry: number, scheduled: ScheduledFault, until: Ms): void => {
    const { when } = scheduled;
    if (closed) return;
    if (when === undefined) {
      start(entry, scheduled);
      return;
    }
    const from = happened(when);
    waits.add({
      attempt() {
        if (happened(when) - from < (when.occurrence ?? 1)) return false;
        const { afterMs = 0 } = when;
        if (afterMs === 0) start(entry, scheduled);
        else
          timeline.at(Math.min(desk.now + afterMs, until), () => {
            start(entry, scheduled);
          });
        return true;
      },
      until: when.withinMs === undefined ? until : desk.now + when.withinMs,
      giveUp() {
        record(entry, scheduled.fault).evidence = withoutEffect(
          'what it waits for did not happen before its deadline',
        );
      },
    });
  };

  return {
    schedule(schedule, { zero, until }) {
      schedule.forEach((scheduled, entry) => {
        if (!isFault(scheduled)) return;
        timeline.at(zero + scheduled.at, () => {
          due(entry, scheduled, until);
        });
      });
    },
    reconsider: () => {
      waits.reconsider();
    },
    heal() {
      closed = true;
      waits.giveUp();
      for (const of of [...active]) end(of);
    },
    get busy() {
      return active.size + procedures + revivals;
    },
    records,
  };
};
