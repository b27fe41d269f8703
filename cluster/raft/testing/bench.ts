/** One member on a bench: what it is told, step by step, and all that it answers. Its peers exist only as messages. */
import type { Random } from '../../ports.ts';
import { createRaft } from '../raft.ts';
import type {
  Entry,
  HardState,
  Member,
  Membership,
  ProposalResult,
  Raft,
  RaftBoot,
  RaftConfig,
  RaftInput,
  RaftMessage,
  RaftOutput,
  RaftPersist,
  RaftTransition,
  ReadResult,
  Snapshot,
} from '../types.ts';
import { trialConfig } from './machine.ts';

/** Everything that some steps caused, in order. */
export type Caused = {
  readonly transitions: RaftTransition[];
  readonly persists: RaftPersist[];
  readonly messages: RaftMessage[];
  readonly installs: Snapshot[];
  readonly committed: Entry[];
  readonly proposals: ProposalResult[];
  readonly reads: ReadResult[];
};

type Body<M> = M extends unknown ? Omit<M, 'from' | 'to' | 'term'> : never;
/** A message without its addresses. */
export type MessageBody = Body<RaftMessage>;

export type BenchStart = {
  /** Voters; the member on the bench is `a`. */
  readonly voters?: readonly string[];
  readonly learners?: readonly string[];
  /** The terms of the entries behind the first one, which is the configuration of term 1. */
  readonly terms?: readonly number[];
  readonly hardState?: HardState;
  readonly config?: Partial<RaftConfig>;
  /** Completes each persist at once; otherwise `finishPersist` does. */
  readonly quickDisk?: boolean;
};

export const memberCalled = (id: string, voter = true): Member => ({
  id,
  nodeId: `node-${id}`,
  address: `${id}:1`,
  voter,
});

export const membershipOf = (
  voters: readonly string[],
  learners: readonly string[] = [],
  removed: readonly string[] = [],
): Membership => ({
  members: [
    ...voters.map((id) => memberCalled(id)),
    ...learners.map((id) => memberCalled(id, false)),
  ],
  removed,
});

export const dataEntry = (index: number, term: number): Entry => ({
  index,
  term,
  kind: 'data',
  data: Uint8Array.of(0, 0, term, index),
});

/** A log whose first entry is the configuration, and whose other ones have these terms. */
export const logOf = (membership: Membership, terms: readonly number[]): Entry[] => [
  { index: 1, term: 1, kind: 'config', membership },
  ...terms.map((term, at) => dataEntry(at + 2, term)),
];

/** The boot of a member that has stored nothing and knows of no cluster. */
export const blankBoot: RaftBoot = {
  hardState: undefined,
  snapshot: undefined,
  entries: [],
  membership: undefined,
};

/** Every draw gives the least it can. */
export const leastDraws: Random = {
  integer: () => 0,
  bytes: (_purpose, length) => new Uint8Array(length),
};

const nothingYet = (): Caused => ({
  transitions: [],
  persists: [],
  messages: [],
  installs: [],
  committed: [],
  proposals: [],
  reads: [],
});

export class Bench {
  readonly raft: Raft;
  now = 1_000;
  /** What the next draws give, in milliseconds above the least timeout. */
  draw = 0;
  readonly draws: string[] = [];
  readonly #quickDisk: boolean;
  #unfinished: RaftPersist | undefined;

  constructor(start: BenchStart = {}) {
    const membership = membershipOf(start.voters ?? ['a', 'b', 'c'], start.learners);
    const terms = start.terms ?? [];
    this.#quickDisk = start.quickDisk ?? true;
    this.raft = createRaft(
      { ...trialConfig('a'), ...start.config },
      {
        hardState: start.hardState ?? {
          term: Math.max(1, ...terms),
          votedFor: undefined,
          commit: 1,
        },
        snapshot: undefined,
        entries: logOf(membership, terms),
        membership: undefined,
      },
      {
        integer: (purpose) => {
          this.draws.push(purpose);
          return this.draw;
        },
        bytes: (_purpose, length) => new Uint8Array(length),
      },
      this.now,
    );
  }

  get status(): Raft['status'] {
    return this.raft.status;
  }

