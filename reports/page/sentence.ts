import { stateOf, type CampaignSummary, type PropertyTally } from '../../harness/core/campaign.ts';
import { isFaulty } from '../../harness/core/counts.ts';
import { counted, grouped } from '../../harness/core/figures.ts';

/** What a campaign came to, as the page's colour and title say it: what its exit code says. */
export const outcomeOf = ({ failures, properties, ok }: CampaignSummary): Outcome => {
  if (failures.length > 0 || properties.some(({ fail }) => fail > 0)) return 'fail';
  return ok ? 'pass' : 'unknown';
};

export type Outcome = 'pass' | 'fail' | 'unknown';

const namesOf = (tallies: readonly PropertyTally[]): string =>
  `${tallies.map(({ property }) => property).join(', ')} ${tallies.length === 1 ? 'was' : 'were'}`;

/** Not every scenario judges every property, so that the runs of one may be fewer than all. */
const rateOf = ({ fail, pass, unknown }: PropertyTally, runs: number): string => {
  const judged = fail + pass + unknown;
  const rest = unknown > 0 ? `, unknown in ${grouped(unknown)}` : '';
  return judged < runs
    ? `${grouped(fail)} of ${counted(judged, 'run')} that ${judged === 1 ? 'judges' : 'judge'} it, of ${grouped(runs)} in all${rest}`
    : `${grouped(fail)} of ${counted(judged, 'run')}${rest}`;
};

/** A headline of more is read by nobody; the table of guarantees has them all, what broke first. */
const namedMax = 4;

const brokenWords = (broken: readonly PropertyTally[], runs: number): string => {
  const named = broken.length > namedMax ? broken.slice(0, namedMax - 1) : broken;
  const failing = named.map((tally) => `${tally.property} (${rateOf(tally, runs)})`).join(', ');
  const more = broken.length - named.length;
  return `${broken.length === 1 ? 'A guarantee was' : `${broken.length} guarantees were`} broken: ${failing}${more > 0 ? ` and ${more} more` : ''}`;
};

/** Runs that break no guarantee and prove none: a program threw, a thread ended, the same run was another one. */
const lostWords = ({ failures, properties }: CampaignSummary): readonly string[] => {
  const judged = new Set(properties.map(({ property }) => property));
  const lost = failures.filter(({ property }) => !judged.has(property));
  const differing = lost.filter(({ property }) => property === 'nondeterministic').length;
  const unjudged = lost.length - differing;
  return [
    ...(unjudged > 0 ? [`${counted(unjudged, 'run')} could not be judged`] : []),
    ...(differing > 0
      ? [`${counted(differing, 'run')} ${differing === 1 ? 'was' : 'were'} not the same once more`]
      : []),
  ];
};

const openWords = (open: readonly PropertyTally[]): readonly string[] => {
  const faulty = open.filter(isFaulty);
  const vague = open.filter((tally) => tally.tested > 0 && !isFaulty(tally));
  const untested = open.filter((tally) => tally.tested === 0 && !isFaulty(tally));
  return [
    ...(faulty.length > 0 ? [`${namesOf(faulty)} unable to judge all of them`] : []),
    ...(untested.length > 0 ? [`${namesOf(untested)} never put to the test`] : []),
    ...(vague.length > 0 ? [`${namesOf(vague)} unknown in more than a tenth of them`] : []),
  ];
};

/** The verdict in one sentence; of what broke, `first` is named first. */
export const sentence = (summary: CampaignSummary, first?: string): string => {
  const { properties, unfinished = [] } = summary;
  const runs = summary.worlds.reduce((sum, world) => sum + world.runs, 0);
  const all = properties.filter((tally) => tally.fail > 0);
  const broken = [
    ...all.filter(({ property }) => property === first),
    ...all.filter(({ property }) => property !== first),
  ];
  const lost = lostWords(summary);
  if (broken.length > 0)
    return `${[brokenWords(broken, runs), ...lost, ...unfinished].join('; ')}.`;
  const open = properties.filter((tally) => stateOf(tally) === 'inconclusive');
  const reasons = [...lost, ...openWords(open), ...unfinished];
  if (reasons.length > 0) {
    return `Nothing broke in ${counted(runs, 'run')}, but ${reasons.join(', and ')}.`;
  }
  // Conditions of the campaign, such as an election during a cut, are no guarantees.
  const guarantees = properties.filter(({ kind }) => kind !== 'reached').length;
  return `All ${guarantees > 0 ? guarantees : properties.length} guarantees held in ${counted(runs, 'run')}.`;
};
