import { describe, expect, test } from '@jest/globals';
import { hashChoices } from './hash-choices.ts';
import { recordedChoices, recordingChoices } from './testing/recorded-choices.ts';

const draws = (stream: { next(below: number): number }, count: number, below = 1_000) =>
  Array.from({ length: count }, () => stream.next(below));

describe('choices as a hash of seed and name', () => {
  test('the same name draws the same numbers, in whatever order streams are asked', () => {
    const one = hashChoices(42, 7);
    const other = hashChoices(42, 7);
    const a = draws(one.stream('delay', 'm1__m2'), 20);
    draws(other.stream('delay', 'm2__m1'), 5);
    expect(draws(other.stream('delay', 'm1__m2'), 20)).toEqual(a);
  });

  test('a draw by name is the next one of its stream', () => {
    const one = hashChoices(1, 0);
    const other = hashChoices(1, 0);
    const stream = one.stream('p', 's');
    expect([stream.next(100), one.choose('p', 's', 100), stream.next(100)]).toEqual(
      draws(other.stream('p', 's'), 3, 100),
    );
  });

  test.each([
    ['seed', hashChoices(43, 7)],
    ['high part of the seed', hashChoices(42 + 2 ** 40, 7)],
    ['index', hashChoices(42, 8)],
  ])('another %s draws others', (_, other) => {
    const here = draws(hashChoices(42, 7).stream('p', 's'), 50);
    const there = draws(other.stream('p', 's'), 50);
    expect(here.filter((draw, i) => draw === there[i]).length).toBeLessThan(5);
  });

  test('purpose and scope are not interchangeable, and neighbours are unrelated', () => {
    const choices = hashChoices(1, 1);
    const names = [
      ['a', 'b'],
      ['b', 'a'],
      ['ab', ''],
      ['', 'ab'],
      ['a', 'c'],
    ] as const;
    const firsts = names.map(([purpose, scope]) => choices.choose(purpose, scope, 2 ** 32));
    expect(new Set(firsts).size).toBe(names.length);
  });

  test.each([1, 2, 3, 10, 1_000, 2 ** 32, 2 ** 50])(
    'draws below %i stay below and spread evenly',
    (below) => {
      const stream = hashChoices(9, 9).stream('even', 'here');
      const count = 10_000;
      const halves = [0, 0];
      for (const draw of draws(stream, count, below)) {
        expect(Number.isInteger(draw) && draw >= 0 && draw < below).toBe(true);
        halves[draw < below / 2 ? 0 : 1] = (halves[draw < below / 2 ? 0 : 1] ?? 0) + 1;
      }
      const low = below === 1 ? 1 : below === 3 ? 2 / 3 : 0.5;
      expect(Math.abs((halves[0] ?? 0) / count - low)).toBeLessThan(0.03);
    },
  );

  test('the numbers are fixed: a saved seed means the same run in every later version', () => {
    expect(draws(hashChoices(1861302, 17).stream('message-delay', 'm1__m2'), 6)).toEqual([
      128, 446, 239, 910, 757, 992,
    ]);
  });
});

describe('choices as a recorded list', () => {
  const record = () => {
    const { choices, recording } = recordingChoices(hashChoices(5, 5));
    const drawn = [
      ...draws(choices.stream('a', 'x'), 3),
      ...draws(choices.stream('b', 'y'), 2),
      choices.choose('a', 'x', 1_000),
    ];
    return { drawn, recording: recording() };
  };

  test('a recording plays the same draws without the seed that made them', () => {
    const { drawn, recording } = record();
    const played = recordedChoices(recording, hashChoices(6, 6));
    expect([
      ...draws(played.stream('a', 'x'), 3),
      ...draws(played.stream('b', 'y'), 2),
      played.choose('a', 'x', 1_000),
    ]).toEqual(drawn);
  });

  test('it lists streams in the order in which they first drew', () => {
    expect(
      record().recording.map(({ purpose, scope, draws: { length } }) => [purpose, scope, length]),
    ).toEqual([
      ['a', 'x', 4],
      ['b', 'y', 2],
    ]);
  });

  test('what it lacks is drawn as the fallback draws it at that ordinal', () => {
    const { drawn, recording } = record();
    const shortened = recording.map(({ draws: list, ...name }) => ({
      ...name,
      draws: list.slice(0, 1),
    }));
    const played = recordedChoices(shortened, hashChoices(5, 5));
    expect(draws(played.stream('a', 'x'), 3)).toEqual(drawn.slice(0, 3));
  });

  test('one changed draw changes that one only, and is kept within its bound', () => {
    const { drawn, recording } = record();
    const changed = recording.map((stream) =>
      stream.purpose === 'a'
        ? { ...stream, draws: stream.draws.map((draw, i) => (i === 1 ? 12_345 : draw)) }
        : stream,
    );
    const played = recordedChoices(changed, hashChoices(5, 5));
    expect(draws(played.stream('a', 'x'), 3)).toEqual([drawn[0], 345, drawn[2]]);
  });
});
