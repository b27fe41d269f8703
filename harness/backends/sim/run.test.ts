import { describe, expect, test } from '@jest/globals';
import { defaultLimits, type Plan } from '../../conduct/plan.ts';
import type { Schedule } from '../../core/schedule.ts';
import type { Cipher } from './program.ts';
import { createFastCipher } from './cipher.ts';
import { hashChoices } from './hash-choices.ts';
import { firstDifference, Journal } from './journal.ts';
import { chanceBase, noNoise } from './profile.ts';
import { recordedChoices, recordingChoices } from './testing/recorded-choices.ts';
import { registerProgram, registerScenario, registerTarget } from './testing/register-nodes.ts';
import { runInSim, type SimRunGiven } from './run.ts';

const schedule: Schedule = [
  ...Array.from({ length: 40 }, (_, i) => ({
    at: i * 45,
    client: i % 3,
    operation: i % 2 === 0 ? 'put' : 'get',
    args: i % 2 === 0 ? { value: i } : {},
  })),
  {
    at: 200,
    fault: { kind: 'cut', from: 'm1', to: 'rest', direction: 'both', mode: 'drop' },
    forMs: 400,
  },
  { at: 700, fault: { kind: 'kill', nodes: 'm2' }, forMs: 300 },
  { at: 1_100, fault: { kind: 'pause', nodes: 'leader' }, forMs: 300 },
];
const plan: Plan = {
  target: registerTarget,
  scenario: registerScenario,
  schedule,
  backend: 'sim',
  limits: defaultLimits,
};
const runAt = (seed: number, given: Partial<SimRunGiven> = {}) =>
  runInSim(plan, { target: registerProgram, choices: hashChoices(seed, 0), ...given });

