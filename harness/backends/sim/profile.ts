import type { Choices } from '../../core/choices.ts';

/** Virtual time goes in ticks of a microsecond. */
export const ticksPerMs = 1_000;

/** Chances in ten thousand. */
export const chanceBase = 10_000;

/** How the world misbehaves by itself until the heal; afterwards it does not. Chances in ten thousand. */
export type Noise = {
  /** Every message takes up to so many ticks more. */
  readonly slowness: number;
  readonly loss: number;
  readonly duplicate: number;
  /** A copy comes up to so many ticks later, as from a network that had lost sight of it. */
  readonly echo: number;
  /** A message that may be overtaken by those behind it. */
  readonly reorder: number;
  /** A message that is held up for long. */
  readonly spike: number;
  /** A client's connection that breaks before the answer came back. */
  readonly breakage: number;
  /** A sync that the disk takes long for. */
  readonly stall: number;
};

/** What kind of world a run takes place in: drawn once a run. Times in ticks. */
export type Profile = {
  readonly delayMin: number;
  readonly delaySpread: number;
  readonly spikeMax: number;
  readonly syncMin: number;
  readonly syncSpread: number;
  readonly stallMax: number;
  readonly bootMin: number;
  readonly bootSpread: number;
  /** How fast clocks may go wrong, in parts per million, either way. */
  readonly driftPpmMax: number;
  /** How far wall clocks are off, in milliseconds, either way. */
  readonly wallOffMsMax: number;
  readonly noise: Noise;
  /** Instead, while faults are injected: a network so bad that elections rarely end with the first try. Most runs have none. */
  readonly storm: Noise | undefined;
  /** Messages are encoded, decoded and checked for later changes, as are persisted bytes. */
  readonly strict: boolean;
  /** The real cipher where one was given. */
  readonly realCipher: boolean;
};

const pick = <T>(choices: Choices, what: string, from: readonly [T, ...T[]]): T =>
  from[choices.choose('profile', what, from.length)] ?? from[0];

/** Runs with codec or real cipher take several times as long; one in so many has either, which costs a campaign about a hundredth. */
const dearOneIn = 256;

export const drawProfile = (choices: Choices): Profile => {
  const quiet = choices.choose('profile', 'quiet', 4) === 0;
  const chance = (what: string, from: readonly [number, ...number[]]): number => {
    const drawn = pick(choices, what, from);
    return quiet ? 0 : drawn;
  };
  return {
    delayMin: pick(choices, 'delay-min', [50, 100, 200, 500]),
    delaySpread: pick(choices, 'delay-spread', [100, 400, 1_000, 4_000]),
    spikeMax: pick(choices, 'spike-max', [20_000, 100_000]),
    syncMin: pick(choices, 'sync-min', [50, 200, 1_000]),
    syncSpread: pick(choices, 'sync-spread', [100, 1_000, 3_000]),
    stallMax: pick(choices, 'stall-max', [20_000, 60_000]),
    bootMin: pick(choices, 'boot-min', [1_000, 20_000]),
    bootSpread: pick(choices, 'boot-spread', [1_000, 50_000]),
    driftPpmMax: pick(choices, 'drift', [0, 20, 200]),
    wallOffMsMax: pick(choices, 'wall-off', [0, 100, 60_000]),
    noise: {
      slowness: 0,
      loss: chance('loss', [0, 0, 10, 100]),
      duplicate: chance('duplicate', [0, 0, 20, 200]),
      echo: 0,
      reorder: chance('reorder', [0, 0, 50, 500]),
      spike: chance('spike', [0, 0, 5, 30]),
      breakage: chance('breakage', [0, 0, 50]),
      stall: chance('stall', [0, 0, 20]),
    },
    storm: drawStorm(choices),
    strict: choices.choose('profile', 'strict', dearOneIn) === 0,
    realCipher: choices.choose('profile', 'real-cipher', dearOneIn) === 0,
  };
};

/** One run in so many has a storm. */
const stormOneIn = 6;

/**
 * A message takes about as long as an election, so that candidates of one term meet and old answers count in later ones. No message takes
 * longer than two election timeouts, not even where a drawn fault delays it besides: properties wait for so long.
 */
const drawStorm = (choices: Choices): Noise | undefined => {
  if (choices.choose('profile', 'storm', stormOneIn) !== stormOneIn - 1) return undefined;
  return {
    slowness: pick(choices, 'storm-slowness', [10_000, 30_000, 80_000]),
    loss: pick(choices, 'storm-loss', [0, 200, 1_000]),
    duplicate: pick(choices, 'storm-duplicate', [0, 500, 3_000]),
    echo: pick(choices, 'storm-echo', [0, 100_000, 400_000]),
    reorder: pick(choices, 'storm-reorder', [0, 1_000, 5_000]),
    spike: pick(choices, 'storm-spike', [0, 100, 500]),
    breakage: pick(choices, 'storm-breakage', [0, 200]),
    stall: pick(choices, 'storm-stall', [0, 500, 4_000]),
  };
};

export const noNoise: Noise = {
  slowness: 0,
  loss: 0,
  duplicate: 0,
  echo: 0,
  reorder: 0,
  spike: 0,
  breakage: 0,
  stall: 0,
};
