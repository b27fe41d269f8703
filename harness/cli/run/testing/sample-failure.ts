/** A failure as a live world would save it, made in the simulator. For tests. */
import { carryOut } from '../../../campaign/carry-out.ts';
import * as register from '../../../campaign/testing/register-campaign.ts';
import { defaultLimits } from '../../../conduct/plan.ts';
import type { RunFile } from '../../../core/run.ts';
import { savingFor } from '../saving.ts';

export const saving = savingFor({
  registry: { targets: new Map(), version: '0.0.0', invocation: 'npx schism' },
  folder: 'out',
  commit: 'none',
  mutants: [],
});
export const noExtra = { logs: {}, shrunkFrom: undefined };
/** The two properties that it breaks. */
export const [answered = '', other = ''] = register.twoBroken.map(({ name }) => name);

const subject = {
  program: register.target,
  properties: register.twoBroken,
  draw: register.draw,
  scenarios: [register.scenario] as const,
  limits: defaultLimits,
};

/** The first run that broke both, as if a live world had played it. */
export const liveFile = (index = 3): RunFile => {
  for (let place = 0; ; place += 1) {
    const { run } = carryOut(subject, { seed: 11, index: place });
    const breaks = run.verdicts.every(({ verdict }) => verdict === 'fail');
    if (breaks) return saving.save({ ...run, backend: 'process', index }, noExtra);
  }
};
