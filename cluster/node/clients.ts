/** Carries out what the API decides about a client's request. */
import { info } from '../api/info.ts';
import { leaveObjection } from '../api/leave.ts';
import { decide } from '../api/route.ts';
import type { ApiRequest, ApiResponse } from '../api/seam.ts';
import type { Local } from '../api/types.ts';
import { unreachable } from '../raft/unreachable.ts';
import type { Reply } from './awaited.ts';
import type { Life } from './life.ts';
import type { Requests } from './requests.ts';
import type { NodeWorld } from './world.ts';

export class Clients {
  readonly #world: NodeWorld;
  readonly #life: Life;
  readonly #requests: Requests;
  /** Clients that went away: whatever comes of their requests is told to nobody. */
  readonly #waiting = new Set<number>();

  constructor(world: NodeWorld, life: Life, requests: Requests) {
    this.#world = world;
    this.#life = life;
    this.#requests = requests;
  }

  request(id: number, request: ApiRequest): void {
    this.#waiting.add(id);
    const reply = (response: ApiResponse): void => {
      if (this.#waiting.delete(id)) this.#world.effects.push({ type: 'reply', id, response });
    };
    const local = this.local();
    const decision = decide(request, local);
    switch (decision.type) {
      case 'reply':
        reply(decision.response);
        return;
      case 'init':
        this.#life.init(decision.request, reply);
        return;
      case 'join':
        this.#life.join(decision.request, reply);
        return;
      case 'leave':
        this.#leave(decision.force, local, reply);
        return;
      case 'unlock':
        this.#life.unlock(decision.key, reply);
        return;
      case 'info':
        this.#askLeader('/info', (response) => {
          reply(info(this.local(), response));
        });
        return;
      case 'leader':
        this.#requests.submit(request, { forwarded: false, answer: reply });
        return;
      default:
        unreachable(decision);
    }
  }

  aborted(id: number): void {
    this.#waiting.delete(id);
  }

  /** What this node knows of itself. */
  local(): Local {
    const life = this.#life;
    const { facts, state } = life;
    const { config, now, random } = this.#world;
    return {
      config,
      state,
      nodeId: facts?.nodeId,
      role: facts?.role,
      address: facts?.advertiseAddr ?? config.advertiseAddr,
      error: life.error,
      managers: this.#managers(),
      now,
      random,
    };
  }

  #managers(): Local['managers'] {
    const { manager, agent, facts } = this.#life;
    const ofReplica = manager?.member.managers ?? [];
    return ofReplica.length > 0 ? ofReplica : (agent?.managers ?? facts?.managers ?? []);
  }

  #leave(force: boolean, local: Local, reply: Reply): void {
    const { state, role } = local;
    const isManager = role === 'manager' && (state === 'active' || state === 'pending');
    if (force || !isManager) {
      this.#life.leave(reply);
      return;
    }
    if (state === 'pending') {
      reply(leaveObjection(undefined, local));
      return;
    }
    this.#askLeader('/nodes', (response) => {
      reply(leaveObjection(response, local));
    });
  }

  /** Asks the leader on this node's own behalf. */
  #askLeader(path: string, answer: Reply): void {
    const request: ApiRequest = { method: 'GET', path, query: {}, headers: {}, body: undefined };
    this.#requests.submit(request, { forwarded: false, answer });
  }
}
