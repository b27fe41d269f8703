/**
 * A node as a process: settings in, JSON lines out, and how it ends.
 * Exit codes: 0 stopped by a signal, 1 the node halted, 2 bad settings, 4 no node can run here, 70 a fault of this program.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import process from 'node:process';
import type { NodeBoot, NodeProgram } from '../node/program.ts';
import { formatHostPort } from './address.ts';
import { createJournal } from './journal.ts';
import { dieWithParent } from './parent.ts';
import { CannotStart, startServer } from './server.ts';
import type { Server, ServerParts } from './server.ts';
import { readSettings, usage } from './settings.ts';

const exitCodes = { stopped: 0, halted: 1, badSettings: 2, cannotStart: 4, bug: 70 } as const;

/** Whatever hangs while the process stops is left behind after this. */
const stopMsMax = 700;

export const runNode = async (createNode: (boot: NodeBoot) => NodeProgram): Promise<void> => {
  const argv = process.argv.slice(2);
  if (argv.includes('--help')) {
    console.log(usage);
    return;
  }
  const read = readSettings({ argv, env: process.env, hostname: hostname() });
  if (!read.ok) {
    console.error(`${read.problem}\nTry --help.`);
    process.exit(exitCodes.badSettings);
  }
  const { settings } = read;
  const journal = createJournal({
    node: settings.nodeConfig.name,
    boot: randomBytes(8).toString('hex'),
    level: settings.logLevel,
  });
  process.on('uncaughtException', (error) => {
    journal.log('fatal', `this should not happen: ${error.message}`, { stack: error.stack });
    process.exit(exitCodes.bug);
  });
  if (settings.dieWithParent !== undefined) watchParent(settings.dieWithParent);
  try {
    await serve({ settings, journal, createNode });
  } catch (error) {
    if (!(error instanceof CannotStart)) throw error;
    journal.log('fatal', `cannot start: ${error.message}`);
    process.exit(exitCodes.cannotStart);
  }
};

const watchParent = (descriptor: number): void => {
  try {
    dieWithParent(descriptor);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    console.error(`--die-with-parent: expected an inherited pipe; got ${descriptor}: ${why}`);
    process.exit(exitCodes.badSettings);
  }
};

const serve = async (parts: Omit<ServerParts, 'onHalt'>): Promise<void> => {
  const { journal } = parts;
  const running: { server?: Server } = {};
  let ending = false;
  const end = (code: number) => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(code), stopMsMax);
    void Promise.resolve(running.server?.stop()).then(() => process.exit(code));
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      journal.log('info', `stopping on ${signal}`);
      end(exitCodes.stopped);
    });
  }
  const server = await startServer({
    ...parts,
    onHalt(reason) {
      journal.log('fatal', `halted: ${reason}`);
      end(exitCodes.halted);
    },
  });
  running.server = server;
  journal.listening({ api: formatHostPort(server.api), peer: formatHostPort(server.peer) });
};
