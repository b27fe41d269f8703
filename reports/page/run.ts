import {
  rateWords,
  smallerWords,
  type RetryRate,
  type Judged,
  type RunFile,
} from '../../harness/core/run.ts';
import { eventTable } from './events.ts';
import { html, type Html } from './html.ts';
import { timeline } from './timeline.ts';
import { seconds } from './words.ts';

const logLinesMax = 60;

type Failed = Extract<Judged, { readonly verdict: 'fail' }>;

const failuresOf = (file: RunFile): readonly Failed[] =>
  file.run.verdicts.filter((verdict) => verdict.verdict === 'fail');

const verdictWord = { pass: 'held', fail: 'broken', unknown: 'unknown' } as const;

const why = (verdict: Judged): string => {
  switch (verdict.verdict) {
    case 'pass':
      return verdict.tested
        ? `put to the test: ${verdict.because}`
        : `not put to the test: ${verdict.because}`;
    case 'fail':
      return verdict.summary;
    case 'unknown':
      return `what was missing: ${verdict.missing}`;
  }
};

/** The node in bold; many texts begin with it themselves. */
const who = ({ node, text }: Failed['moments'][number]): Html => {
  if (node === undefined) return html`${text}`;
  return html`<b>${node}</b> ${text.startsWith(`${node} `) ? text.slice(node.length + 1) : text}`;
};

const story = (failed: Failed, zero: number): Html =>
  html`<section class="story">
    <h3><span class="word fail">broken</span> ${failed.property}</h3>
    <p class="summary">${failed.summary}</p>
    <ol class="moments">
      ${failed.moments.map(
        (moment) =>
          html`<li>
            <span class="time">${seconds(moment.at - zero)}</span>
            ${who(moment)}
          </li> `,
      )}
    </ol>
    <p class="guarantee"><q>${failed.guarantee}</q> <cite>${failed.source}</cite></p>
  </section>`;

const verdictTable = (file: RunFile): Html =>
  html`<table class="verdicts">
    <caption>
      Verdicts
    </caption>
    <thead>
      <tr>
        <th scope="col">verdict</th>
        <th scope="col">property</th>
        <th scope="col">why</th>
      </tr>
    </thead>
    <tbody>
      ${file.run.verdicts.map(
        (verdict) =>
          html`<tr>
            <td><span class="word ${verdict.verdict}">${verdictWord[verdict.verdict]}</span></td>
            <td>${verdict.property}</td>
            <td>${why(verdict)}</td>
          </tr> `,
      )}
    </tbody>
  </table>`;

const configuration = (file: RunFile): Html => {
  const { run, schism, mutants } = file;
  const smaller = smallerWords(file);
  const facts: readonly (readonly [string, string])[] = [
    ['scenario', run.scenario.name],
    ['backend', run.backend],
    ['managers and workers', `${run.scenario.shape.managers} and ${run.scenario.shape.workers}`],
    ['seed', `${run.seed}, run ${run.index}${run.path === undefined ? '' : `, path ${run.path}`}`],
    ['digest', run.digest],
    [
      'schism',
      `${schism.version}, commit ${schism.commit}, Node ${schism.node}, ${schism.platform}`,
    ],
    ['planted bugs', mutants.map((mutant) => `${mutant.id}: ${mutant.title}`).join('; ') || 'none'],
    ...(smaller === undefined ? [] : [['made smaller', smaller] as const]),
  ];
  return html`<details>
    <summary>Configuration</summary>
    <table class="facts">
      <tbody>
        ${facts.map(
          ([name, value]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td>${value}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <h4>Schedule</h4>
    <pre tabindex="0">${run.schedule.map((entry) => JSON.stringify(entry)).join('\n')}</pre>
    <h4>Nodes</h4>
    <pre tabindex="0">${JSON.stringify(file.configuration, undefined, 1)}</pre>
  </details>`;
};

const logs = (file: RunFile): Html | undefined => {
  const nodes = Object.entries(file.logs).filter(([, lines]) => lines.length > 0);
  if (nodes.length === 0) return undefined;
  return html`<details>
    <summary>The last lines of each node's log</summary>
    ${nodes.map(
      ([node, lines]) =>
        html`<h4>${node}</h4>
          <pre tabindex="0">${lines.slice(-logLinesMax).join('\n')}</pre>`,
    )}
  </details>`;
};

/** Whose schedule this run has, and what another world made of its own, or the same world once more. */
const otherRuns = (
  { run, elsewhere, again, scheduleOf, shrunkFrom }: RunFile,
  failed: readonly Failed[],
): Html => {
  const smaller = shrunkFrom === undefined ? '' : ', made smaller';
  const here = scheduleOf?.backend === run.backend ? 'Played' : 'Tried here';
  const rates = (what: string, of: RetryRate): Html =>
    html`${failed.map(({ property }) => {
      const words = rateWords(of, property);
      return words === undefined ? undefined : html`${what} ${words} (${property}). `;
    })}`;
  return html`${
    scheduleOf === undefined
      ? undefined
      : html`<p>
          ${here} with the schedule of run ${scheduleOf.index} on ${scheduleOf.backend}${smaller}.
        </p>`
  }
  ${
    elsewhere === undefined
      ? undefined
      : html`<p class="replay">
          ${rates('The same schedule', elsewhere)}
          ${elsewhere.replay === undefined ? undefined : html`See it there: <code>${elsewhere.replay}</code>`}
        </p>`
  }
  ${again === undefined ? undefined : html`<p class="replay">${rates('The same schedule again', again)}</p>`}`;
};

/** Everything about one run. */
export const runSection = (file: RunFile, place: number): Html => {
  const { history, scenario, backend } = file.run;
  const zero = history.phases.injectAt;
  const failed = failuresOf(file);
  const moments = failed[0]?.moments ?? [];
  return html`<article id="run-${place}" class="run">
    <h2>
      ${scenario.name}
      <small
        >${backend}, ${scenario.shape.managers} managers, ${scenario.shape.workers} workers, seed
        ${file.run.seed}, run ${file.run.index}</small
      >
    </h2>
    ${failed.map((verdict) => story(verdict, zero))}
    <p class="replay">
      ${failed.length > 0 ? 'See it again:' : 'Run it again:'} <code>${file.replay}</code>
    </p>
    ${otherRuns(file, failed)} ${timeline(history, moments)} ${verdictTable(file)}
    <h3>Events</h3>
    ${eventTable(
      history,
      moments.map(({ at }) => at),
    )}
    ${configuration(file)} ${logs(file)}
  </article>`;
};