describe('a run in virtual time', () => {
  test('goes through every phase, with faults that bite and heal', () => {
    const run = runAt(1);
    expect(run.problem).toBeUndefined();
    expect(run.history.faults).toHaveLength(3);
    for (const fault of run.history.faults) {
      expect(fault).toMatchObject({ healed: true, evidence: { bit: true } });
    }
    const { injectAt, healAt, healedAt, quietAt, endAt } = run.history.phases;
    expect([injectAt, healAt, healedAt, quietAt, endAt]).toEqual(
      [injectAt, healAt, healedAt, quietAt, endAt].sort((a, b) => a - b),
    );
    expect(run.history.operations.filter(({ phase }) => phase === 'final')).toHaveLength(3);
    expect(run.simulatedMs).toBeGreaterThan(2_400);
  });

  test('is the same to the bit for the same seed', () => {
    const [one, other] = [runAt(7), runAt(7)];
    expect(other).toEqual(one);
  });

  test('differs for another seed', () => {
    const digests = Array.from({ length: 20 }, (_, seed) => runAt(seed).digest);
    expect(new Set(digests).size).toBe(20);
  });

  test('plays again from its recorded choices', () => {
    const { choices, recording } = recordingChoices(hashChoices(3, 0));
    const recorded = runAt(3, { choices });
    const saved = JSON.parse(JSON.stringify(recording())) as ReturnType<typeof recording>;
    const replayed = runAt(3, { choices: recordedChoices(saved, hashChoices(999, 9)) });
    expect(replayed.digest).toBe(runAt(3).digest);
    expect(replayed.history).toEqual(recorded.history);
  });

  test('goes another way where one recorded choice is changed', () => {
    const { choices, recording } = recordingChoices(hashChoices(3, 0));
    const digest = runAt(3, { choices }).digest;
    const changed = recording().map((stream) =>
      stream.purpose === 'message-delay' && stream.scope === 'm1__m2'
        ? { ...stream, draws: stream.draws.map((draw, i) => (i === 5 ? draw + 1 : draw)) }
        : stream,
    );
    expect(runAt(3, { choices: recordedChoices(changed, hashChoices(3, 0)) }).digest).not.toBe(
      digest,
    );
  });

  test('has the same digest with the real cipher, which is asked only where it was drawn', () => {
    let asked = 0;
    const fast = createFastCipher();
    const realCipher: Cipher = {
      seal(key, nonce, plaintext) {
        asked += 1;
        return fast
          .seal(key, nonce, plaintext)
          .map((byte, i) => (i < plaintext.length ? byte ^ 0xff : byte));
      },
      open: (key, nonce, sealed) =>
        fast.open(
          key,
          nonce,
          sealed.map((byte, i) => (i < sealed.length - 16 ? byte ^ 0xff : byte)),
        ),
    };
    const profile = { realCipher: true };
    expect(runAt(4, { profile, realCipher }).digest).toBe(runAt(4, { profile }).digest);
    expect(asked).toBeGreaterThan(0);
    const before = asked;
    runAt(4, { profile: { realCipher: false }, realCipher });
    expect(asked).toBe(before);
  });

  test('has the same digest whether its messages are encoded or not', () => {
    expect(runAt(4, { profile: { strict: true } }).digest).toBe(
      runAt(4, { profile: { strict: false } }).digest,
    );
  });

  test('has noise of its own until the heal, and none behind it', () => {
    const asks = [1_990, 2_010, 2_020].map((at, client) => ({
      at,
      client,
      operation: 'put',
      args: { value: 1 },
    }));
    const given: Plan = { ...plan, schedule: asks };
    const noise = { ...noNoise, loss: chanceBase };
    const { history } = runInSim(given, {
      target: registerProgram,
      choices: hashChoices(1, 0),
      profile: { noise, storm: undefined },
    });
    const puts = history.operations.filter(({ operation }) => operation === 'put');
    expect(puts.map(({ outcome }) => outcome)).toEqual(['unknown', 'ok', 'ok']);
  });

  test('has its storm from the first fault on until the heal', () => {
    const asks = [0, 1_000, 1_990, 2_010].map((at, client) => ({
      at,
      client,
      operation: 'put',
      args: { value: 1 },
    }));
    const storm = { ...noNoise, loss: chanceBase };
    const { history, problem } = runInSim(
      { ...plan, schedule: asks },
      { target: registerProgram, choices: hashChoices(1, 0), profile: { noise: noNoise, storm } },
    );
    // The cluster formed, which it could not have done in a storm that loses everything.
    expect(problem).toBeUndefined();
    const puts = history.operations.filter(({ operation }) => operation === 'put');
    expect(puts.map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown', 'unknown', 'ok']);
  });

  test('ends with what a program threw', () => {
    const given: Plan = {
      ...plan,
      schedule: [{ at: 10, client: 0, operation: 'crash', args: {} }],
    };
    const run = runInSim(given, { target: registerProgram, choices: hashChoices(1, 0) });
    expect(run.problem).toBe('m1 threw: told to crash');
  });

  test('is given up after too many events', () => {
    expect(runAt(1, { eventsMax: 100 }).problem).toBe('it did not end within 100 events');
  });
});

describe('the journal of a run', () => {
  const journalOf = (given: Partial<SimRunGiven> = {}) => {
    const journal = new Journal();
    const run = runAt(2, { journal, ...given });
    return { lines: journal.lines, run };
  };

  test('two runs of one seed show no difference, and keeping a journal changes nothing', () => {
    const one = journalOf();
    expect(firstDifference(one.lines, journalOf().lines)).toBeUndefined();
    expect(one.run.digest).toBe(runAt(2).digest);
    expect(one.lines).toHaveLength(one.run.events);
    expect(one.lines.at(-1)?.digest).toBe(one.run.digest);
  });

  test('a program with a secret of its own is caught at the event where it shows', () => {
    let runs = 0;
    const moody = (): Partial<SimRunGiven> => {
      runs += 1;
      const later = runs % 2;
      let wakes = 0;
      return {
        target: {
          ...registerProgram,
          boot(boot) {
            const program = registerProgram.boot(boot);
            return {
              handle(event, now) {
                if (event.type === 'wake') wakes += 1;
                const effects = program.handle(event as Parameters<typeof program.handle>[0], now);
                if (wakes !== 30) return effects;
                return effects.map((effect) =>
                  effect.type === 'wake' ? { ...effect, at: effect.at + later } : effect,
                );
              },
            };
          },
        },
      };
    };
    const [one, other] = [journalOf(moody()), journalOf(moody())];
    expect(one.run.digest).not.toBe(other.run.digest);
    const difference = firstDifference(one.lines, other.lines);
    expect(difference?.event).toBeGreaterThan(30);
    expect(difference?.before?.digest).toBe(other.lines[(difference?.event ?? 0) - 1]?.digest);
    expect(difference?.one?.text).toContain('m');
  });
});
