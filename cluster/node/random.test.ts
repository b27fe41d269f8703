import { expect, test } from '@jest/globals';
import type { ApiResponse, Json } from '../api/seam.ts';
import type { Random } from '../ports.ts';
import { chanceOf } from './testing/chance.ts';
import type { SmallWorld } from './testing/small-world.ts';
import { at, serviceBody, swarmOf, textAt } from './testing/swarm.ts';

type Created = { readonly id: string; replicas: number; readonly maybe: Set<number> };

/** Clients, faults and an operator who knows every unlock key, all drawn from one seed. */
class Storm {
  readonly created = new Map<string, Created>();
  acknowledged = 0;
  readonly #world: SmallWorld;
  readonly #chance: Random;
  readonly #managers: readonly string[];
  readonly #unlockKey: string;
  #waiting: { readonly key: string; readonly then: (answer: ApiResponse) => void }[] = [];
  #count = 0;

  constructor(world: SmallWorld, seed: number) {
    this.#world = world;
    this.#chance = chanceOf(seed);
    this.#managers = [...world.nodes.keys()].filter((name) => name.startsWith('m'));
    const { body } = world.call('m1', 'GET', '/swarm/unlockkey');
    this.#unlockKey = textAt(body, 'UnlockKey');
  }

  step(): void {
    this.#hear();
    const manager = this.#pick(this.#managers);
    const what = this.#draw(100);
    if (this.#isUp(manager)) {
      if (what < 25) this.#create(manager);
      else if (what < 45) this.#scale(manager);
    }
    if (what >= 45 && what < 55) this.#strike();
    else if (what < 75 && what >= 55) this.#startOne();
    else if (what < 82 && what >= 75) this.#cut();
    else if (what < 92 && what >= 82) this.#world.passes = () => true;
    else if (what >= 92) {
      this.#world.loss = this.#draw(200);
      this.#world.duplication = this.#draw(200);
    }
    this.#world.run(this.#draw(200));
  }

  /** Everything is repaired, and given time. */
  calm(): void {
    this.#world.passes = () => true;
    this.#world.loss = 0;
    this.#world.duplication = 0;
    for (const node of this.#world.nodes.values()) {
      node.crashAfterOperations = undefined;
      if (node.program === undefined) this.#start(node.name);
    }
    for (let round = 0; round < 20; round += 1) {
      this.#world.run(500);
      this.#hear();
    }
  }

  #create(by: string): void {
    this.#count += 1;
    const name = `s${this.#count}`;
    this.#ask(by, 'POST', '/services/create', serviceBody(name), ({ status, body }) => {
      expect([201, 500, 503]).toContain(status);
      if (status !== 201) return;
      this.acknowledged += 1;
      this.created.set(name, { id: textAt(body, 'ID'), replicas: 1, maybe: new Set() });
    });
  }

  /** Reads a service, and counts it up from what was read. */
  #scale(by: string): void {
    if (this.created.size === 0) return;
    const [name, service] = this.#pick([...this.created]);
    this.#ask(by, 'GET', `/services/${service.id}`, undefined, ({ status, body }) => {
      expect([200, 500, 503]).toContain(status);
      if (status !== 200 || !this.#isUp(by)) return;
      const read = Number(textAt(body, 'Spec', 'Mode', 'Replicated', 'Replicas'));
      const next = read + 1;
      const target = `/services/${service.id}/update?version=${textAt(body, 'Version', 'Index')}`;
      service.maybe.add(next);
      this.#ask(by, 'POST', target, serviceBody(name, next), (answer) => {
        if (answer.status !== 200) return;
        this.acknowledged += 1;
        service.replicas = Math.max(service.replicas, next);
      });
    });
  }

  #strike(): void {
    const name = this.#pick([...this.#world.nodes.keys()]);
    if (!this.#isUp(name)) return;
    if (this.#draw(2) === 0) this.#world.kill(name);
    else this.#world.node(name).crashAfterOperations = this.#draw(4);
  }

  #startOne(): void {
    const down = [...this.#world.nodes.keys()].filter((name) => !this.#isUp(name));
    if (down.length > 0) this.#start(this.#pick(down));
  }

  #start(name: string): void {
    this.#world.start(name);
    if (name.startsWith('m') && this.#unlockKey !== '')
      this.#world.ask(name, 'POST', '/swarm/unlock', { UnlockKey: this.#unlockKey });
  }

  #cut(): void {
    const side = new Set([...this.#world.nodes.keys()].filter(() => this.#draw(2) === 0));
    this.#world.passes = (from, to) => side.has(from) === side.has(to);
  }

  #ask(
    by: string,
    method: 'GET' | 'POST',
    target: string,
    body: Json | undefined,
    then: (answer: ApiResponse) => void,
  ): void {
    this.#waiting.push({ key: this.#world.ask(by, method, target, body), then });
  }

  #hear(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) {
      const answer = this.#world.answer(one.key);
      if (answer === undefined) this.#waiting.push(one);
      else one.then(answer);
    }
  }

  #isUp(name: string): boolean {
    return this.#world.node(name).program !== undefined;
  }
  #draw(below: number): number {
    return this.#chance.integer('storm', below);
  }
  #pick<T>(list: readonly T[]): T {
    const picked = list[this.#draw(list.length)];
    if (picked === undefined) throw new Error('nothing to pick from');
    return picked;
  }
}

test.each([1, 2, 3, 4, 5, 6])(
  'whatever happens, what was acknowledged stays, hashes and states agree, and all come back (seed %i)',
  (seed) => {
    const config = seed % 2 === 0 ? { snapshotIntervalEntries: 20, trailingEntries: 5 } : {};
    const world = swarmOf(seed % 3 === 0 ? 5 : 3, 1, { seed, autoLock: seed % 2 === 0, config });
    const storm = new Storm(world, seed);
    for (let step = 0; step < 100; step += 1) storm.step();
    storm.calm();

    expect(storm.acknowledged).toBeGreaterThan(5);
    for (const { name, halted } of world.nodes.values()) {
      expect(halted).toBeUndefined();
      const state = world.node(name).observations.findLast((one) => one.kind === 'lock');
      expect([name, state]).toEqual([name, { kind: 'lock', state: 'active' }]);
    }
    const { body } = world.call('m2', 'GET', '/services');
    const shown = new Map(
      (body as readonly Json[]).map((one) => [textAt(one, 'Spec', 'Name'), one]),
    );
    for (const [name, { replicas, maybe }] of storm.created) {
      const found = Number(textAt(at(shown.get(name), 'Spec', 'Mode', 'Replicated'), 'Replicas'));
      expect(found).toBeGreaterThanOrEqual(replicas);
      expect([1, ...maybe]).toContain(found);
    }
    const hashes = new Map<number, number>();
    const states = new Map<number, string>();
    const leaders = new Map<number, string>();
    for (const { observations } of world.nodes.values())
      for (const one of observations) {
        if (one.kind === 'commit') {
          expect(one.hash).toBe(hashes.get(one.index) ?? one.hash);
          hashes.set(one.index, one.hash);
        } else if (one.kind === 'state') {
          expect(one.digest).toBe(states.get(one.index) ?? one.digest);
          states.set(one.index, one.digest);
        } else if (one.kind === 'role' && one.role === 'leader') {
          expect(one.raftId).toBe(leaders.get(one.term) ?? one.raftId);
          leaders.set(one.term, one.raftId);
        }
      }
  },
);
