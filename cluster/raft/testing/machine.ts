/** One member in a trial: its core, its disk, its state machine, and a check that it promises nothing that is not durable. */
import type { Random } from '../../ports.ts';
import { createRaft } from '../raft.ts';
import type {
  Entry,
  Membership,
  Raft,
  RaftConfig,
  RaftId,
  RaftInput,
  RaftMessage,
  RaftOutput,
  RaftPersist,
  Snapshot,
} from '../types.ts';
import type { Agenda } from './agenda.ts';
import type { Dice } from './dice.ts';
import { lastIndexOf } from './image.ts';
import { Violation, valueOf } from './judge.ts';
import type { Judge } from './judge.ts';
import type { Store } from './store.ts';

export const trialConfig = (id: RaftId): RaftConfig => ({
  id,
  electionTimeoutMsMin: 150,
  electionTimeoutMsMax: 300,
  heartbeatMs: 50,
  messageBytesMax: 200,
  inflightMessagesMax: 4,
  inflightBytesMax: 1_000,
  snapshotChunkBytes: 32,
  trailingEntries: 4,
});

type Floor = ReturnType<Judge['floor']>;

type Surroundings = {
  readonly agenda: Agenda;
  readonly dice: Dice;
  readonly judge: Judge;
  readonly random: Random;
  readonly store: Store;
  send(message: RaftMessage): void;
  /** How long this member's disk takes now. */
  diskMs(): number;
  count(what: string): void;
  /** Called when this member has begun to lead, and when a persist has begun: the moments at which trouble tells most. */
  elected(machine: Machine): void;
  persisting(machine: Machine, persist: RaftPersist): void;
};

/** The state machine's image: the values in their order, four bytes each. */
const encodeValues = (values: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, at) => {
    view.setUint32(at * 4, value);
  });
  return bytes;
};

const decodeValues = (bytes: Uint8Array): number[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, at) => view.getUint32(at * 4));
};

export class Machine {
  readonly id: RaftId;
  raft: Raft | undefined;
  pausedUntil = 0;
  readonly #founding: Membership | undefined;
  readonly #around: Surroundings;
  #boots = 0;
  #values: number[] = [];
  #applied = 0;
  #commit = 0;
  #snapshotIndex = 0;
  #persisting = false;
  #sequence = 0;
  #wakeAt: number | undefined;
  #backlog: RaftInput[] = [];
  readonly #writes = new Map<number, { readonly value: number; readonly floor: Floor }>();
  readonly #reads = new Map<number, Floor>();
  readonly #changes = new Set<number>();

  constructor(id: RaftId, founding: Membership | undefined, around: Surroundings) {
    this.id = id;
    this.#founding = founding;
    this.#around = around;
    this.boot();
  }

  get entries(): readonly Entry[] {
    return this.#around.store.image.entries;
  }

  get values(): readonly number[] {
    return this.#values;
  }

