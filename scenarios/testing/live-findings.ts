import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { schism } from '../cli/testing/schism.ts';

const findings = [
  {
    name: 'the split brain of a primary and its backups is found by the properties that judge the swarm',
    args: ['run', 'two-networks', '--target', 'primary-backup', '--workers', '0', '--seed', '3'],
    property: 'no-split-brain',
    simulated: false,
    story: /(acknowledged|refused) .+ while neither it nor any leader in its reach had a majority/,
  },
  {
    name: 'a planted locked manager that answers reads is found',
    args: [
      'run',
      'autolocked-restart',
      '--seed',
      '3',
      '--mutants',
      'scenarios/mutants/locked-manager-answers.yaml',
    ],
    property: 'autolocked-restart',
    simulated: true,
    story: /is locked and answers/,
  },
] as const;

/** What a live failure became in the simulator is the same run to the bit, with the property that broke live. */
const replaysInSim = (file: string, property: string): void => {
  const { code, out } = schism(['replay', file]);
  expect(out).toContain(`BROKEN ${property}`);
  expect(out).toMatch(/same digest/);
  expect(code).toBe(1);
};

/** What was made smaller on a real cluster broke there in most of its plays; one more may hold. */
const breaksAgain = (file: string, property: string): void => {
  const verdict = new RegExp(`verdict: .*${property}.* broken again`);
  const broke = [0, 1, 2].some(() => verdict.test(schism(['replay', file]).out));
  expect(broke).toBe(true);
};

const again = /the same schedule again on .+: broken in [1-9]/;
const smaller =
  /made smaller, \d+ entr(?:y|ies) of a schedule.*; on .+: broken in [1-9] of \d+ runs/;

/** What must be found in a live world, with exit code 1, a story, a run file that is judged again, and a report. For tests. */
export const findsInLiveWorld = (backend: 'process' | 'docker', shrinkTime: string): void => {
  const shrinks = shrinkTime !== '0s';
  test.each(findings)(
    `${backend}: $name`,
    ({ args, property, story, simulated }) => {
      const folder = mkdtempSync(join(tmpdir(), 'schism-found-'));
      try {
        // In the simulator it takes seconds, whatever a play costs in the live world.
        const time = simulated ? '5s' : shrinkTime;
        const where = ['--backend', backend, '--shrink-time', time, '--out', folder];
        const find = () => schism([...args, ...where]);
        const first = find();
        // A machine that is busy for so short a time may leave none for a smaller one: once more, then it must be there.
        const isOnce = simulated || !shrinks || smaller.test(first.out);
        const { code, out, err } = isOnce ? first : find();
        expect(out).toContain(`BROKEN ${property}`);
        expect(out).toMatch(story);
        expect(code).toBe(1);
        const judged = schism(['judge', join(folder, '3', `${backend}-0.json`)]);
        expect(judged.out).toContain(`BROKEN ${property}`);
        const [, sentence] =
          /<h1>([^<]*)<\/h1>/.exec(readFileSync(join(folder, '3/index.html'), 'utf8')) ?? [];
        expect(sentence).toContain(property);
        // A target without a simulator is not tried there.
        expect(out.includes('the same schedule in the simulator: broken in ')).toBe(simulated);
        expect(
          /made smaller there, \d+ entr(?:y|ies) of a schedule.*; on .+ broken in \d+ of \d+ runs/.test(
            out,
          ),
        ).toBe(simulated);
        // What no simulator makes smaller is made smaller where it was found.
        const said = `${out}${err}`;
        for (const line of [again, smaller]) {
          if (!simulated && shrinks) expect(said).toMatch(line);
          else expect(said).not.toMatch(line);
        }
        if (simulated) replaysInSim(join(folder, '3', `${backend}-0-in-sim.json`), property);
        else if (shrinks) breaksAgain(join(folder, '3', `${backend}-0-smaller.json`), property);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    400_000,
  );
};
