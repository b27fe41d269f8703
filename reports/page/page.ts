import { stateOf, type CampaignSummary } from '../../harness/core/campaign.ts';
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
          <th scope="col">held</th>
          <th scope="col">put to the test</th>
          <th scope="col">broken</th>
          <th scope="col">unknown</th>
          <th scope="col">guarantee</th>
        </tr>
      </thead>
      <tbody>
        ${summary.properties.map(
          (tally) =>
            html`<tr>
              <td><span class="word ${classOf[stateOf(tally)]}">${stateOf(tally)}</span></td>
              <th scope="row">${tally.property}</th>
              <td class="number">${grouped(tally.pass)}</td>
              <td class="number">${grouped(tally.tested)}</td>
              <td class="number">${grouped(tally.fail)}</td>
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

const failures = (summary: CampaignSummary): Html | undefined =>
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
            ${summary.failures.slice(0, 200).map(
              (failure) =>
                html`<tr>
                  <th scope="row">${failure.property}</th>
                  <td>${failure.scenario}</td>
                  <td>${failure.backend}</td>
                  <td class="number">${failure.index}</td>
                  <td>${failure.summary}</td>
                  <td><code>${failure.replay}</code></td>
                </tr> `,
            )}
          </tbody>
        </table>
      </div>`;

/** The whole page: one file, no network, readable without its script. */
export const page = ({ summary, runs, document, rows }: PageInput, assets: PageAssets): string => {
  const { style, script } = assets;
  const policy = `default-src 'none'; style-src 'sha256-${assets.sha256(style)}'; script-src 'sha256-${assets.sha256(script)}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const state = outcomeOf(summary);
  const first = summary.failures[0];
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
          <h1>${sentence(summary)}</h1>
          ${
            first === undefined
              ? undefined
              : html`<p class="summary">${first.summary}</p>
                  <p class="replay">See it again: <code>${first.replay}</code></p>`
          }
          <p class="meta">
            seed ${summary.seed} · ${summary.startedAt} ·
            ${summary.wallMs > 0 ? `${spoken(summary.wallMs)} for ` : ''}${spoken(summary.simulatedMs)}
            of cluster time · commit ${summary.commit} ·
            ${summary.platform} · digest <code>${summary.digest}</code>
          </p>
        </header>
        <main>
          ${runs.slice(0, shown).map(runSection)}
          <section aria-labelledby="summary">
            <h2 id="summary">Summary</h2>
            ${worlds(summary)}${properties(summary)}${failures(summary)}
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
