import { createHash } from 'node:crypto';
import { stateOf, type CampaignSummary, type FailureSummary } from '../../core/campaign.ts';
import type { BackendName } from '../../core/run.ts';
import { quoted } from '../quoted.ts';
import type { Planting, Registry } from '../registry.ts';
import type { RunOptions } from './options.ts';
import { platformText, runFilePath } from './saving.ts';
import { summed, type WorldResult } from './world-result.ts';

type FoundAt = { readonly backend: BackendName; readonly seed: number; readonly index: number };

/** The same campaign up to a run of which there is no file, since it could not be carried out as a whole. */
const asAsked = (
  names: readonly string[],
  { target, managers, workers, mutants }: RunOptions,
  { backend, seed, index }: FoundAt,
): string =>
  [
    ...names.map(quoted),
    `--backend ${backend}`,
    ...(target === undefined ? [] : [`--target ${quoted(target)}`]),
    ...(managers === undefined ? [] : [`--managers ${managers}`]),
    ...(workers === undefined ? [] : [`--workers ${workers}`]),
    ...(mutants === undefined ? [] : [`--mutants ${quoted(mutants)}`]),
    `--seed ${seed} --runs ${index + 1}`,
  ].join(' ');

const digestOf = (worlds: readonly WorldResult[]): string => {
  const digests = worlds.map(({ digest }) => digest).filter((digest) => digest !== '');
  const [only, second] = digests;
  if (only !== undefined && second === undefined) return only;
  return createHash('sha256').update(digests.join()).digest('hex').slice(0, 16);
};

/** What a campaign came to, for people and for the report. */
export const summarised = (given: {
  readonly worlds: readonly WorldResult[];
  readonly seed: number;
  readonly commit: string;
  readonly started: Date;
  readonly registry: Registry;
  readonly folder: string;
  readonly names: readonly string[];
  readonly options: RunOptions;
  readonly planting: Planting | undefined;
}): CampaignSummary => {
  const { worlds, registry, folder, names, options, planting } = given;
  const properties = summed(worlds);
  const failures = worlds.flatMap(({ tally, broken }) =>
    broken.map((of): FailureSummary => ({
      property: of.property,
      scenario: of.scenario,
      backend: tally.backend,
      seed: given.seed,
      index: of.index,
      summary: of.summary,
      file: of.file === undefined ? '' : runFilePath(folder, of.file),
      digest: of.digest,
      replay:
        of.file?.replay ??
        `${registry.invocation} run ${asAsked(names, options, { ...of, seed: given.seed, backend: tally.backend })}`,
    })),
  );
  const unfinished = [
    ...(worlds.some(({ interrupted }) => interrupted) ? ['the campaign was interrupted'] : []),
    ...worlds.flatMap(({ failed, tally }) =>
      failed === true ? [`${tally.backend} ${tally.note}`] : [],
    ),
  ];
  return {
    title: names.join(', '),
    seed: given.seed,
    ok:
      failures.length === 0 &&
      unfinished.length === 0 &&
      properties.every((tally) => stateOf(tally) === 'held'),
    worlds: worlds.map(({ tally }) => tally),
    properties,
    failures,
    ...(planting !== undefined && { mutants: planting.mutants }),
    ...(unfinished.length > 0 && { unfinished }),
    digest: digestOf(worlds),
    wallMs: Date.now() - given.started.getTime(),
    simulatedMs: worlds.reduce((sum, { tally }) => sum + tally.simulatedMs, 0),
    version: registry.version,
    commit: given.commit,
    platform: `${platformText()}, Node ${process.version}`,
    startedAt: given.started.toISOString(),
  };
};
