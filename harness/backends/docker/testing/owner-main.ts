/**
 * A harness to be killed, for tests: runs the contract's cluster in containers, with a link cut, a node paused and a node dead until
 * it is interrupted (SIGINT). Tells of it in lines: `faults are on`, `interrupted`, and at its orderly end how the faults
 * ended, as JSON.
 * Arguments: the folder of state, and where runs get their folders.
 */
import type { Schedule } from '../../../core/schedule.ts';
import { chatterShape, conductingChatter } from '../../live/testing/chatter/conducting.ts';
import { runLive } from '../../live/run-live.ts';
import { dockerBackend } from '../backend.ts';
import { chatterInContainers } from './chatter.ts';

const [state = '', parentFolder = ''] = process.argv.slice(2);
const forMs = 600_000;
const schedule: Schedule = [
  {
    at: 0,
    fault: { kind: 'cut', from: 'm1', to: 'm3', direction: 'both', mode: 'drop' },
    forMs,
  },
  { at: 0, fault: { kind: 'pause', nodes: 'm3' }, forMs },
  { at: 0, fault: { kind: 'kill', nodes: 'm2' }, forMs },
];

const tell = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const interruption = new AbortController();
process.on('SIGINT', () => {
  interruption.abort();
  tell('interrupted');
});

const conductor = conductingChatter(schedule, { backend: 'docker', injectMs: forMs });
const watch = setInterval(() => {
  const { faults } = conductor.history();
  if (faults.length < schedule.length || faults.some(({ begunAt }) => begunAt === undefined))
    return;
  clearInterval(watch);
  tell('faults are on');
}, 50);

await runLive(dockerBackend({ state, parentFolder }), chatterInContainers, {
  conductor,
  shape: chatterShape,
  signal: interruption.signal,
});
clearInterval(watch);
tell(
  JSON.stringify(
    conductor.history().faults.map(({ evidence, healed }) => ({ bit: evidence.bit, healed })),
  ),
);
