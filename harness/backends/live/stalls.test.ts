import { expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchStalls } from './stalls.ts';

test('a harness that was kept from ringing says for how long, and nothing once it is no longer watched', async () => {
  const stalls: number[] = [];
  const watch = watchStalls((forMs) => stalls.push(forMs));
  const stand = (forMs: number) => {
    const until = performance.now() + forMs;
    while (performance.now() < until);
  };
  stand(300);
  await sleep(60);
  expect(Math.max(...stalls)).toBeGreaterThanOrEqual(275);
  watch[Symbol.dispose]();
  const said = stalls.length;
  stand(120);
  await sleep(60);
  expect(stalls).toHaveLength(said);
});
