/** A data folder in memory, and what a crash leaves of the operations under way: a prefix of them, the last append torn. */
import type { DiskOperation, Files } from '../../ports.ts';

export type Folder = Map<string, Uint8Array>;

const joined = (left: Uint8Array, right: Uint8Array): Uint8Array => {
  const whole = new Uint8Array(left.length + right.length);
  whole.set(left);
  whole.set(right, left.length);
  return whole;
};

const fileIn = (folder: Folder, file: string): Uint8Array => {
  const bytes = folder.get(file);
  if (bytes === undefined) throw new Error(`${file} does not exist`);
  return bytes;
};

export const carryOut = (folder: Folder, operation: DiskOperation): void => {
  const { op, file } = operation;
  if (op === 'append')
    folder.set(file, joined(folder.get(file) ?? new Uint8Array(0), operation.bytes));
  else if (op === 'write') folder.set(file, operation.bytes);
  else if (op === 'truncate') folder.set(file, fileIn(folder, file).slice(0, operation.length));
  else if (!folder.delete(file)) throw new Error(`${file} does not exist`);
};

/** A crash after `operations` whole ones and `bytes` of the next, if that is an append. */
export type CrashPoint = { readonly operations: number; readonly bytes: number };

/** Every point at which a crash can hit, in order; the last one is after everything. */
export const crashPoints = (operations: readonly DiskOperation[]): CrashPoint[] => {
  const points: CrashPoint[] = [];
  operations.forEach((operation, at) => {
    const length = operation.op === 'append' ? operation.bytes.length : 1;
    for (let bytes = 0; bytes < length; bytes += 1) points.push({ operations: at, bytes });
  });
  points.push({ operations: operations.length, bytes: 0 });
  return points;
};

/** What the disk holds after a crash at `point`. */
export const afterCrash = (
  before: Files,
  operations: readonly DiskOperation[],
  point: CrashPoint,
): Folder => {
  const folder: Folder = new Map(before);
  for (const operation of operations.slice(0, point.operations)) carryOut(folder, operation);
  const torn = operations[point.operations];
  if (torn?.op === 'append' && point.bytes > 0)
    carryOut(folder, { ...torn, bytes: torn.bytes.slice(0, point.bytes) });
  return folder;
};