  boot(): void {
    if (this.raft !== undefined) return;
    this.#boots += 1;
    const image = this.#around.store.boot();
    this.#restore(image.snapshot);
    this.#sequence = 0;
    this.#commit = 0;
    this.raft = createRaft(
      trialConfig(this.id),
      { ...image, membership: this.#founding },
      this.#around.random,
      this.#around.agenda.now,
    );
    this.#schedule();
  }

  /** Everything in memory is lost, and of a persist under way what the disk had not done yet. */
  crash(): void {
    if (this.raft === undefined) return;
    this.#around.store.crash(this.#around.dice);
    this.#persisting = false;
    this.raft = undefined;
    this.#boots += 1;
    this.#backlog = [];
    this.#writes.clear();
    this.#reads.clear();
    this.#changes.clear();
    this.#wakeAt = undefined;
    this.pausedUntil = 0;
  }

  pause(until: number): void {
    this.pausedUntil = until;
    this.#around.agenda.at(until, () => {
      const inputs = this.#backlog;
      this.#backlog = [];
      for (const input of inputs) this.feed(input);
    });
  }

  write(number: number, value: number): void {
    if (this.raft === undefined) return;
    this.#writes.set(number, { value, floor: this.#around.judge.floor() });
    this.feed({ type: 'propose', proposal: number, data: encodeValues([value]) });
  }

  read(number: number): void {
    if (this.raft === undefined) return;
    this.#reads.set(number, this.#around.judge.floor());
    this.feed({ type: 'read', read: number });
  }

  change(number: number, input: Extract<RaftInput, { type: 'propose-config' }>['change']): void {
    if (this.raft === undefined) return;
    this.#changes.add(number);
    this.feed({ type: 'propose-config', proposal: number, change: input });
  }

  compact(): void {
    if (this.#applied <= this.#snapshotIndex) return;
    this.#snapshotIndex = this.#applied;
    this.#around.count('compactions');
    this.feed({ type: 'compact', index: this.#applied, data: encodeValues(this.#values) });
  }

  feed(input: RaftInput): void {
    if (this.raft === undefined) return;
    if (this.#around.agenda.now < this.pausedUntil) this.#backlog.push(input);
    else this.#carryOut(this.raft, this.raft.step(input, this.#around.agenda.now));
  }

  #restore(snapshot: Snapshot | undefined): void {
    this.#values = snapshot === undefined ? [] : decodeValues(snapshot.data);
    this.#applied = snapshot?.index ?? 0;
    this.#snapshotIndex = this.#applied;
  }

  #carryOut(raft: Raft, output: RaftOutput): void {
    const { judge, count } = this.#around;
    for (const list of Object.values(output)) if (Array.isArray(list)) Object.freeze(list);
    for (const { role, term } of output.transitions)
      if (role === 'leader') {
        count('elections');
        judge.leads(this.id, term, raft.status.lastIndex);
      }
    if (output.persist !== undefined) this.#persist(output.persist);
    for (const message of output.messages) {
      this.#checkPromise(message);
      this.#around.send(Object.freeze(message));
    }
    if (output.install !== undefined) this.#install(output.install);
    output.committed.forEach((entry, at) => {
      this.#apply(entry, output.hashes[at] ?? -1, raft.status.term);
    });
    if (raft.status.commit < this.#commit)
      throw new Violation(`${this.id}: commit goes back from ${this.#commit}`);
    this.#commit = raft.status.commit;
    if (raft.status.lost !== undefined)
      throw new Violation(`${this.id} is said to have lost its log, which no disk here does`);
    this.#settle(output);
    this.#schedule();
    if (output.transitions.some(({ role }) => role === 'leader')) this.#around.elected(this);
    if (output.persist !== undefined) this.#around.persisting(this, output.persist);
  }

  #persist(persist: RaftPersist): void {
    const { agenda } = this.#around;
    if (this.#persisting)
      throw new Violation(`${this.id} asks for a persist while one is under way`);
    if (persist.sequence !== this.#sequence + 1)
      throw new Violation(
        `${this.id} skips a persist: ${persist.sequence} follows ${this.#sequence}`,
      );
    this.#sequence = persist.sequence;
    this.#persisting = true;
    this.#around.store.begin(persist);
    const boot = this.#boots;
    agenda.after(this.#around.diskMs(), () => {
      if (boot !== this.#boots) return;
      this.#persisting = false;
      this.#around.store.finish();
      this.feed({ type: 'persisted', sequence: persist.sequence });
    });
  }

  /** Nothing that depends on a persist goes out before it is done. */
  #checkPromise(message: RaftMessage): void {
    const { image } = this.#around.store;
    const { hardState } = image;
    const { type, term } = message;
    const vote = hardState?.term === term ? hardState.votedFor : undefined;
    const broken =
      (type === 'vote-response' && !message.pre && message.granted && vote !== message.to) ||
      (type === 'vote-request' && !message.pre && vote !== this.id) ||
      (type === 'append-response' && message.ok && lastIndexOf(image) < message.index) ||
      (type === 'snapshot-response' && message.installed && lastIndexOf(image) < message.index);
    if (broken)
      throw new Violation(`${this.id} sends ${JSON.stringify(message)} before it is durable`);
  }

  #install(snapshot: Snapshot): void {
    this.#around.count('installs');
    this.#around.judge.installs(this.id, snapshot);
    if (snapshot.index <= this.#applied)
      throw new Violation(`${this.id} installs ${snapshot.index} over ${this.#applied}`);
    this.#restore(snapshot);
    const expected = this.#around.judge.valuesUpTo(snapshot.index);
    if (expected.join() !== this.#values.join())
      throw new Violation(`${this.id} installs other values than were committed`);
  }

  #apply(entry: Entry, hash: number, inTerm: number): void {
    if (entry.index !== this.#applied + 1)
      throw new Violation(`${this.id} applies ${entry.index} behind ${this.#applied}`);
    this.#around.judge.applies(this.id, entry, { hash, inTerm });
    this.#applied = entry.index;
    const value = valueOf(entry);
    if (value !== undefined) this.#values.push(value);
    if (entry.kind === 'config') this.#around.count('configurations');
  }

  #settle(output: RaftOutput): void {
    const { judge, count } = this.#around;
    for (const result of output.proposals) {
      count(`proposals ${result.result}`);
      if (this.#changes.delete(result.proposal)) continue;
      const write = this.#writes.get(result.proposal);
      if (write === undefined) throw new Violation(`proposal ${result.proposal} is answered again`);
      this.#writes.delete(result.proposal);
      if (result.result === 'committed') judge.wrote(write.value, result.index, write.floor);
      if (result.result === 'refused') judge.refused(write.value);
    }
    for (const result of output.reads) {
      count(`reads ${result.result}`);
      const floor = this.#reads.get(result.read);
      if (floor === undefined) throw new Violation(`read ${result.read} is answered again`);
      this.#reads.delete(result.read);
      if (result.result === 'ready') judge.read(result.index, floor);
    }
  }

  #schedule(): void {
    const { agenda } = this.#around;
    const due = this.raft?.deadline;
    if (due === undefined || due === this.#wakeAt) return;
    this.#wakeAt = due;
    const boot = this.#boots;
    agenda.at(due, () => {
      if (boot !== this.#boots || this.#wakeAt !== due) return;
      this.#wakeAt = undefined;
      this.feed({ type: 'tick' });
    });
  }
}
