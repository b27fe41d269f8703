/**
 * A trial: a whole cluster under faults drawn from a seed, judged while it runs, then healed and made to show progress. The
 * same seed gives the same trial.
 */
import type { Random } from '../../ports.ts';
import type { Membership, RaftId } from '../types.ts';
import { Agenda } from './agenda.ts';
import { createDice } from './dice.ts';
import type { Dice } from './dice.ts';
import { Judge, Violation } from './judge.ts';
import { Machine } from './machine.ts';
import { Network } from './network.ts';
import { createImageStore, createLogStore } from './store.ts';

export type TrialResult = {
  readonly seed: number;
  /** What did not hold, or `undefined`. */
  readonly violation: string | undefined;
  /** How often what happened, so that a test can tell that a trial met what it was made for. */
  readonly counts: ReadonlyMap<string, number>;
};

const machinesMax = 12;
const stormMs = 8_000;
const calmMs = 4_000;

class Trial {
  readonly counts = new Map<string, number>();
  readonly #agenda = new Agenda();
  readonly #dice: Dice;
  readonly #judge = new Judge();
  readonly #network: Network;
  readonly #machines = new Map<RaftId, Machine>();
  readonly #random: Random;
  #slowDisk: RaftId | undefined;
  #tornRate = 0;
  #hastyRate = 0;
  #operations = 0;
  #stormy = true;

  readonly #disk: 'model' | 'log';

