/** A data folder in memory: what was asked for is on it once it is done, and a crash leaves a prefix. */
import type { DiskOperation } from '../../ports.ts';

export const apply = (files: Map<string, Uint8Array>, operation: DiskOperation): void => {
  const before = files.get(operation.file) ?? new Uint8Array(0);
  switch (operation.op) {
    case 'append':
      files.set(operation.file, grown(before, operation.bytes));
      return;
    case 'write':
      files.set(operation.file, operation.bytes.slice());
      return;
    case 'truncate':
      files.set(operation.file, before.slice(0, operation.length));
      return;
    case 'remove':
      files.delete(operation.file);
  }
};

/** Appended bytes go behind the old ones where there is room, so that a long file is not copied each time. */
const grown = (before: Uint8Array, bytes: Uint8Array): Uint8Array => {
  const length = before.length + bytes.length;
  const fits = before.buffer.byteLength - before.byteOffset >= length;
  const buffer = fits ? before.buffer : new ArrayBuffer(2 * length);
  const after = new Uint8Array(buffer, fits ? before.byteOffset : 0, length);
  if (!fits) after.set(before);
  after.set(bytes, before.length);
  return after;
};
