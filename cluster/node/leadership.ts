/**
 * What exists only while this node leads and has caught up: the manager with its control loops, the writes and reads under way,
 * the keeper of the membership. It is made anew for each leadership and dropped as a whole when that ends.
 */
import { decideAsLeader } from '../api/route.ts';
import type { ApiResponse } from '../api/seam.ts';
import { lostLeadership, transactionTooLarge } from '../api/texts.ts';
import type { LeaderDecision, Leading, Local } from '../api/types.ts';
import { createManager } from '../manager/manager.ts';
import type { Manager, ManagerOutput, ManagerTransaction } from '../manager/types.ts';
import { unreachable } from '../raft/unreachable.ts';
import type { StoreEvent, Transaction } from '../store/types.ts';
import type { AgentMessage } from '../agent/messages.ts';
import type { JoinRequest } from '../wire/messages.ts';
import { admit } from './admission.ts';
import { found } from './founding.ts';
import type { Founding } from './founding.ts';
import { settle } from './job.ts';
import type { Job } from './job.ts';
import type { Keyring } from './keyring.ts';
import type { Member } from './member.ts';
import { MembershipKeeper } from './membership-keeper.ts';
import { Proposer } from './proposer.ts';
import { Reads } from './reads.ts';
import { never } from './world.ts';
import type { NodeWorld } from './world.ts';

export type LeadershipHost = {
  readonly world: NodeWorld;
  readonly member: Member;
  readonly keyring: Keyring;
  readonly founding: Founding;
  local(): Local;
  /** Somebody else has to answer it, or this node once it leads again; it surely had no effect. */
  reroute(job: Job): void;
};

export class Leadership {
  readonly term: number;
  readonly reads: Reads;
  readonly proposer: Proposer;
  readonly keeper: MembershipKeeper;
  readonly #host: LeadershipHost;
  #manager: Manager | undefined;
  #over = false;

  constructor(host: LeadershipHost) {
    const { world, member } = host;
    this.#host = host;
    this.term = member.status.term;
    this.reads = new Reads(member);
    this.proposer = new Proposer(world, member, this.reads);
    this.keeper = new MembershipKeeper({ world, member, proposer: this.proposer });
    if (member.store.cluster === undefined) this.#found();
    else this.#begin();
  }

  /** Whether requests may be put to it. */
  get serving(): boolean {
    return this.#manager !== undefined && !this.#over;
  }

