/** A data folder in memory: what was asked for is on it once it is done, and a crash leaves a prefix. */
import type { DiskOperation } from '../../ports.ts';

export const apply = (files: Map<string, Uint8Array>, operation: DiskOperation): void => {
  const before = files.get(operation.file) ?? new Uint8Array(0);
  switch (operation.op) {
    case 'append': {
      const grown = new Uint8Array(before.length + operation.bytes.length);
      grown.set(before);
      grown.set(operation.bytes, before.length);
      files.set(operation.file, grown);
      return;
    }
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
