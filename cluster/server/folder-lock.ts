/**
 * Two processes on one data folder would destroy it. The lock is a listening socket inside the folder: the kernel closes it
 * with its process, however that dies, so whether the holder lives is asked of the kernel by connecting. A process id in a file
 * could not tell: in a container every holder is process 1, and so is whoever looks.
 */
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { codeOf } from './system-error.ts';

export const lockName = 'lock';

/** What a socket's path may take on every system that this runs on. */
const socketPathMax = 100;
const attemptsMax = 5;

export type FolderLock = { release(): Promise<void> };

/** Takes the folder, or answers `undefined` where a living process has it. Makes the folder where there is none. */
export const lockFolder = async (folder: string): Promise<FolderLock | undefined> => {
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const handle = fs.openSync(folder, 'r');
  let server: net.Server | undefined;
  try {
    server = await takePlace(socketPlace(folder, handle));
  } finally {
    if (server === undefined) fs.closeSync(handle);
  }
  const taken = server;
  return taken && { release: () => release(taken, handle) };
};

const takePlace = async (place: string): Promise<net.Server | undefined> => {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const server = await listen(place);
    if (server !== undefined) return server;
    if (await isHeld(place)) return undefined;
    if (await clearAway(place)) return undefined;
  }
  return undefined;
};

/** A long path is reached through the open folder, where the system can do that. */
const socketPlace = (folder: string, handle: number): string => {
  const direct = path.join(folder, lockName);
  if (Buffer.byteLength(direct) <= socketPathMax) return direct;
  if (process.platform === 'linux') return `/proc/self/fd/${handle}/${lockName}`;
  throw new Error(`the data folder's path is longer than ${socketPathMax} bytes: ${folder}`);
};

/** `undefined`: something is there already. */
const listen = async (place: string): Promise<net.Server | undefined> => {
  const server = net.createServer((connection) => connection.destroy());
  server.listen(place).unref();
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if (codeOf(error) === 'EADDRINUSE') return undefined;
    throw error;
  }
};

const isHeld = async (place: string): Promise<boolean> => {
  const connection = net.connect(place);
  try {
    await once(connection, 'connect');
    return true;
  } catch (error) {
    // Refused: nobody listens any more. Gone: somebody else cleared it away. All else: better not.
    return !['ECONNREFUSED', 'ENOENT'].includes(codeOf(error) ?? '');
  } finally {
    connection.destroy();
  }
};

/**
 * Removes a dead holder's socket. It is moved aside and asked once more before it goes, since another process may have taken
 * the folder in between; then its socket is put back. True: that is what happened.
 */
const clearAway = async (place: string): Promise<boolean> => {
  const aside = `${place}.${process.pid}`;
  try {
    fs.renameSync(place, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
  const alive = await isHeld(aside);
  if (alive) fs.renameSync(aside, place);
  else fs.rmSync(aside);
  return alive;
};

const release = async (server: net.Server, handle: number): Promise<void> => {
  const closed = once(server, 'close');
  server.close();
  await closed;
  fs.closeSync(handle);
};
