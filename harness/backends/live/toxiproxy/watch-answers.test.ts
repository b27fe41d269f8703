import { afterEach, expect, test } from '@jest/globals';
import { until } from './testing/loopback.ts';
import { watchAnswers } from './watch-answers.ts';

const watched: Disposable[] = [];
afterEach(() => {
  for (const watch of watched.splice(0)) watch[Symbol.dispose]();
});
const watch = (...given: Parameters<typeof watchAnswers>): void => {
  watched.push(watchAnswers(...given));
};

const waited = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('an answer that comes late is a stall for so long, one that comes at once is none', async () => {
  const stalls: number[] = [];
  const answers = [0, 300, 0];
  watch(() => waited(answers.shift() ?? 0), {
    stalled: (forMs) => stalls.push(forMs),
    broken: (thrown) => {
      throw thrown;
    },
  });
  await until('all have been asked for', () => answers.length === 0);
  await until('the late one has come', () => stalls.length > 0);
  expect(stalls[0]).toBeGreaterThanOrEqual(299);
});

test('proxies that do not answer are told of once, and not asked again', async () => {
  const told: unknown[] = [];
  let asked = 0;
  watch(
    () => {
      asked += 1;
      return Promise.reject(new Error('no answer'));
    },
    { stalled: () => undefined, broken: (thrown) => told.push(thrown) },
  );
  await until('it is told', () => told.length > 0);
  await waited(600);
  expect([asked, told]).toEqual([1, [new Error('no answer')]]);
});

test('nobody asks, and nothing is told, once nobody watches', async () => {
  let asked = 0;
  let told = 0;
  const answer = Promise.withResolvers<undefined>();
  watch(
    () => {
      asked += 1;
      return answer.promise;
    },
    { stalled: () => (told += 1), broken: () => (told += 1) },
  );
  await until('it has been asked for', () => asked === 1);
  for (const one of watched) one[Symbol.dispose]();
  answer.reject(new Error('too late'));
  await waited(400);
  expect([asked, told]).toEqual([1, 0]);
});
