import { accessSync, constants, existsSync } from 'node:fs';
import { availableParallelism, freemem, tmpdir } from 'node:os';
import { connectEngine, engineAddress, isForbidden, letIn } from '../../backends/docker/engine.ts';
import { toxiproxyImage } from '../../backends/docker/toxiproxy-image.ts';
import { makeFolder } from '../../backends/live/make-folder.ts';
import { isAlive } from '../../backends/live/process-identity.ts';
import { isOfThisMachine, listRecords, stateFolder } from '../../backends/live/run-record.ts';
import { messageOf } from '../../core/thrown.ts';
import { exitCodes, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import type { Registry } from '../registry.ts';

type Finding = {
  readonly what: string;
  /** `needed`: nothing works without it. `optional`: one world is missing. */
  readonly state: 'fine' | 'needed' | 'optional';
  readonly says: string;
  /** The command that mends it. */
  readonly mend?: string;
};

const nodeFinding = (): Finding => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 24 || (major === 24 && minor >= 9)
    ? { what: 'Node', state: 'fine', says: process.version }
    : {
        what: 'Node',
        state: 'needed',
        says: `${process.version}, 24.9 or newer is needed`,
        mend: 'npm ci   # brings Node 24 for the npm scripts',
      };
};

const folderFinding = (what: string, folder: string): Finding => {
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK);
    return { what, state: 'fine', says: folder };
  } catch {
    return {
      what,
      state: 'needed',
      says: `${folder} cannot be written`,
      mend: `chmod u+w ${folder}   # or name another in TMPDIR or SCHISM_STATE_DIR`,
    };
  }
};

const dockerFindings = async (images: readonly string[]): Promise<readonly Finding[]> => {
  let docker;
  try {
    docker = await connectEngine(2_000);
  } catch (error) {
    return [
      {
        what: 'Docker',
        state: 'optional',
        says: messageOf(error),
        mend: isForbidden(error)
          ? `${letIn}   # then log in again`
          : 'sudo apt-get install docker.io && sudo systemctl start docker',
      },
    ];
  }
  const { Version, ApiVersion } = await docker.version();
  const engine: Finding = {
    what: 'Docker',
    state: 'fine',
    says: `engine ${Version}, API ${ApiVersion}, at ${engineAddress()}`,
  };
  const present = await Promise.all(
    images.map(async (image): Promise<Finding> => {
      const found = await docker.listImages({ filters: { reference: [image] } });
      return found.length > 0
        ? { what: 'image', state: 'fine', says: image }
        : {
            what: 'image',
            state: 'optional',
            says: `${image} is not here; the first run pulls it`,
            mend: `docker pull ${image}`,
          };
    }),
  );
  return [engine, ...present];
};

const chromiumFinding = (): Finding => {
  const path = process.env.SCHISM_CHROMIUM ?? '/usr/bin/chromium';
  return existsSync(path)
    ? { what: 'Chromium', state: 'fine', says: path }
    : {
        what: 'Chromium',
        state: 'optional',
        says: `none at ${path}: only the tests of the report need it`,
        mend: 'sudo apt-get install chromium',
      };
};

/** `schism doctor`: what is missing, and the command that mends it. Exit code 4 where something needed is. */
export const doctor = async (
  { invocation }: Pick<Registry, 'invocation'>,
  io: Io,
): Promise<ExitCode> => {
  const leftovers = listRecords(stateFolder()).filter(
    (record) => isOfThisMachine(record) && !isAlive(record.owner),
  ).length;
  const findings: readonly Finding[] = [
    nodeFinding(),
    {
      what: 'machine',
      state: 'fine',
      says: `${availableParallelism()} cores, ${Math.round(freemem() / 2 ** 20)} MiB free`,
    },
    folderFinding('temporary', tmpdir()),
    folderFinding('state', stateFolder()),
    ...(await dockerFindings([toxiproxyImage, 'node:24-bookworm-slim'])),
    chromiumFinding(),
    leftovers === 0
      ? { what: 'leftovers', state: 'fine', says: 'none' }
      : {
          what: 'leftovers',
          state: 'optional',
          says: `of ${leftovers} ${leftovers === 1 ? 'run whose owner has' : 'runs whose owners have'} ended`,
          mend: `${invocation} clean`,
        },
  ];
  const { colors } = io;
  for (const { what, state, says, mend } of findings) {
    const mark =
      state === 'fine'
        ? colors.green('fine    ')
        : state === 'needed'
          ? colors.red('missing ')
          : colors.yellow('optional');
    io.out(`${mark}  ${what.padEnd(10)} ${says}`);
    if (mend !== undefined) io.out(`                      ${colors.dim('→')} ${mend}`);
  }
  return findings.some(({ state }) => state === 'needed') ? exitCodes.environment : exitCodes.pass;
};
