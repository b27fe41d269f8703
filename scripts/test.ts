/**
 * `npm test`: everything that this machine can run. What it cannot run is named at the end, never passed over in silence;
 * with SCHISM_REQUIRE_DOCKER=1 (and SCHISM_REQUIRE_BROWSER=1) it is a failure. Arguments are handed on to Jest.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../harness/core/thrown.ts';
import Docker from 'dockerode';

type Missing = { readonly project: string; readonly why: string; readonly required: boolean };

const chromium = process.env.SCHISM_CHROMIUM ?? '/usr/bin/chromium';

const dockerProblem = async (): Promise<string | undefined> => {
  try {
    await new Docker({ timeout: 3_000 }).ping();
    return undefined;
  } catch (error) {
    return `no Docker engine answers (${messageOf(error)})`;
  }
};

const missing: Missing[] = [];
const docker = await dockerProblem();
if (docker !== undefined) {
  const required = process.env.SCHISM_REQUIRE_DOCKER === '1';
  missing.push({ project: 'docker', why: docker, required });
}
if (!existsSync(chromium)) {
  const why = `no Chromium at ${chromium}; install one, or name it in SCHISM_CHROMIUM`;
  missing.push({ project: 'browser', why, required: process.env.SCHISM_REQUIRE_BROWSER === '1' });
}

const projects = ['unit', 'sim', 'process', 'docker', 'browser'].filter(
  (project) => !missing.some((of) => of.project === project),
);
const jest = join(import.meta.dirname, '../node_modules/jest/bin/jest.js');
const { status } = spawnSync(
  process.execPath,
  [jest, '--selectProjects', ...projects, ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
for (const { project, why, required } of missing) {
  console.error(`${required ? 'FAILED' : 'not run'}: the tests of project ${project}: ${why}`);
}
process.exitCode = missing.some(({ required }) => required) ? 1 : (status ?? 1);
