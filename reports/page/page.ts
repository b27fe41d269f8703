import {
  stateOf,
  type CampaignSummary,
  type FailureSummary,
  type PropertyTally,
} from '../../harness/core/campaign.ts';
import { grouped, spoken } from '../../harness/core/figures.ts';
import { brokenIn, type RunFile } from '../../harness/core/run.ts';
import { html, trusted, type Html } from './html.ts';
import { runSection } from './run.ts';
import { outcomeOf, sentence, type Outcome } from './sentence.ts';

/** What the renderer needs of the world, since it has neither files nor hashes of its own. */
export type PageAssets = {
  readonly style: string;
  readonly script: string;
  /** Base64 of the SHA-256 of a text. */
  sha256(text: string): string;
  /** Base64 of the gzipped text. */
  gzip(text: string): string;
};

export type PageInput = {
  readonly summary: CampaignSummary;
  /** In the order to be shown: failures first. */
  readonly runs: readonly RunFile[];
  /** The document that `replay` takes out of the page again: the packed run files. */
  readonly document: string;
  /** Packed as well, for each run: its events in words, but for those that the page's script makes of the document. */
  readonly rows: string;
};

const classOf = { held: 'pass', broken: 'fail', inconclusive: 'unknown' } as const;

/** Runs that are drawn again took no time of their own. */
const tookText = (wallMs: number): string => (wallMs > 0 ? spoken(wallMs) : '–');