  get deadline(): number {
    if (!this.serving) return this.proposer.deadline;
    return Math.min(this.#manager?.deadline ?? never, this.keeper.deadline, this.proposer.deadline);
  }

  tick(): void {
    const manager = this.#manager;
    const now = this.#host.world.now;
    if (manager?.deadline !== undefined && manager.deadline <= now.mono)
      this.#carryOut(manager.step({ type: 'tick' }, now));
  }

  /** To be called at the end of every event. */
  review(): void {
    if (this.#over) return;
    if (this.serving) this.keeper.review();
    this.proposer.pump();
  }

  applied(events: readonly StoreEvent[]): void {
    if (this.#over) return;
    for (const { kind } of events) {
      if (kind !== 'node') continue;
      this.keeper.hurry();
      break;
    }
    const manager = this.#manager;
    if (manager !== undefined && events.length > 0)
      this.#carryOut(manager.step({ type: 'committed', events }, this.#host.world.now));
  }

  hearAgent(nodeId: string, address: string, message: AgentMessage): void {
    const manager = this.#manager;
    if (manager !== undefined)
      this.#carryOut(
        manager.step({ type: 'agent', nodeId, address, message }, this.#host.world.now),
      );
  }

  admit(request: JoinRequest): void {
    const { world, member } = this.#host;
    admit(request, { world, member, proposer: this.proposer });
  }

  /** Answers a request that reached the leader. */
  lead(job: Job): void {
    const decision = decideAsLeader(job.request, this.#leading());
    switch (decision.type) {
      case 'reply':
        settle(job, decision.response);
        return;
      case 'read':
        this.#read(job, decision);
        return;
      case 'write':
        this.#write(job, decision);
        return;
      default:
        unreachable(decision);
    }
  }

  /** The control loops stop at once; what waits for Raft is answered by what Raft says of it. */
  stop(): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#manager !== undefined) this.#observeManager(false);
    this.#manager = undefined;
  }

  /** After Raft has answered everything: what was never proposed goes elsewhere. */
  end(): void {
    this.stop();
    this.proposer.stop();
  }

  #leading(): Leading {
    const { member } = this.#host;
    const local = this.#host.local();
    return {
      config: local.config,
      state: local.state,
      nodeId: local.nodeId,
      role: local.role,
      address: local.address,
      error: local.error,
      managers: local.managers,
      now: local.now,
      random: local.random,
      view: member.store,
      raft: member.status,
    };
  }

  #read(job: Job, decision: LeaderDecision & { readonly type: 'read' }): void {
    this.reads.add({
      confirmed: () => {
        if (!job.settled) settle(job, decision.respond(this.#leading()));
      },
      refused: () => {
        this.#host.reroute(job);
      },
    });
  }

  #write(job: Job, decision: LeaderDecision & { readonly type: 'write' }): void {
    let response: ApiResponse | undefined;
    const { world, keyring } = this.#host;
    this.proposer.add({
      answers: true,
      wanted: () => !job.settled,
      run: (transaction) => {
        const from = transaction.actions.length;
        response = decision.run(transaction, this.#leading());
        if (transaction.actions.length > from) this.#follow(transaction, from);
      },
      done: () => {
        const answer = response;
        if (answer === undefined) return;
        // Whoever turned autolock on, or rotated its key, is told so once this manager's own keys are sealed under it.
        if (!keyring.unsaved) settle(job, answer);
        else
          world.pipeline.whenDurable(() => {
            settle(job, answer);
          });
      },
      failed: (lost) => {
        if (lost) settle(job, lostLeadership);
        else this.#host.reroute(job);
      },
      tooLarge: () => {
        settle(job, transactionTooLarge);
      },
    });
  }

  #found(): void {
    const { world, keyring, founding } = this.#host;
    this.proposer.add({
      answers: true,
      wanted: () => true,
      run: (transaction) => {
        found(transaction, founding, { world, keyring });
      },
      done: () => {
        this.#begin();
      },
      failed: () => undefined,
      tooLarge: () => undefined,
    });
  }

  #begin(): void {
    if (this.#over) return;
    const { world, member } = this.#host;
    this.#manager = createManager({
      config: world.config,
      random: world.random,
      view: member.store,
      managers: () => member.managers,
    });
    this.#observeManager(true);
    this.#carryOut(this.#manager.step({ type: 'start' }, world.now));
  }

  /** The control loops come behind all that waits now, which is as a rule into the same entry. */
  #follow(transaction: Transaction, from: number): void {
    const manager = this.#manager;
    if (manager !== undefined)
      this.#propose(manager.follow(transaction, from, this.#host.world.now));
  }

  #carryOut(output: ManagerOutput): void {
    this.#propose(output.transactions);
    for (const { to, message } of output.messages)
      this.#host.world.send(to, { type: 'dispatcher', message });
  }

  #propose(transactions: readonly ManagerTransaction[]): void {
    for (const transaction of transactions)
      this.proposer.add({
        answers: false,
        wanted: () => true,
        run: (open) => {
          transaction.run(open);
        },
        done: () => undefined,
        failed: () => undefined,
        tooLarge: () => {
          this.#host.world.effects.observe({
            kind: 'note',
            text: `the transaction ${transaction.name} is too large for one entry and was given up`,
          });
        },
      });
  }

  #observeManager(running: boolean): void {
    this.#host.world.effects.observe({ kind: 'manager', running, term: this.term });
  }
}
