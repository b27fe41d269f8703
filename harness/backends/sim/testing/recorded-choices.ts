import type { Choices, Stream } from '../../../core/choices.ts';

/** Every draw of a run: plain data, so that single draws can be changed, saved and played again. */
export type Recording = readonly {
  readonly purpose: string;
  readonly scope: string;
  readonly draws: readonly number[];
}[];

type Name = { readonly purpose: string; readonly scope: string };

/** Choices whose streams `make` makes, each once. */
const choicesOf = (make: (name: Name) => Stream): Choices => {
  const streams = new Map<string, Stream>();
  const stream = (purpose: string, scope: string): Stream => {
    const key = `${purpose}\n${scope}`;
    const known = streams.get(key);
    if (known !== undefined) return known;
    const made = make({ purpose, scope });
    streams.set(key, made);
    return made;
  };
  return { stream, choose: (purpose, scope, below) => stream(purpose, scope).next(below) };
};

/** Hands on another's draws and keeps them, in the order in which their names first appeared. */
export const recordingChoices = (
  inner: Choices,
): { readonly choices: Choices; recording(): Recording } => {
  const kept: (Name & { readonly draws: number[] })[] = [];
  const choices = choicesOf(({ purpose, scope }) => {
    const source = inner.stream(purpose, scope);
    const draws: number[] = [];
    kept.push({ purpose, scope, draws });
    return {
      next(below) {
        const drawn = source.next(below);
        draws.push(drawn);
        return drawn;
      },
    };
  });
  return {
    choices,
    recording: () => kept.map(({ draws, ...name }) => ({ ...name, draws: [...draws] })),
  };
};

/**
 * Plays a recording. Where it says nothing (a stream or an ordinal that it lacks), `fallback` is asked under the same ordinal;
 * a draw that no longer fits its bound, because a change elsewhere led to another question, is taken modulo the bound.
 */
export const recordedChoices = (recording: Recording, fallback: Choices): Choices => {
  const known = new Map(
    recording.map(({ purpose, scope, draws }) => [`${purpose}\n${scope}`, draws]),
  );
  return choicesOf(({ purpose, scope }) => {
    const draws = known.get(`${purpose}\n${scope}`) ?? [];
    const rest = fallback.stream(purpose, scope);
    let ordinal = 0;
    return {
      next(below) {
        const otherwise = rest.next(below);
        const recorded = draws[ordinal];
        ordinal += 1;
        return recorded === undefined ? otherwise : recorded % below;
      },
    };
  });
};