  constructor(seed: number, disk: 'model' | 'log') {
    this.#disk = disk;
    this.#dice = createDice(seed);
    const { below } = this.#dice;
    this.#random = {
      integer: (_purpose, limit) => below(limit),
      bytes: (_purpose, length) => Uint8Array.from({ length }, () => below(256)),
    };
    this.#network = new Network(this.#agenda, this.#dice, (message) => {
      this.#machines.get(message.to)?.feed({ type: 'message', message });
    });
  }

  run(): void {
    if (this.#dice.chance(0.2)) this.#hurryThrough();
    else this.#storm();
    this.#calm();
  }

  #count = (what: string): void => {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  };

  #start(id: RaftId, founding: Membership | undefined): void {
    const machine = new Machine(id, founding, {
      agenda: this.#agenda,
      dice: this.#dice,
      judge: this.#judge,
      random: this.#random,
      store: this.#disk === 'log' ? createLogStore(this.#random) : createImageStore(),
      count: this.#count,
      send: (message) => {
        this.#network.send(message);
      },
      elected: (leader) => {
        if (this.#dice.chance(this.#hastyRate))
          this.#agenda.after(0, () => {
            this.#hurry(leader);
          });
      },
      persisting: (writer, { hardState, entries }) => {
        // One of several parts can be torn between them.
        const likelier = hardState !== undefined && entries.length > 0 ? 5 : 1;
        if (this.#dice.chance(this.#tornRate * likelier))
          this.#agenda.after(0, () => {
            this.#crash(writer);
          });
      },
      diskMs: () => (id === this.#slowDisk ? this.#dice.between(50, 400) : this.#dice.below(4)),
    });
    this.#machines.set(id, machine);
  }

  #found(size: number): void {
    const ids = Array.from({ length: size }, (_, at) => `m${at + 1}`);
    const members = ids.map((id) => ({ id, nodeId: id, address: `${id}:1`, voter: true }));
    for (const id of ids) this.#start(id, { members, removed: [] });
  }

  /** Nothing happens but elections, each of them followed at once by a change of the membership and a cut. */
  #hurryThrough(): void {
    this.#found(this.#dice.between(3, 5));
    this.#hastyRate = 1;
    this.#repeat(100, () => {
      this.#operate();
    });
    this.#repeat(1_500, () => {
      this.#network.heal();
    });
    this.#agenda.runUntil(stormMs);
  }

  #storm(): void {
    this.#found(this.#dice.pick([1, 2, 3, 3, 4, 5]) ?? 3);
    this.#network.lossRate = this.#dice.pick([0, 0.02, 0.2]) ?? 0;
    this.#network.duplicateRate = this.#dice.pick([0, 0.1, 0.3]) ?? 0;
    this.#network.lateRate = this.#dice.pick([0, 0.05, 0.2]) ?? 0;
    // Now and then a network as slow as the election timeouts: candidates try again while answers are on their way.
    this.#network.delayMsMax = this.#dice.pick([3, 6, 30, 150, 150]) ?? 6;
    this.#tornRate = this.#dice.pick([0, 0.01, 0.05]) ?? 0;
    this.#hastyRate = this.#dice.pick([0, 0.5]) ?? 0;
    this.#repeat(this.#dice.between(10, 80), () => {
      this.#operate();
    });
    this.#repeat(this.#dice.pick([60, 200, 400, 900]) ?? 400, () => {
      this.#disturb();
    });
    this.#repeat(this.#dice.pick([20, 100, 400, 1_500]) ?? 400, () => {
      this.#administer(this.#dice.pick(this.#leaders()));
    });
    this.#repeat(this.#dice.between(100, 2_000), () => {
      this.#anyMachine()?.compact();
    });
    this.#agenda.runUntil(stormMs);
  }

  #repeat(everyMs: number, what: () => void): void {
    const again = (): void => {
      if (!this.#stormy) return;
      what();
      this.#agenda.after(this.#dice.between(1, 2 * everyMs), again);
    };
    this.#agenda.after(everyMs, again);
  }

  #anyMachine(): Machine | undefined {
    return this.#dice.pick([...this.#machines.values()]);
  }

  /** Any machine that believes that it leads, the newest term first; there may be several. */
  #leaders(): Machine[] {
    return [...this.#machines.values()]
      .filter(({ raft }) => raft?.status.role === 'leader')
      .sort((left, right) => (right.raft?.status.term ?? 0) - (left.raft?.status.term ?? 0));
  }

  #operate(): void {
    this.#operations += 1;
    const machine = this.#dice.chance(0.1) ? this.#anyMachine() : this.#dice.pick(this.#leaders());
    if (this.#dice.chance(0.5)) machine?.read(this.#operations);
    else machine?.write(this.#operations, this.#operations);
  }

  #disturb(): void {
    const machine = this.#dice.chance(0.5) ? this.#anyMachine() : this.#dice.pick(this.#leaders());
    if (machine === undefined) return;
    switch (this.#dice.below(8)) {
      case 0:
      case 1:
        this.#crash(machine);
        return;
      case 2:
        this.#count('pauses');
        machine.pause(this.#agenda.now + this.#dice.between(50, 900));
        return;
      case 3:
        this.#split();
        return;
      case 4:
        this.#isolate(machine);
        return;
      case 5:
        this.#slowDisk = machine.id;
        return;
      default:
        this.#slowDisk = undefined;
        this.#network.heal();
    }
  }

  #crash(machine: Machine): void {
    this.#count('crashes');
    machine.crash();
    this.#agenda.after(this.#dice.between(0, 1_500), () => {
      machine.boot();
    });
  }

  /** Cut off one way, the other way, or both. */
  #isolate(machine: Machine): void {
    this.#count('isolations');
    const ways = this.#dice.below(3);
    for (const id of this.#machines.keys()) {
      if (ways !== 1) this.#network.cut(machine.id, id);
      if (ways !== 0) this.#network.cut(id, machine.id);
    }
  }

  #split(): void {
    const ids = [...this.#machines.keys()];
    const side = new Set(ids.filter(() => this.#dice.chance(0.5)));
    this.#separate(ids, side, this.#dice.chance(0.3));
  }

  #separate(ids: readonly RaftId[], side: ReadonlySet<RaftId>, oneWay: boolean): void {
    this.#count('partitions');
    for (const from of ids)
      for (const to of ids) {
        if (side.has(from) === side.has(to)) continue;
        if (!oneWay || side.has(from)) this.#network.cut(from, to);
      }
  }

  #administer(leader: Machine | undefined): void {
    if (leader?.raft === undefined) return;
    const { members } = leader.raft.status.membership;
    const member = this.#dice.pick(members);
    if (member === undefined) return;
    this.#operations += 1;
    const number = this.#operations;
    switch (this.#dice.below(6)) {
      case 0:
      case 1:
        this.#addLearner(leader, number);
        return;
      case 2:
        this.#promote(leader, number);
        return;
      case 3:
        leader.change(number, { kind: 'remove', id: member.id });
        return;
      case 4:
        leader.change(number, { kind: 'move', id: member.id, address: `${member.id}:${number}` });
        return;
      default:
        this.#count('transfers');
        leader.feed({ type: 'transfer', to: member.id });
    }
  }

  /** A change is asked for, and the network breaks elsewhere, before the new leader has reached anybody. */
  #hurry(leader: Machine): void {
    const members = leader.raft?.status.membership.members.map(({ id }) => id) ?? [];
    const deposed = this.#leaders().find((other) => other !== leader);
    const anybody = this.#dice.pick(members);
    const target = this.#dice.chance(0.5) ? (deposed?.id ?? anybody) : anybody;
    this.#operations += 1;
    if (target !== undefined && this.#dice.chance(0.7))
      leader.change(this.#operations, { kind: 'remove', id: target });
    if (this.#dice.chance(0.3)) return;
    this.#network.heal();
    if (this.#dice.chance(0.3)) this.#isolate(leader);
    else if (this.#dice.chance(0.5)) this.#split();
    else this.#halve(members);
  }

  /** Two sides of the same size, so that a majority of all is on neither. */
  #halve(ids: readonly RaftId[]): void {
    const left = [...ids];
    const side = new Set<RaftId>();
    while (side.size < ids.length >> 1)
      for (const id of left.splice(this.#dice.below(left.length), 1)) side.add(id);
    this.#separate([...this.#machines.keys()], side, false);
  }

  #promote(leader: Machine, number: number): void {
    const members = leader.raft?.status.membership.members ?? [];
    const learner = members.find(({ voter }) => !voter);
    if (learner !== undefined) leader.change(number, { kind: 'promote', id: learner.id });
  }

  #addLearner(leader: Machine, number: number): void {
    if (this.#machines.size >= machinesMax) return;
    const id = `m${this.#machines.size + 1}`;
    this.#start(id, undefined);
    leader.change(number, {
      kind: 'add-learner',
      member: { id, nodeId: id, address: `${id}:1` },
    });
  }

  /** Everything heals; within a bound there is a leader that commits, and all its members have the same. */
  #calm(): void {
    this.#stormy = false;
    this.#network.calm();
    this.#tornRate = 0;
    this.#hastyRate = 0;
    this.#slowDisk = undefined;
    for (const machine of this.#machines.values()) machine.boot();
    this.#agenda.runUntil(stormMs + calmMs);
    const [leader] = this.#leaders();
    if (leader?.raft === undefined) throw new Violation('nobody leads after the heal');
    const { term } = leader.raft.status;
    this.#operations += 1;
    const value = this.#operations;
    leader.write(value, value);
    this.#agenda.runUntil(stormMs + calmMs + 1_000);
    if (!leader.values.includes(value)) throw new Violation('no write is committed after the heal');
    this.#operations += 1;
    leader.read(this.#operations);
    this.#agenda.runUntil(stormMs + calmMs + 2_000);
    if (leader.raft.status.term !== term || leader.raft.status.role !== 'leader')
      throw new Violation(`the leader of term ${term} is disturbed after the heal`);
    this.#compareMembers(leader);
    this.#matchLogs();
  }

  #compareMembers(leader: Machine): void {
    const status = leader.raft?.status;
    for (const { id } of status?.membership.members ?? []) {
      const machine = this.#machines.get(id);
      if (machine?.raft?.status.applied !== status?.applied)
        throw new Violation(
          `${id} has applied ${machine?.raft?.status.applied ?? 0} of ${status?.applied ?? 0} after the heal`,
        );
      if (machine?.values.join() !== leader.values.join())
        throw new Violation(`${id} and its leader have applied different values`);
    }
  }

  /** Log Matching, on what the disks hold: where two logs have an entry of one index and term, all before it are the same. */
  #matchLogs(): void {
    const machines = [...this.#machines.values()];
    for (const left of machines)
      for (const right of machines) {
        if (left === right) continue;
        const theirs = new Map(right.entries.map((entry) => [entry.index, entry]));
        let same = false;
        for (const entry of [...left.entries].reverse()) {
          const other = theirs.get(entry.index);
          if (other === undefined) continue;
          if (other.term === entry.term) same = true;
          else if (same)
            throw new Violation(
              `log matching: ${left.id} and ${right.id} differ at ${entry.index}`,
            );
        }
      }
  }
}

/**
 * Runs the trial of `seed` to its end or to the first violation. `disk`: a model of what a persist does, or the real log on
 * files that a crash tears.
 */
export const runTrial = (seed: number, disk: 'model' | 'log' = 'model'): TrialResult => {
  const trial = new Trial(seed, disk);
  try {
    trial.run();
    return { seed, violation: undefined, counts: trial.counts };
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    return { seed, violation: error.message, counts: trial.counts };
  }
};
