/**
 * A node's own side of a join: it asks the given managers in turn until one of them answers, also after its client was told that
 * it takes long. The request keeps its nonce, so that asking again makes no second node.
 */
import type { JoinSwarmRequest } from '../api/types.ts';
import { newId } from '../store/identity.ts';
import type { JoinAnswer, JoinRequest } from '../wire/messages.ts';
import type { NodeWorld } from './world.ts';

export class Joining {
  readonly address: string;
  readonly #world: NodeWorld;
  readonly #remotes: readonly string[];
  readonly #request: JoinRequest;
  #asked = 0;
  #pauseMs: number;
  #askAt: number;

  constructor(world: NodeWorld, request: JoinSwarmRequest) {
    const { config, random } = world;
    this.#world = world;
    this.#remotes = request.remoteAddrs;
    this.address = request.advertiseAddr ?? config.advertiseAddr;
    this.#request = {
      nonce: newId(random, 'join-nonce'),
      token: request.joinToken,
      address: this.address,
      hostname: config.name,
      availability: request.availability,
    };
    this.#pauseMs = config.sessionBackoffMsMin;
    this.#askAt = world.now.mono;
  }

  get deadline(): number {
    return this.#askAt;
  }

  /** Asks the next manager, if it is time. */
  tick(): void {
    const { now, config } = this.#world;
    if (now.mono < this.#askAt) return;
    const remote = this.#remotes[this.#asked % this.#remotes.length];
    if (remote !== undefined) this.#world.send(remote, { type: 'join', request: this.#request });
    this.#asked += 1;
    this.#askAt = now.mono + this.#pauseMs;
    this.#pauseMs = Math.min(2 * this.#pauseMs, config.sessionBackoffMsMax);
  }

  /** Whether the answer is to this request, and not a late one to another. */
  owns(answer: JoinAnswer): boolean {
    return answer.nonce === this.#request.nonce;
  }
}