  feed(input: RaftInput): Caused {
    const caused = nothingYet();
    this.#feedInto(caused, input);
    return caused;
  }

  finishPersist(): Caused {
    const caused = nothingYet();
    const persist = this.#unfinished;
    this.#unfinished = undefined;
    if (persist !== undefined)
      this.#feedInto(caused, { type: 'persisted', sequence: persist.sequence });
    return caused;
  }

  /** A message from `from` in `term`, the present one if none is given. */
  hear(from: string, body: MessageBody, term = this.status.term): Caused {
    return this.feed({ type: 'message', message: { from, to: 'a', term, ...body } });
  }

  /** An append as the leader `from` would send it. */
  hearAppend(
    from: string,
    append: {
      readonly prevIndex: number;
      readonly prevTerm: number;
      readonly entries?: readonly Entry[];
      readonly commit?: number;
      readonly round?: number;
    },
    term = this.status.term,
  ): Caused {
    const { entries = [], commit = 0, round = 1 } = append;
    return this.hear(from, { type: 'append', ...append, entries, commit, round }, term);
  }

  acknowledge(from: string, index: number, round = 1): Caused {
    return this.hear(from, {
      type: 'append-response',
      ok: true,
      index,
      conflictTerm: 0,
      round,
    });
  }

  grant(from: string, pre: boolean): Caused {
    const term = pre ? this.status.term + 1 : this.status.term;
    return this.hear(from, { type: 'vote-response', pre, granted: true }, term);
  }

  propose(proposal: number): Caused {
    return this.feed({ type: 'propose', proposal, data: Uint8Array.of(proposal) });
  }

  /** Lets time pass until the member's own deadline, and then ticks. */
  wait(): Caused {
    this.now = Math.max(this.now, this.raft.deadline ?? this.now);
    return this.feed({ type: 'tick' });
  }

  /** Lets `ms` pass without anything being due before. */
  pass(ms: number): Caused {
    this.now += ms;
    return this.feed({ type: 'tick' });
  }

  /** Stands for election and has the vote of every `voter` asked. */
  elect(voters: readonly string[] = ['b', 'c']): Caused {
    this.wait();
    const caused = nothingYet();
    for (const pre of [true, false])
      for (const id of voters) {
        if (this.status.role === 'leader' || (pre && this.status.role === 'candidate')) continue;
        merge(caused, this.grant(id, pre));
      }
    return caused;
  }

  #feedInto(caused: Caused, input: RaftInput): void {
    const output = this.raft.step(input, this.now);
    mergeOutput(caused, output);
    if (output.persist === undefined) return;
    if (this.#quickDisk)
      this.#feedInto(caused, { type: 'persisted', sequence: output.persist.sequence });
    else this.#unfinished = output.persist;
  }
}

/** The member leads, and `b` and `c` have acknowledged its first entry. */
export const leading = (config: Partial<RaftConfig> = {}): Bench => {
  const bench = new Bench({ config });
  bench.elect();
  bench.acknowledge('b', 2);
  bench.acknowledge('c', 2);
  return bench;
};

const mergeOutput = (caused: Caused, output: RaftOutput): void => {
  caused.transitions.push(...output.transitions);
  if (output.persist !== undefined) caused.persists.push(output.persist);
  caused.messages.push(...output.messages);
  if (output.install !== undefined) caused.installs.push(output.install);
  caused.committed.push(...output.committed);
  caused.proposals.push(...output.proposals);
  caused.reads.push(...output.reads);
};

const merge = (into: Caused, more: Caused): void => {
  into.transitions.push(...more.transitions);
  into.persists.push(...more.persists);
  into.messages.push(...more.messages);
  into.installs.push(...more.installs);
  into.committed.push(...more.committed);
  into.proposals.push(...more.proposals);
  into.reads.push(...more.reads);
};

export const ofType = <T extends RaftMessage['type']>(
  { messages }: { readonly messages: readonly RaftMessage[] },
  type: T,
): Extract<RaftMessage, { type: T }>[] =>
  messages.filter((message): message is Extract<RaftMessage, { type: T }> => message.type === type);
