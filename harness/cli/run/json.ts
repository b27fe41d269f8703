import { stateOf, type CampaignSummary } from '../../core/campaign.ts';
import type { WorldResult } from './world-result.ts';

/** What `docs/reading-a-report.md` says of it. Why it is not `ok` although nothing failed is told only where that is so. */
export const jsonOf = (
  summary: CampaignSummary,
  { report, worlds }: { readonly report: string; readonly worlds: readonly WorldResult[] },
): object => ({
  schema: 'schism/run@1',
  ok: summary.ok,
  seed: summary.seed,
  backend: backendIn(worlds),
  runs: summary.worlds.reduce((sum, world) => sum + world.runs, 0),
  wallMs: summary.wallMs,
  simulatedMs: summary.simulatedMs,
  digest: summary.digest,
  verdicts: Object.fromEntries(
    summary.properties.map(({ property, pass, fail, unknown }) => [
      property,
      { pass, fail, unknown },
    ]),
  ),
  failures: summary.failures.map(({ property, scenario, seed, file, digest, replay }) => ({
    property,
    scenario,
    seed,
    file,
    digest,
    replay,
  })),
  ...namedUnlessEmpty({
    inconclusive: summary.properties
      .filter((tally) => stateOf(tally) === 'inconclusive')
      .map(({ property }) => property),
    unfinished: summary.unfinished,
    mutants: summary.mutants?.map(({ id }) => id),
  }),
  report,
});

/** The world in which it ran, or `all` of them. */
const backendIn = (worlds: readonly WorldResult[]): string => {
  const [first, ...others] = worlds.map(({ tally }) => tally.backend);
  return first !== undefined && others.every((backend) => backend === first) ? first : 'all';
};

const namedUnlessEmpty = (lists: Readonly<Record<string, readonly string[] | undefined>>): object =>
  Object.fromEntries(Object.entries(lists).filter(([, list = []]) => list.length > 0));
