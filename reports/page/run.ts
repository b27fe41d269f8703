import { counted, seconds } from '../../harness/core/figures.ts';
import type { History } from '../../harness/core/history.ts';
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
import { eventTables } from './events.ts';
import { faultTable, hitWords, spanWords } from './faults.ts';
import { html, type Html } from './html.ts';
import { marksOf, numbered } from './marks.ts';
import { eventRows } from './rows.ts';
import { picturedWords, stories } from './story.ts';
import { timeline } from './timeline/timeline.ts';
import { faultWords } from './words.ts';

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

const entryWords = (entry: ScheduleEntry, place: number, { faults, phases }: History): string => {
  if (!isFault(entry)) {
    const { at, client, operation, args } = entry;
    return `${seconds(at)} client ${client}: ${operation} ${JSON.stringify(args)}`;
  }
  const when = entry.when === undefined ? '' : `, once ${JSON.stringify(entry.when)}`;
  const lease = entry.fault.kind === 'procedure' ? '' : ` for ${seconds(entry.forMs)}`;
  const done = faults
    .filter((record) => record.entry === place && record.fault.kind === entry.fault.kind)
    .slice(0, 2)
    .map((record) => {
      const hit = hitWords(record);
      return `${hit === '' ? '' : `${hit}, `}${spanWords(record, phases.injectAt)}`;
    });
  const really = done.length === 0 ? '' : `; as carried out: ${done.join('; ')}`;
  return `${seconds(entry.at)} ${faultWords(entry.fault)}${lease}${when}${really}`;
};

/** What a failure was made smaller to; where that is little, all of it. */
const smaller = (file: RunFile): Html | undefined => {
  const words = smallerWords(file);
  if (words === undefined) return undefined;
  const { schedule, history } = file.run;
  const few = file.shrunkFrom !== undefined && schedule.length <= entriesShown;
  return html`<p class="smaller">${file.shrunkFrom === undefined ? 'It was ' : 'Made smaller: '}${words}.</p>
    ${few && schedule.length > 0 ? html`<ul class="schedule">${schedule.map((entry, place) => html`<li>${entryWords(entry, place, history)}</li>`)}</ul>` : undefined}`;
};

/** Managers and workers that there were: not every target has workers. */
const shapeOf = ({ history }: RunFile['run']): readonly [managers: number, workers: number] => {
  const workers = history.nodes.filter(({ role }) => role === 'worker').length;
  return [history.nodes.length - workers, workers];
};

/** What broke comes first. */
const verdictOrder = ['fail', 'unknown', 'pass'] as const;

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
      ${verdictOrder
        .flatMap((word) => file.run.verdicts.filter(({ verdict }) => verdict === word))
        .map(
          (verdict) => html`<tr>
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
  const failed = brokenIn(file);
  const told = numbered(failed);
  const id = `run-${place}`;
  const rows = eventRows(history);
  const marks = marksOf(rows, told.flat());
  const { first, others } = stories(file, { told, marks, id });
  const [managers, workers] = shapeOf(file.run);
  const label = `${place + 1}: ${scenario.name} on ${backend}, run ${index}`;
  return html`<article id="${id}" class="run">
    <h2>
      ${scenario.name}
      <small
        >${backend}, ${counted(managers, 'manager')}, ${counted(workers, 'worker')}, seed ${seed},
        run ${index}</small
      >
    </h2>
    ${first}
    <p class="replay">
      ${failed.length > 0 ? 'See it again:' : 'Run it again:'} <code>${file.replay}</code>
    </p>
    ${smaller(file)} ${otherRuns(file, failed)}
    ${timeline(history, { moments: told[0] ?? [], label: `Timeline ${label}` })}
    ${picturedWords(failed, told)} ${others} ${verdictTable(file)} ${faultTable(file.run, `Faults ${label}`)}
    <h3>Events</h3>
    ${eventTables(rows, { zero: history.phases.injectAt, moments: told.flat(), marks, id, label: `Events ${label}` })}
    ${configuration(file)} ${logs(file)}
  </article>`;
};
