/** One node, put together: its lock, its disk, its sockets, its program. */
import { hostname } from 'node:os';
import type { NodeBoot, NodeProgram } from '../node/program.ts';
import { formatHostPort, isWildcard } from './address.ts';
import type { HostPort } from './address.ts';
import { createFileDisk } from './disk.ts';
import { Driver } from './driver.ts';
import { createExecutor } from './executor.ts';
import { lockFolder } from './folder-lock.ts';
import { startHttp } from './http.ts';
import type { Journal } from './journal.ts';
import type { ServerSettings } from './settings.ts';
import { tickMs } from './limits.ts';
import { StallWatch } from './stall-watch.ts';
import { codeOf } from './system-error.ts';
import { startTransport } from './transport.ts';
import { realCipher, realClock, realRandom } from './world.ts';

export type ServerParts = {
  readonly settings: ServerSettings;
  readonly journal: Journal;
  createNode(boot: NodeBoot): NodeProgram;
  /** The node ended by itself; nothing of it answers any more. */
  onHalt(reason: string): void;
};

export type Server = {
  readonly api: HostPort;
  readonly peer: HostPort;
  stop(): Promise<void>;
};

/** Why no node can run here: the folder is taken or unreadable, or a port is. */
export class CannotStart extends Error {}

/** Rejects with `CannotStart` where the system refuses something; then nothing of it is left. */
export const startServer = async (parts: ServerParts): Promise<Server> => {
  const cleanups: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  try {
    return { ...(await open(parts, cleanups)), stop };
  } catch (error) {
    await stop();
    throw codeOf(error) === undefined ? error : new CannotStart(String(error), { cause: error });
  }
};

const open = async (
  { settings, journal, createNode, onHalt }: ServerParts,
  cleanups: (() => Promise<void> | void)[],
): Promise<Omit<Server, 'stop'>> => {
  const { dataFolder, limits, resolve } = settings;
  const lock = await lockFolder(dataFolder);
  if (lock === undefined)
    throw new CannotStart(`another process has the data folder ${dataFolder}`);
  cleanups.push(() => lock.release());
  const disk = createFileDisk(dataFolder);
  cleanups.push(() => disk.close());

  const driver = new Driver();
  const executor = createExecutor({
    host: settings.executorHost,
    report: (report) => {
      driver.dispatch({ type: 'task', report });
    },
  });
  cleanups.push(() => {
    executor.close();
  });
  const transport = await startTransport({
    listen: settings.peer,
    resolve,
    limits,
    journal,
    receive: (from, message) => {
      driver.dispatch({ type: 'message', from, message });
    },
  });
  cleanups.push(() => transport.close());
  const http = await startHttp({
    listen: settings.api,
    bodyBytesMax: limits.bodyBytesMax,
    ask: (request, answer) => driver.ask(request, answer),
  });
  cleanups.push(() => http.close());
  cleanups.push(() => {
    driver.stop();
  });

  const advertiseAddr = settings.advertise ?? formatHostPort(dialable(transport.bound));
  transport.advertise(advertiseAddr);
  const program = createNode({
    config: { ...settings.nodeConfig, advertiseAddr },
    random: realRandom,
    cipher: realCipher,
    files: disk.files,
  });
  driver.start(program, {
    clock: realClock,
    journal,
    disk,
    transport,
    executor,
    onHalt,
  });
  const stalls = new StallWatch();
  // One timer for both: waking a process that is mostly idle costs more than what it does then.
  const ticker = setInterval(() => {
    const forMs = stalls.tick();
    if (forMs !== undefined) journal.stalled(forMs);
    transport.tick();
  }, tickMs);
  cleanups.push(() => {
    clearInterval(ticker);
  });
  return { api: http.bound, peer: transport.bound };
};

/** Who listens everywhere is reached by the machine's name. */
const dialable = ({ host, port }: HostPort): HostPort => ({
  host: isWildcard(host) ? hostname() : host,
  port,
});
