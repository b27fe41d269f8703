import { checkLinearizable } from '../check.ts';
import { replay } from '../replay.ts';
import type { Tuning } from '../search.ts';
import { isLinearizable } from './brute-force.ts';
import { kinds } from './kinds.ts';
import { plainSearch } from './plain-search.ts';
import { randomHistory } from './random-history.ts';
import { seeded } from './random.ts';

/** What a comparison counted; `differences` say how to see them again. */
export type Comparison = {
  right: number;
  wrong: number;
  rightWithUnknown: number;
  wrongWithUnknown: number;
  /** Judgements that were given up, by the independent judge or by the checker. */
  skipped: number;
  differences: string[];
};

export type Comparing = {
  readonly kind: string;
  readonly from: number;
  readonly count: number;
  /** Stop at the first difference. */
  readonly stopEarly?: boolean;
};

/** Ways to judge that may not change a verdict. */
const searching: Tuning = { monitors: false, returnsFirst: false };
const SHORT: readonly Tuning[] = [{}, { monitors: false }, searching];
const LONG: readonly Tuning[] = [
  {},
  { monitors: false },
  searching,
  { ...searching, hashBits: 0 },
  { ...searching, hashBits: 3, firstTable: 2, firstTurn: 1, windowEntries: 64 },
];

/** Histories of up to eight operations, against the definition. */
export function compareShort(comparing: Comparing): Comparison {
  return compare(comparing, SHORT, (model, random) => {
    const shape = {
      operations: Math.min(8, 3 + random.below(7)),
      processes: 1 + random.below(5),
      unknown: random.pick([0.2, 0.2, 0.6]),
      rejected: 0.1,
      wrong: 0.65,
    };
    const isRight = (history: Parameters<typeof isLinearizable>[1]) =>
      isLinearizable(model.model, history);
    const history = randomHistory(model, { shape, random }, isRight);
    return { history, right: isRight(history) };
  });
}

/** Histories of 30 to 200 operations, some with more than 64 pending, against a search without reductions. */
export function compareLong(comparing: Comparing): Comparison {
  return compare(comparing, LONG, (kind, random) => {
    const shape = {
      operations: 30 + random.below(171),
      processes: 2 + random.below(4),
      unknown: random.pick([0, 0.02, 0.04]),
      rejected: 0.05,
      wrong: 0.5,
    };
    const judge = (history: Parameters<typeof plainSearch>[1]) =>
      plainSearch(kind.model, history, 1500);
    const history = randomHistory(kind, { shape, random }, (of) => judge(of) === true);
    // A crowd of reads that nobody saw end in time: pending from the start to the end, right anywhere.
    const crowd = random.chance(0.2) ? 66 : 0;
    const read =
      kind.model.readOnly === undefined
        ? undefined
        : history.find(({ input }) => kind.model.readOnly?.(input));
    const end = Math.max(
      0,
      ...history.map(({ invoked, returned }) =>
        Math.max(invoked, Number.isFinite(returned) ? (returned ?? 0) : 0),
      ),
    );
    const waiting =
      read === undefined
        ? []
        : Array.from({ length: crowd }, (_, at) => ({
            ...read,
            output: undefined,
            process: 1000 + at,
            outcome: 'ok' as const,
            invoked: -1 - at,
            returned: end + 1 + at,
          }));
    return { history: [...waiting, ...history], right: judge(history) };
  });
}

/** Histories of up to 24 operations that an object answered and nobody changed: right by construction. */
export function compareAnswered(comparing: Comparing): Comparison {
  return compare(comparing, SHORT, (kind, random) => {
    const shape = {
      operations: 8 + random.below(17),
      processes: 3 + random.below(2),
      unknown: 0.2,
      rejected: 0.05,
      wrong: 0,
    };
    return { history: randomHistory(kind, { shape, random }, () => true), right: true };
  });
}

/** Giving up is no wrong verdict; a history that is that hard is counted as skipped. */
const limits = { maxStates: 300_000 };

type Draw = (
  kind: (typeof kinds)[string],
  random: ReturnType<typeof seeded>,
) => { history: Parameters<typeof isLinearizable>[1]; right: boolean | undefined };

function compare(comparing: Comparing, tunings: readonly Tuning[], draw: Draw): Comparison {
  const counted: Comparison = {
    right: 0,
    wrong: 0,
    rightWithUnknown: 0,
    wrongWithUnknown: 0,
    skipped: 0,
    differences: [],
  };
  const kind = kinds[comparing.kind];
  if (kind === undefined) throw new Error(`there is no kind ${comparing.kind}`);
  for (let seed = comparing.from; seed < comparing.from + comparing.count; seed++) {
    const { history, right } = draw(kind, seeded(seed));
    if (right === undefined) {
      counted.skipped += 1;
      continue;
    }
    const unknown = history.some(({ outcome }) => outcome === 'unknown') ? 1 : 0;
    counted[right ? 'right' : 'wrong'] += 1;
    counted[right ? 'rightWithUnknown' : 'wrongWithUnknown'] += unknown;
    for (const tuning of tunings) {
      const verdict = checkLinearizable(kind.model, history, limits, { explain: 'hint', tuning });
      if (verdict.verdict === 'unknown') {
        counted.skipped += 1;
        continue;
      }
      const wrongWitness =
        verdict.verdict === 'pass' ? replay(kind.model, history, verdict.witness) : undefined;
      if (verdict.verdict === (right ? 'pass' : 'fail') && wrongWitness === undefined) continue;
      counted.differences.push(
        `${comparing.kind}, seed ${seed}, ${JSON.stringify(tuning)}: ${verdict.verdict}, not ${right ? 'pass' : 'fail'} ${wrongWitness ?? ''}`,
      );
      if (comparing.stopEarly === true) return counted;
    }
  }
  return counted;
}
