/**
 * Requests that only the leader can answer, from their arrival to their answer: led here, handed on once, or held until there is
 * a leader. A write that may have arrived somewhere is never sent again.
 */
import { deadlineExceeded, lostLeadership, noLeader } from '../api/texts.ts';
import type { ApiRequest, ApiResponse } from '../api/seam.ts';
import { newId } from '../store/identity.ts';
import { AnswerParts } from './answer-parts.ts';
import type { AnswerPart } from './answer-parts.ts';
import { isRead, settle } from './job.ts';
import type { Job } from './job.ts';
import { never } from './world.ts';
import type { NodeWorld } from './world.ts';

/** Where a request can go at this moment. */
export type Route =
  /** This node leads: it answers itself. */
  | { readonly to: 'here'; lead(job: Job): void }
  | { readonly to: 'leader'; readonly address: string; readonly term: number }
  /** It leads and has not caught up, or nobody leads that it knows of. */
  | { readonly to: 'nobody'; readonly elected: boolean };

type Forwarded = { readonly job: Job; readonly term: number; parts?: AnswerParts };

export class Requests {
  readonly #world: NodeWorld;
  readonly #route: () => Route;
  /** Oldest first: all of them have the same time, so their deadlines are in this order too. */
  #jobs: Job[] = [];
  /** Held until there is a leader. */
  #held: Job[] = [];
  readonly #forwarded = new Map<string, Forwarded>();
  #origin: string | undefined;
  #lastForward = 0;
  #leaderlessSince: number | undefined;
  /** Writes that an earlier leader had: if it has not answered by then it will not, because it leads no more. */
  #orphansDueAt = never;
  #orphansBefore = 0;

  constructor(world: NodeWorld, route: () => Route) {
    this.#world = world;
    this.#route = route;
  }

  /** Takes a request in. `from`: whether another manager handed it on. */
  submit(
    request: ApiRequest,
    { forwarded, answer }: { readonly forwarded: boolean; readonly answer: Job['answer'] },
  ): Job {
    const job: Job = {
      request,
      isRead: isRead(request),
      forwarded,
      deadline: this.#world.now.mono + this.#world.config.requestTimeoutMs,
      answer,
      settled: false,
    };
    this.#jobs.push(job);
    this.dispatch(job);
    return job;
  }

  /** Sends a job where it belongs now. Only for one that had no effect anywhere yet. */
  dispatch(job: Job): void {
    if (job.settled) return;
    const route = this.#route();
    switch (route.to) {
      case 'here':
        route.lead(job);
        return;
      case 'leader':
        if (job.forwarded) settle(job, noLeader);
        else this.#forward(job, route);
        return;
      case 'nobody':
        if ((job.forwarded && !route.elected) || this.#leaderlessForLong) settle(job, noLeader);
        else this.#held.push(job);
    }
  }

  /** Another leader, or none, or this one has caught up: what waits may go on. */
  leaderChanged(): void {
    const route = this.#route();
    if (route.to !== 'nobody' || route.elected) this.#leaderlessSince = undefined;
    else this.#leaderlessSince ??= this.#world.now.mono;
    if (route.to === 'leader') this.#askAgain(route.term);
    else if (route.to === 'here') this.#askAgain(Infinity);
    const held = this.#held;
    this.#held = [];
    for (const job of held) this.dispatch(job);
  }

  /** This node is no manager any more: what waits for a leader will not be answered by one. */
  abandon(response: ApiResponse): void {
    const held = this.#held;
    this.#held = [];
    this.#leaderlessSince = undefined;
    for (const job of held) settle(job, response);
  }

  /** The answer to a forwarded request. */
  answered(id: string, response: ApiResponse): void {
    const forwarded = this.#forwarded.get(id);
    if (forwarded === undefined) return;
    this.#forwarded.delete(id);
    settle(forwarded.job, response);
  }

  /** A part of the answer to a forwarded request. */
  answeredInPart(part: AnswerPart): void {
    const forwarded = this.#forwarded.get(part.id);
    if (forwarded === undefined) return;
    forwarded.parts ??= new AnswerParts();
    const response = forwarded.parts.take(part);
    if (response !== undefined) this.answered(part.id, response);
  }

  get deadline(): number {
    let first: Job | undefined;
    for (first = this.#jobs[0]; first?.settled === true; first = this.#jobs[0]) this.#jobs.shift();
    const patience =
      this.#held.length > 0 && this.#leaderlessSince !== undefined
        ? this.#leaderlessSince + this.#patienceMs
        : never;
    return Math.min(first?.deadline ?? never, patience, this.#orphansDueAt);
  }

  /** Answers what has waited long enough. */
  tick(): void {
    const now = this.#world.now.mono;
    if (now >= this.#orphansDueAt) this.#giveUpOrphans();
    for (let job = this.#jobs[0]; job !== undefined; job = this.#jobs[0]) {
      if (!job.settled && job.deadline > now) break;
      this.#jobs.shift();
      settle(job, this.#leaderlessForLong ? noLeader : deadlineExceeded);
    }
    if (this.#leaderlessForLong) {
      const held = this.#held;
      this.#held = [];
      for (const job of held) settle(job, noLeader);
    } else if (this.#held.length > 0) this.#held = this.#held.filter((job) => !job.settled);
    for (const [id, { job }] of this.#forwarded) if (job.settled) this.#forwarded.delete(id);
  }

  /** As in an engine: half of the time that a request may take. @source swarmkit, manager/state/raft/raft.go (LeaderConn) */
  get #patienceMs(): number {
    return this.#world.config.requestTimeoutMs / 2;
  }

  get #leaderlessForLong(): boolean {
    const since = this.#leaderlessSince;
    return since !== undefined && this.#world.now.mono - since >= this.#patienceMs;
  }

  #forward(job: Job, { address, term }: Route & { readonly to: 'leader' }): void {
    this.#origin ??= newId(this.#world.random, 'forward-origin');
    this.#lastForward += 1;
    const id = `${this.#origin}#${this.#lastForward}`;
    this.#forwarded.set(id, { job, term });
    this.#world.send(address, { type: 'forward', id, term, request: job.request });
  }

  /** A new leader leads in `term`. Reads are asked again; writes of earlier terms wait a little for the old one's word. */
  #askAgain(term: number): void {
    for (const [id, forwarded] of this.#forwarded) {
      if (forwarded.term >= term) continue;
      if (forwarded.job.isRead) {
        this.#forwarded.delete(id);
        this.dispatch(forwarded.job);
      } else if (this.#orphansDueAt === never) {
        this.#orphansDueAt = this.#world.now.mono + this.#world.config.electionTimeoutMsMax;
      }
    }
    this.#orphansBefore = term;
  }

  #giveUpOrphans(): void {
    this.#orphansDueAt = never;
    for (const [id, { job, term }] of this.#forwarded) {
      if (term >= this.#orphansBefore) continue;
      this.#forwarded.delete(id);
      settle(job, lostLeadership);
    }
  }
}
