import type { Command } from '../../core/backend.ts';
import type { FolderScan } from '../../core/history.ts';
import type { NodeFile } from './world.ts';

type ScanCommand = Extract<Command, { readonly type: 'scan' }>;

/** Looks for every canary in every file of a data folder; the first place in each file counts. */
export const scanFiles = async (
  { canaries }: Pick<ScanCommand, 'canaries'>,
  from: AsyncIterable<NodeFile>,
): Promise<Pick<FolderScan, 'files' | 'bytes' | 'found' | 'looked'>> => {
  const found: { canary: string; file: string; offset: number }[] = [];
  let files = 0;
  let bytes = 0;
  for await (const { file, bytes: content } of from) {
    files += 1;
    bytes += content.length;
    const searched = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    for (const canary of canaries) {
      const offset = searched.indexOf(canary.bytes);
      if (offset >= 0 && canary.bytes.length > 0) found.push({ canary: canary.name, file, offset });
    }
  }
  return { files, bytes, found, looked: canaries.map(({ name }) => name) };
};
