/** Where a campaign writes, and nobody else meanwhile. */
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { identityOf, isAlive, type ProcessIdentity } from '../backends/live/process-identity.ts';
import { linked, prepareFolder, type Prepared } from './output.ts';

/** Says in a folder who writes there. */
const claimName = '.running';

type Claim = ProcessIdentity & { readonly host: string };

/**
 * The folder of a campaign: `reports/out/42`, or `reports/out/42-2` where an earlier one of that seed has saved runs in it, so that
 * lines that replay those stay true, or where one is under way. Throws a `UsageError` where it cannot be written.
 */
export const prepareCampaign = (out: string, seed: number): Prepared => {
  for (let nth = 1; ; nth += 1) {
    const folder = join(out, nth === 1 ? String(seed) : `${seed}-${nth}`);
    if (holdsRuns(folder)) continue;
    const prepared = prepareFolder(folder);
    const claim = join(folder, claimName);
    if (!claimed(claim)) {
      prepared[Symbol.dispose]();
      continue;
    }
    const own = {
      folder,
      [Symbol.dispose]() {
        rmSync(claim, { force: true });
        prepared[Symbol.dispose]();
      },
    };
    // Whoever had claimed it until just now may have saved runs.
    if (!holdsRuns(folder)) return own;
    own[Symbol.dispose]();
  }
};

const holdsRuns = (folder: string): boolean => {
  try {
    return readdirSync(folder).some((name) => name.endsWith('.json'));
  } catch {
    // It is not there yet, or cannot be had: who prepares it says why.
    return false;
  }
};

/** Of several at the same time one has it. What a dead process has claimed is free. */
const claimed = (file: string): boolean => {
  const own = identityOf(process.pid);
  if (own === undefined) return true;
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, JSON.stringify({ ...own, host: hostname() } satisfies Claim));
    if (isStale(file)) rmSync(file, { force: true });
    return linked(draft, file);
  } catch {
    // No links there, or no space: whoever comes at the same moment is not kept away.
    return true;
  } finally {
    rmSync(draft, { force: true });
  }
};

/** Another machine's processes cannot be seen from here: what those have claimed is theirs. */
const isStale = (file: string): boolean => {
  try {
    const claim = JSON.parse(readFileSync(file, 'utf8')) as Claim;
    return claim.host === hostname() && !isAlive(claim);
  } catch {
    return false;
  }
};
