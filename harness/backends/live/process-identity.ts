import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';

/** A pid alone may belong to a stranger by now; with the time of its start it does not. */
export type ProcessIdentity = {
  readonly pid: number;
  /** Opaque: equal for the same process, different for another one with the same pid. */
  readonly since: string;
};
export type ProcessSight = ProcessIdentity & { readonly state: 'running' | 'stopped' };

const hasProc = existsSync('/proc/self/stat');

/** What the machine says of a pid; `undefined` where there is no such process, or only its zombie. */
export const sightOf = (pid: number): ProcessSight | undefined =>
  hasProc ? procSight(pid) : psSight(pid);

export const identityOf = (pid: number): ProcessIdentity | undefined => {
  const sight = sightOf(pid);
  return sight && { pid, since: sight.since };
};

export const isAlive = ({ pid, since }: ProcessIdentity): boolean => sightOf(pid)?.since === since;

/** Ends the process, and the group that it leads, unless the pid is another's by now. */
export const killForSure = (identity: ProcessIdentity): void => {
  if (!isAlive(identity)) return;
  for (const target of [-identity.pid, identity.pid]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // It leads no group, or it has just ended.
    }
  }
};

/**
 * Processes that were started with this environment variable, also those that their starter never told of.
 * Where the machine does not show environments (macOS), none.
 */
export const processesWith = (name: string, value: string): readonly ProcessIdentity[] => {
  if (!hasProc) return [];
  const wanted = `\0${name}=${value}\0`;
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        if (!`\0${readFileSync(`/proc/${entry}/environ`, 'latin1')}`.includes(wanted)) return [];
      } catch {
        // Another user's, or it has just ended.
        return [];
      }
      const identity = identityOf(Number(entry));
      return identity === undefined ? [] : [identity];
    });
};

const procSight = (pid: number): ProcessSight | undefined => {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The name, in parentheses, may hold spaces and parentheses itself; state is field 3, start time field 22 of proc(5).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return sight(pid, { state: fields[0], since: `${bootId()}/${fields[19] ?? ''}` });
};

/** Start times count from the machine's boot. */
let knownBootId: string | undefined;
const bootId = (): string =>
  (knownBootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim());

const psSight = (pid: number): ProcessSight | undefined => {
  const { stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  const [, state, since] = /^\s*(\S+)\s+(.*\S)\s*$/.exec(stdout) ?? [];
  return sight(pid, { state, since });
};

const sight = (
  pid: number,
  { state, since }: { readonly state: string | undefined; readonly since: string | undefined },
): ProcessSight | undefined => {
  if (state === undefined || since === undefined || /^[ZX]/.test(state)) return undefined;
  return { pid, since, state: state.startsWith('T') ? 'stopped' : 'running' };
};