const worlds = (summary: CampaignSummary): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="Where"><table class="worlds">
    <caption>
      Where
    </caption>
    <thead>
      <tr>
        <th scope="col">world</th>
        <th scope="col">runs</th>
        <th scope="col">cluster time</th>
        <th scope="col">wall time</th>
        <th scope="col">faults that bit</th>
        <th scope="col">note</th>
      </tr>
    </thead>
    <tbody>
      ${summary.worlds.map(
        (world) =>
          html`<tr>
            <th scope="row">${world.backend}</th>
            <td class="number">${grouped(world.runs)}</td>
            <td class="number">${spoken(world.simulatedMs)}</td>
            <td class="number">${tookText(world.wallMs)}</td>
            <td class="number">${grouped(world.faultsBit)} of ${grouped(world.faults)}</td>
            <td>${world.note}</td>
          </tr> `,
      )}
    </tbody>
  </table></div>`;

/** What broke is looked for first, then what is open. */
const brokenFirst = (tallies: readonly PropertyTally[]): readonly PropertyTally[] =>
  (['broken', 'inconclusive', 'held'] as const).flatMap((state) =>
    tallies.filter((tally) => stateOf(tally) === state),
  );

const properties = (summary: CampaignSummary): Html =>
  html`<div class="scroll" tabindex="0" role="region" aria-label="Guarantees">
    <table class="properties">
      <caption>
        Guarantees
      </caption>
      <thead>
        <tr>
          <th scope="col">verdict</th>
          <th scope="col">property</th>
          <th scope="col">broken</th>
          <th scope="col">held</th>
          <th scope="col">put to the test</th>
          <th scope="col">unknown</th>
          <th scope="col">guarantee</th>
        </tr>
      </thead>
      <tbody>
        ${brokenFirst(summary.properties).map(
          (tally) =>
            html`<tr>
              <td><span class="word ${classOf[stateOf(tally)]}">${stateOf(tally)}</span></td>
              <th scope="row">${tally.property}</th>
              <td class="number">${grouped(tally.fail)}</td>
              <td class="number">${grouped(tally.pass)}</td>
              <td class="number">${grouped(tally.tested)}</td>
              <td class="number">${grouped(tally.unknown)}</td>
              <td class="words">
                ${tally.guarantee}
                <cite>${tally.source}</cite
                >${tally.missing === undefined ? undefined : html` <em>Unknown where: ${tally.missing}</em>`}
              </td>
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;

const titles = { pass: 'held', fail: 'broken', unknown: 'inconclusive' } as const;

/** A run that broke something, or could not be judged. */
const isFailure = ({ run }: RunFile, { failures }: CampaignSummary): boolean =>
  run.verdicts.some(({ verdict }) => verdict === 'fail') ||
  failures.some(({ backend, index }) => backend === run.backend && index === run.index);

/** What is not folded away: the first run where nothing broke, or the failure above it in another world, or made smaller. */
const isOpen = (file: RunFile, place: number, state: Outcome): boolean =>
  place === 0 && (state !== 'fail' || file.scheduleOf !== undefined);

/** What its file is there to show: of one run there may be several. */
const shows = (file: RunFile): string => {
  const [first] = brokenIn(file);
  return first === undefined ? '' : `: ${first.property}`;
};

const scheduleOf = ({ run, scheduleOf: of }: RunFile): string => {
  if (of === undefined) return '';
  const where = of.backend === run.backend ? ', made smaller' : ` on ${of.backend}`;
  return `, with the schedule of run ${of.index}${where}`;
};

/** Where on the page a failure is told: its own file first, else one of the same run. */
const placeOf = (
  { property, backend, index }: FailureSummary,
  runs: readonly RunFile[],
): number => {
  const isRun = ({ run }: RunFile): boolean => run.backend === backend && run.index === index;
  const own = runs.findIndex((file) => isRun(file) && brokenIn(file)[0]?.property === property);
  return own >= 0
    ? own
    : runs.findIndex(
        (file) => isRun(file) && brokenIn(file).some((broken) => broken.property === property),
      );
};

const failures = (summary: CampaignSummary, runs: readonly RunFile[]): Html | undefined =>
  summary.failures.length === 0
    ? undefined
    : html`<div class="scroll endless" tabindex="0" role="region" aria-label="Failures">
        <table class="failures">
          <caption>
            Failures
          </caption>
          <thead>
            <tr>
              <th scope="col">property</th>
              <th scope="col">scenario</th>
              <th scope="col">world</th>
              <th scope="col">run</th>
              <th scope="col">what</th>
              <th scope="col">see it again</th>
            </tr>
          </thead>
          <tbody>
            ${summary.failures.slice(0, 200).map((failure) => {
              const place = placeOf(failure, runs);
              return html`<tr>
                  <th scope="row">${place < 0 ? failure.property : html`<a href="#run-${place}">${failure.property}</a>`}</th>
                  <td>${failure.scenario}</td>
                  <td>${failure.backend}</td>
                  <td class="number">${failure.index}</td>
                  <td>${failure.summary}</td>
                  <td><code>${failure.replay}</code></td>
                </tr> `;
            })}
          </tbody>
        </table>
      </div>`;

/** The header tells the failure that the run below it is there to show, so that both are about the same. */
const toldFirst = (
  { failures: all }: CampaignSummary,
  runs: readonly RunFile[],
): FailureSummary | undefined => {
  const [file] = runs;
  const [told] = file === undefined ? [] : brokenIn(file);
  return (
    all.find(
      ({ property, backend, index }) =>
        property === told?.property && backend === file?.run.backend && index === file.run.index,
    ) ?? all[0]
  );
};

const where = ({ scenario, backend, index }: FailureSummary, shown: number): Html => {
  const words = `${scenario} on ${backend}, run ${index}`;
  return shown > 0 ? html`<a href="#run-0">${words}</a>` : html`${words}`;
};

const plantedMax = 5;

/** Who sees the page shall not look in the cluster for a bug that was put there, nor take it for right where none was found. */
const planted = (
  { mutants: ofCampaign = [] }: CampaignSummary,
  runs: readonly RunFile[],
): Html | undefined => {
  const all = [...ofCampaign, ...runs.flatMap(({ mutants }) => mutants)];
  const bugs = new Map(all.map(({ id, title }) => [id, title]));
  if (bugs.size === 0) return undefined;
  const shown = [...bugs].slice(0, plantedMax);
  const more = bugs.size - shown.length;
  return html`<p class="planted">
    <strong>${bugs.size === 1 ? 'A bug was planted' : `${bugs.size} bugs were planted`}</strong>
    before this, to see whether it is found; the code does not have ${bugs.size === 1 ? 'it' : 'them'}
    otherwise:
    ${shown.map(([id, title], place) => html`${place > 0 ? '; ' : ''}<b>${id}</b> (${title})`)}${more > 0 ? ` and ${more} more` : ''}.
  </p>`;
};

/**
 * Works wherever the page is; where a line stands above it, that one names a file where the page was made. The package is named, since
 * whoever has not installed it would be given another one of the command's name.
 */
const fromThePage = (runs: readonly RunFile[], isBelow: boolean): Html => {
  const needsSources = runs.some(({ mutants }) => mutants.length > 0);
  const command = needsSources ? 'npm run -s schism --' : 'npx -p schism-harness schism';
  return html`<p class="replay">
    ${isBelow ? 'Or from this page alone' : 'To play one again from this page alone'}, which carries
    ${runs.length === 1 ? 'the run' : `${runs.length} runs (the first is played)`}:
    <code>${command} replay <span data-page>index.html</span></code
    >${needsSources ? ' (in a clone of its sources, since bugs are planted in those).' : ''}
  </p>`;
};

/** The whole page: one file, no network, readable without its script. */
export const page = ({ summary, runs, document, rows }: PageInput, assets: PageAssets): string => {
  const { style, script } = assets;
  const policy = `default-src 'none'; style-src 'sha256-${assets.sha256(style)}'; script-src 'sha256-${assets.sha256(script)}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const state = outcomeOf(summary);
  const first = toldFirst(summary, runs);
  // A failure is told before the summary; everything else comes after it.
  const shown = runs.slice(0, 1).filter((file) => isFailure(file, summary)).length;
  return html`${trusted('<!doctype html>')}
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${trusted(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>
          ${summary.title}:
          ${titles[state]}
        </title>
        <style>${trusted(style)}</style>
      </head>
      <body>
        <header class="${state}">
          <p class="brand">schism · ${summary.title}</p>
          <h1>${sentence(summary, first?.property)}</h1>
          ${planted(summary, runs)}
          ${
            first === undefined
              ? undefined
              : html`<p class="summary"><b>${first.property}</b>, ${where(first, shown)}: ${first.summary}</p>
                  <p class="replay">See it again: <code>${first.replay}</code></p>`
          }
          ${runs.length === 0 ? undefined : fromThePage(runs, first !== undefined)}
          <p class="meta">
            seed ${summary.seed} · ${summary.startedAt} ·
            ${summary.wallMs > 0 ? `${spoken(summary.wallMs)} for ` : ''}${spoken(summary.simulatedMs)}
            of cluster time · commit ${summary.commit} ·
            ${summary.platform}${summary.digest === '' ? undefined : html` · digest <code>${summary.digest}</code>`}
          </p>
        </header>
        <main>
          ${runs.slice(0, shown).map(runSection)}
          <section aria-labelledby="summary">
            <h2 id="summary">Summary</h2>
            ${worlds(summary)}${properties(summary)}${failures(summary, runs)}
          </section>
          ${runs.slice(shown).map(
            (file, place) =>
              html`<details
                class="more"
                ${isOpen(file, place, state) ? trusted(' open') : undefined}
              >
                <summary>
                  ${file.run.scenario.name} on ${file.run.backend}, seed ${file.run.seed}, run
                  ${file.run.index}${scheduleOf(file)}${shows(file)}
                </summary>
                ${runSection(file, place + shown)}
              </details>`,
          )}
        </main>
        <script type="application/schism+gzip" id="document">${trusted(assets.gzip(document))}</script>
        <script type="application/schism+gzip" id="rows">${trusted(assets.gzip(rows))}</script>
        <script>${trusted(script)}</script>
      </body>
    </html> `.markup;
};
