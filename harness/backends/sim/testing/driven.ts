import type { Command, Happening } from '../../../core/backend.ts';
import type { Link } from '../../../core/cluster.ts';
import type { CutMode, Deed } from '../../../core/fault.ts';
import type { Observation } from '../../../core/history.ts';
import type { Json } from '../../../core/json.ts';
import type { CallResult } from '../../../core/target.ts';
import { hashChoices } from '../hash-choices.ts';
import { noNoise, type Noise, type Profile } from '../profile.ts';
import { registerNodes, registerProgram } from './register-nodes.ts';
import { Simulation, type SimulationGiven } from '../simulation.ts';

/** A world without surprises, so that a test sees only what it asks for. */
export const plainProfile: Partial<Profile> = {
  delayMin: 200,
  delaySpread: 100,
  syncMin: 500,
  syncSpread: 100,
  bootMin: 5_000,
  bootSpread: 0,
  driftPpmMax: 0,
  wallOffMsMax: 0,
  noise: noNoise,
  storm: undefined,
  strict: false,
  realCipher: false,
};

/** A plain world but for this noise. */
export const loud = (noise: Partial<Noise>): Partial<Profile> => ({
  ...plainProfile,
  noise: { ...noNoise, ...noise },
});

/** What register nodes are asked, and the answer of one that did it. */
export const put = (value: number) => ({ op: 'put', value });
export const get = { op: 'get', value: 0 };
export const ok = (values: readonly number[]) => ({ response: { status: 200, values } });

/** A link and the way back. */
export const between = (a: string, b: string): readonly Link[] => [
  { from: a, to: b },
  { from: b, to: a },
];

export const cut = (links: readonly Link[], mode: CutMode = 'drop'): Deed => ({
  deed: 'cut',
  links,
  mode,
});

type Heard = { readonly at: number; readonly happening: Happening };

/** A simulation that a test drives step by step. For tests. */
export class Driven {
  readonly simulation: Simulation;
  readonly heard: Heard[] = [];
  #ids = 0;

  constructor(seed = 1, given: Partial<SimulationGiven> = {}) {
    this.simulation = new Simulation({
      target: registerProgram,
      nodes: registerNodes,
      settings: {},
      choices: hashChoices(seed, 0),
      profile: plainProfile,
      ...given,
      onHappening: (happening, at) => {
        this.heard.push({ at, happening });
      },
    });
    this.simulation.begin();
  }

  /** Lets virtual time pass. */
  pass(ms: number): this {
    const until = this.simulation.now + ms;
    this.simulation.carryOut({ type: 'wake', at: until });
    while (this.simulation.now < until && this.simulation.thrown === undefined) {
      if (!this.simulation.step()) break;
    }
    return this;
  }

  call(node: string, request: Json, timeoutMs = 1_000): number {
    const id = this.#id();
    this.simulation.carryOut({ type: 'call', id, node, request, timeoutMs });
    return id;
  }

  begin(deed: Deed): number {
    const id = this.#id();
    this.simulation.carryOut({ type: 'begin', id, deed });
    return id;
  }

  end(id: number): this {
    this.simulation.carryOut({ type: 'end', id });
    return this;
  }

  scan(node: string, bytes: Uint8Array): this {
    const canaries = [{ name: 'marker', bytes }];
    this.carryOut({ type: 'scan', id: this.#id(), node, autolock: false, canaries });
    return this;
  }

  carryOut(command: Command): void {
    this.simulation.carryOut(command);
  }

  resultOf(id: number): CallResult | undefined {
    return this.answersTo(id).find((happening) => happening.type === 'called')?.result;
  }

  answersTo(id: number): readonly Happening[] {
    return this.heard
      .map(({ happening }) => happening)
      .filter((happening) => 'id' in happening && happening.id === id);
  }

  all<T extends Happening['type']>(type: T): Extract<Happening, { readonly type: T }>[] {
    return this.heard
      .map(({ happening }) => happening)
      .filter((of): of is Extract<Happening, { readonly type: T }> => of.type === type);
  }

  observations(node: string): Observation[] {
    return this.all('observed')
      .map((of) => of.observation)
      .filter((of) => of.node === node);
  }

  lifecycle(node: string): string[] {
    return this.all('lifecycle')
      .filter((of) => of.lifecycle.node === node)
      .map((of) => of.lifecycle.event);
  }

  #id(): number {
    this.#ids += 1;
    return this.#ids;
  }
}
