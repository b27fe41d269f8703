import type { NodeName } from '../../../../harness/core/cluster.ts';
import { keyFileName, openKeyFile, type OpenedKeyFile } from '../secrets.ts';
import type { Part } from './steps.ts';

/** A manager's key file, as anyone with its disk and these keys can read it. */
export function* readKeyFile(
  node: NodeName,
  unlockKeys: readonly string[],
): Part<OpenedKeyFile | undefined> {
  const result = yield { step: 'read-file', node, file: keyFileName };
  const bytes = result.step === 'file' ? result.bytes : undefined;
  return bytes === undefined ? undefined : openKeyFile(bytes, unlockKeys);
}
