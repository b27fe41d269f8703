import { spawn } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { liveBackend } from '../../backends/live-backend.ts';
import { Conduct } from '../../backends/live/conduct.ts';
import { makeFolder } from '../../backends/live/make-folder.ts';
import { identityOf, isAlive, type ProcessIdentity } from '../../backends/live/process-identity.ts';
import { stateFolder } from '../../backends/live/run-record.ts';
import { createConductor } from '../../conduct/conductor.ts';
import { defaultLimits } from '../../conduct/plan.ts';
import type { Shape } from '../../core/cluster.ts';
import type { Scenario } from '../../core/scenario.ts';
import type { Target } from '../../core/target.ts';
import { codeOf } from '../../core/thrown.ts';
import { UsageError } from '../../core/usage-error.ts';
import { EnvironmentError, exitCodes, type ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import type { Registry, TargetEntry } from '../registry.ts';
import { linked, writeWhole } from '../output.ts';
import { liveOf, requireDocker, requireWorld } from '../run/worlds.ts';
import { targetNamed, warnOfQuorum } from '../select.ts';

export type UpOptions = {
  readonly backend: 'process' | 'docker';
  readonly target: string;
  readonly managers: number;
  readonly workers: number;
  readonly detach: boolean;
  /** The arguments of this call without `--detach`, for the process that stays. */
  readonly again: readonly string[];
};

type Standing = {
  readonly owner: ProcessIdentity;
  /** None while it is starting. */
  readonly lines: readonly string[];
};

/** One for each machine that keeps its state in this folder. */
const standingFile = (): string => join(stateFolder(), `up-${hostname()}.json`);

const standing = (): Standing | undefined => {
  try {
    const read = JSON.parse(readFileSync(standingFile(), 'utf8')) as Standing;
    return isAlive(read.owner) ? read : undefined;
  } catch {
    return undefined;
  }
};

/** Written before anything is started, so that of two calls at the same time one is told. */
const claim = (registry: Registry): ProcessIdentity => {
  const owner = identityOf(process.pid);
  if (owner === undefined) throw new EnvironmentError('this machine does not show us to ourselves');
  const draft = `${standingFile()}.${process.pid}`;
  writeWhole(draft, JSON.stringify({ owner, lines: [] } satisfies Standing));
  try {
    while (!linked(draft, standingFile())) {
      if (standing() !== undefined) throw isUpAlready(registry);
      // A dead owner's.
      rmSync(standingFile(), { force: true });
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return owner;
};

const isOurs = ({ pid, since }: ProcessIdentity): boolean => {
  const owner = standing()?.owner;
  return owner?.pid === pid && owner.since === since;
};

const isUpAlready = ({ invocation }: Pick<Registry, 'invocation'>): UsageError =>
  new UsageError(`a cluster is up already; \`${invocation} down\` takes it away`);

/** `schism up`: a cluster to play with, until Ctrl-C or `schism down`. */
export const up = async (registry: Registry, io: Io, options: UpOptions): Promise<ExitCode> => {
  if (standing() !== undefined) throw isUpAlready(registry);
  warnOfQuorum(options.managers, io);
  const entry = targetNamed(options.target, registry);
  requireWorld(entry, options.backend);
  if (options.backend === 'docker') await requireDocker();
  if (options.detach) return await detached(registry, io, options);
  const owner = claim(registry);
  try {
    return await standUp({ registry, io, options, entry, owner });
  } finally {
    if (isOurs(owner)) rmSync(standingFile(), { force: true });
  }
};

const standUp = async (given: {
  readonly registry: Registry;
  readonly io: Io;
  readonly options: UpOptions;
  readonly entry: TargetEntry;
  readonly owner: ProcessIdentity;
}): Promise<ExitCode> => {
  const { registry, io, options, entry, owner } = given;
  const live = await liveOf({ entry, planting: undefined, io }, options.backend);
  const shape = { managers: options.managers, workers: options.workers };
  // Without its proxies, say, nobody reaches it any more: it must not go on looking as if it stood.
  const broken = new AbortController();
  const signal = AbortSignal.any([io.signal, broken.signal]);
  const conductor = createConductor({
    target: entry.target,
    scenario: standingOnly(entry.target, shape),
    schedule: [],
    backend: options.backend,
    limits: defaultLimits,
  });
  const forming = new Conduct(conductor, () => conductor.injecting || conductor.finished);
  await using cluster = await liveBackend(options.backend).start(live, {
    shape,
    signal,
    onHappening: forming.tell,
    onFailure: (failure) => {
      broken.abort(failure);
    },
  });
  signal.throwIfAborted();
  const giveUp = (): void => {
    forming.fail(signal.reason);
  };
  signal.addEventListener('abort', giveUp, { once: true });
  await forming.begin(cluster).finally(() => {
    signal.removeEventListener('abort', giveUp);
  });
  signal.throwIfAborted();
  if (conductor.problem !== undefined)
    throw new EnvironmentError(`target ${entry.target.name}: ${conductor.problem}`);
  const lines = cluster.nodes.map(({ name }) =>
    entry.speaksDocker === true
      ? `export DOCKER_HOST=tcp://${cluster.endpoint(name)}   # ${name}`
      : `${name}  ${cluster.endpoint(name)}`,
  );
  // Two that found a dead owner's file at the same moment may have taken it from each other.
  if (!isOurs(owner)) throw isUpAlready(registry);
  writeWhole(standingFile(), JSON.stringify({ owner, lines } satisfies Standing));
  for (const line of lines) io.out(line);
  io.err('Ctrl-C takes it away.');
  await ended(signal);
  broken.signal.throwIfAborted();
  return exitCodes.pass;
};

/** A cluster that is to stand, and no more: what is not here comes from whoever plays with it. */
const standingOnly = ({ name }: Target, shape: Shape): Scenario => ({
  name: 'up',
  title: 'a cluster to play with',
  target: name,
  shape,
  workload: { clients: 0, perSecond: 0 },
  faults: [],
  injectMs: 0,
  settleMs: 0,
  settings: {},
  properties: [],
});

const ended = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    // A process that waits for nothing but a signal would end.
    const alive = setInterval(() => undefined, 60_000);
    signal.addEventListener('abort', () => {
      clearInterval(alive);
      resolve();
    });
  });

const detachedMs = 60_000;

/** Starts the same call in a process of its own and waits until its cluster stands. */
const detached = async (registry: Registry, io: Io, options: UpOptions): Promise<ExitCode> => {
  makeFolder(stateFolder());
  const log = join(stateFolder(), `up-${hostname()}.log`);
  // Two calls at the same time write to one file.
  const { O_WRONLY, O_CREAT, O_TRUNC, O_APPEND } = constants;
  const output = openSync(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
  const [program = ''] = process.argv.slice(1);
  const child = spawn(process.execPath, [...process.execArgv, program, ...options.again], {
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const gone = new Promise<true>((resolve) => {
    child.once('exit', () => {
      resolve(true);
    });
  });
  const until = performance.now() + detachedMs;
  for (;;) {
    const found = standing();
    if (found !== undefined && found.owner.pid === child.pid && found.lines.length > 0) {
      child.unref();
      for (const line of found.lines) io.out(line);
      io.err(`\`${registry.invocation} down\` takes it away.`);
      return exitCodes.pass;
    }
    const over = await Promise.race([
      gone,
      new Promise<false>((resolve) => setTimeout(resolve, 100, false)),
    ]);
    if (over || performance.now() > until || io.signal.aborted) {
      child.kill('SIGTERM');
      throw new EnvironmentError(
        `the cluster did not come up:\n${readFileSync(log, 'utf8').trimEnd()}`,
      );
    }
  }
};

const downMs = 30_000;

/** `schism down`: takes away what `up` left standing. */
export const down = async (
  { invocation }: Pick<Registry, 'invocation'>,
  io: Io,
): Promise<ExitCode> => {
  const found = standing();
  if (found === undefined) {
    rmSync(standingFile(), { force: true });
    io.out('no cluster is up');
    return exitCodes.pass;
  }
  try {
    process.kill(found.owner.pid, 'SIGTERM');
  } catch (error) {
    // It has ended by itself meanwhile.
    if (codeOf(error) !== 'ESRCH') throw error;
  }
  const until = performance.now() + downMs;
  while (isAlive(found.owner)) {
    if (performance.now() > until) {
      throw new EnvironmentError(
        `process ${found.owner.pid} does not end; kill it, then \`${invocation} clean\` removes the rest`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  io.out('the cluster is gone');
  return exitCodes.pass;
};
