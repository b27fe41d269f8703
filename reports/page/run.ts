import { counted } from '../../harness/core/figures.ts';
import {
  brokenIn,
  rateWords,
  smallerWords,
  type Broken,
  type RetryRate,
  type Judged,
  type RunFile,
} from '../../harness/core/run.ts';
import { isFault, type ScheduleEntry } from '../../harness/core/schedule.ts';
import { eventTable } from './events.ts';
import { html, type Html } from './html.ts';
import { timeline } from './timeline.ts';
import { faultWords, seconds } from './words.ts';

const logLinesMax = 60;

/** Schedules of so many entries are small enough to stand where everybody reads them. */
const entriesShown = 12;

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
const who = ({ node, text }: Broken['moments'][number]): Html => {
  if (node === undefined) return html`${text}`;
  return html`<b>${node}</b> ${text.startsWith(`${node} `) ? text.slice(node.length + 1) : text}`;
};

const story = (failed: Broken, zero: number): Html =>
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

/** What broke, in its order. A smaller run may break more than the whole one did, and the summary is about whole ones. */
const stories = ({ shrunkFrom }: RunFile, failed: readonly Broken[], zero: number): Html => {
  const [first, ...rest] = failed.map((verdict) => story(verdict, zero));
  const made = shrunkFrom?.property;
  const besides =
    made === undefined || rest.length === 0
      ? undefined
      : html`<p>
          This run was made smaller for ${made}. It breaks these, too, which the whole run need not
          have done:
        </p>`;
  return html`${first}${besides}${rest}`;
};

const entryWords = (entry: ScheduleEntry): string => {
  if (!isFault(entry)) {
    const { at, client, operation, args } = entry;
    return `${seconds(at)} client ${client}: ${operation} ${JSON.stringify(args)}`;
  }
  const when = entry.when === undefined ? '' : `, once ${JSON.stringify(entry.when)}`;
  return `${seconds(entry.at)} ${faultWords(entry.fault)} for ${seconds(entry.forMs)}${when}`;
};

/** What a failure was made smaller to; where that is little, all of it. */
const smaller = (file: RunFile): Html | undefined => {
  const words = smallerWords(file);
  if (words === undefined) return undefined;
  const { schedule } = file.run;
  const few = file.shrunkFrom !== undefined && schedule.length <= entriesShown;
  return html`<p class="smaller">${file.shrunkFrom === undefined ? 'It was ' : 'Made smaller: '}${words}.</p>
    ${few && schedule.length > 0 ? html`<ul class="schedule">${schedule.map((entry) => html`<li>${entryWords(entry)}</li>`)}</ul>` : undefined}`;
};

/** Managers and workers that there were: not every target has workers. */
const shapeOf = ({ history }: RunFile['run']): readonly [managers: number, workers: number] => {
  const workers = history.nodes.filter(({ role }) => role === 'worker').length;
  return [history.nodes.length - workers, workers];
};

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
  const words = smallerWords(file);
  const facts: readonly (readonly [string, string])[] = [
    ['scenario', run.scenario.name],
    ['backend', run.backend],
    ['managers and workers', shapeOf(run).join(' and ')],
    ['seed', `${run.seed}, run ${run.index}${run.path === undefined ? '' : `, path ${run.path}`}`],
    ['digest', run.digest],
    [
      'schism',
      `${schism.version}, commit ${schism.commit}, Node ${schism.node}, ${schism.platform}`,
    ],
    ['planted bugs', mutants.map((mutant) => `${mutant.id}: ${mutant.title}`).join('; ') || 'none'],
    ...(words === undefined ? [] : [['made smaller', words] as const]),
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
  failed: readonly Broken[],
): Html => {
  const made = shrunkFrom === undefined ? '' : ', made smaller';
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
          ${here} with the schedule of run ${scheduleOf.index} on ${scheduleOf.backend}${made}.
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

/** Everything about one run; `place` tells it from the others on the page. */
export const runSection = (file: RunFile, place: number): Html => {
  const { history, scenario, backend, seed, index } = file.run;
  const zero = history.phases.injectAt;
  const failed = brokenIn(file);
  const moments = failed[0]?.moments ?? [];
  const [managers, workers] = shapeOf(file.run);
  const label = `${place + 1}: ${scenario.name} on ${backend}, run ${index}`;
  return html`<article id="run-${place}" class="run">
    <h2>
      ${scenario.name}
      <small
        >${backend}, ${counted(managers, 'manager')}, ${counted(workers, 'worker')}, seed ${seed},
        run ${index}</small
      >
    </h2>
    ${stories(file, failed, zero)}
    <p class="replay">
      ${failed.length > 0 ? 'See it again:' : 'Run it again:'} <code>${file.replay}</code>
    </p>
    ${smaller(file)} ${otherRuns(file, failed)}
    ${timeline(history, { moments, label: `Timeline ${label}` })} ${verdictTable(file)}
    <h3>Events</h3>
    ${eventTable(history, {
      moments: moments.map(({ at }) => at),
      label: `Events ${label}`,
    })}
    ${configuration(file)} ${logs(file)}
  </article>`;
};
