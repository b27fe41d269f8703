import type { FolderScan, History } from '../../harness/core/history.ts';
import type { Verdict } from '../../harness/core/property.ts';
import { broken, moment } from '../verdicts.ts';

/** What always stands in a folder in the clear: a scan that does not find it has seen nothing. */
const control = 'node-id';
const dataKey = 'data-key';

/** A secret that stands in a locked manager's folder. */
export const secretInTheClear = ({ scans }: History): Verdict | undefined => {
  for (const scan of scans) {
    if (!scan.autolock) continue;
    const found = scan.found.find(({ canary }) => canary !== control);
    if (found === undefined) continue;
    const { canary, file, offset } = found;
    return broken(`${canary} stands in the clear in ${file} of ${scan.node}, which is autolocked`, [
      moment(scan.at, scan.node, `${canary} at offset ${offset} of ${file}`),
    ]);
  }
  return undefined;
};

/** A secret that a locked manager goes on using although it lay in the clear before. */
export const secretKept = ({ scans }: History): Verdict | undefined => {
  for (const { at, node, autolock, exposed = [] } of scans) {
    const [kept] = exposed;
    if (!autolock || kept === undefined) continue;
    const what = `${node} is autolocked, and its ${kept} is one that stood in the clear before`;
    return broken(what, [moment(at, node, `${node} still uses this ${kept}`)]);
  }
  return undefined;
};

export type ScansSaid = {
  readonly locked: number;
  /** Why scans prove nothing, where they do not. */
  readonly blind: string | undefined;
};

/** Scans prove something only when the same scan finds what is there: the control, and the data key where nothing is locked. */
export const judgeScans = ({ scans }: History): ScansSaid => {
  const blind = scans.map(blindness).find((why) => why !== undefined);
  return { locked: scans.filter(({ autolock }) => autolock).length, blind };
};

const blindness = ({
  node,
  autolock,
  files,
  bytes,
  found,
  looked,
}: FolderScan): string | undefined => {
  if (files === 0 || bytes === 0) return `the scan of ${node} saw no file`;
  if (!looked.includes(control)) return `the scan of ${node} did not know what to look for`;
  if (!found.some(({ canary }) => canary === control)) {
    return `the scan of ${node} did not even find the id of the node`;
  }
  // A worker may have no data key at all.
  const wanted = looked.some((canary) => canary.startsWith(dataKey));
  const finds = found.some(({ canary }) => canary.startsWith(dataKey));
  return !autolock && wanted && !finds
    ? `the scan of ${node} did not find the data key of a folder that is not locked`
    : undefined;
};
