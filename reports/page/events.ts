import type { Ms } from '../../harness/core/cluster.ts';
import { counted, grouped, seconds } from '../../harness/core/figures.ts';
import { html, type Html } from './html.ts';
import type { Numbered } from './marks.ts';
import type { EventRow } from './rows.ts';

/** What stays when a table may only be so long: the weightiest, and of equals the earliest. */
const shortened = (rows: readonly EventRow[], most: number): readonly EventRow[] => {
  if (rows.length <= most) return rows;
  const counts = [0, 0, 0];
  for (const { weight } of rows) counts[weight] = (counts[weight] ?? 0) + 1;
  const room = { 2: Math.min(counts[2] ?? 0, most), 1: 0, 0: 0 };
  room[1] = Math.min(counts[1] ?? 0, most - room[2]);
  room[0] = most - room[2] - room[1];
  return rows.filter(({ weight }) => {
    room[weight] -= 1;
    return room[weight] >= 0;
  });
};

/** Rows without script. Of a long run a reader sees little either way, and each row costs the page that opens. */
const rowsMax = (events: number): number => (events > 4_000 ? 100 : 400);

/** Rows about the moments, all together, and how far from a moment they are looked for. */
const aroundMax = 60;
const reachRows = 200;

/** Places of the rows about each moment: those that are it, and the nearest, where weight makes up for distance. */
const placesAround = (
  rows: readonly EventRow[],
  { moments, marked }: { readonly moments: readonly Ms[]; readonly marked: readonly number[] },
): readonly number[] => {
  const each = Math.max(4, Math.ceil(aroundMax / Math.max(moments.length, 1)));
  const kept = new Set(marked);
  for (const at of moments) {
    const middle = firstFrom(rows, at);
    const from = Math.max(0, middle - reachRows);
    const near = rows.slice(from, middle + reachRows).map((row, place) => ({
      place: from + place,
      far: Math.abs(row.at - at) / (1 + 2 * row.weight),
    }));
    near.sort((a, b) => a.far - b.far || a.place - b.place);
    for (const { place } of near.slice(0, each)) kept.add(place);
  }
  return [...kept].sort((a, b) => a - b);
};

/** The place of the first row at `at` or later. */
const firstFrom = (rows: readonly EventRow[], at: Ms): number => {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.at ?? at) < at) low = middle + 1;
    else high = middle;
  }
  return low;
};

type Table = {
  readonly id: string;
  readonly zero: Ms;
  readonly label: string;
  readonly marks: ReadonlyMap<EventRow, readonly number[]>;
};

/** Links to the moments; in the table about them, also the place that these link to. */
const badges = (numbers: readonly number[], id: string, isTarget: boolean): readonly Html[] =>
  numbers.map(
    (number) =>
      html`<a
        class="badge"
        ${isTarget ? html`id="${id}-at-${number}"` : undefined}
        href="#${id}-moment-${number}"
        >${number}</a
      > `,
  );

const rowOf = (row: EventRow, { id, zero, marks }: Table, isTarget: boolean): Html => {
  const numbers = marks.get(row) ?? [];
  return html`<tr class="${row.kind}${numbers.length > 0 ? ' moment' : ''}">
    <td class="time">${badges(numbers, id, isTarget)}${seconds(row.at - zero)}</td>
    <td>${row.node}</td>
    <td>${row.kind}</td>
    <td>${row.text}</td>
  </tr> `;
};

const table = (body: readonly Html[], label: string): Html =>
  html`<div class="scroll endless" tabindex="0" role="region" aria-label="${label}">
    <table class="events">
      <thead>
        <tr>
          <th scope="col">time</th>
          <th scope="col">node</th>
          <th scope="col">what</th>
          <th scope="col">event</th>
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`;

/** Rows that are left out between two others are counted. */
const withGaps = (
  rows: readonly EventRow[],
  places: readonly number[],
  into: Table,
): readonly Html[] =>
  places.flatMap((place, nth) => {
    const row = rows[place];
    if (row === undefined) return [];
    const left = place - (places[nth - 1] ?? -1) - 1;
    return [
      ...(left > 0
        ? [html`<tr class="gap"><td colspan="4">${counted(left, 'event')} left out</td></tr> `]
        : []),
      rowOf(row, into, true),
    ];
  });

/**
 * The tables without script: the rows about the moments, those that are one marked with its number, and folded below them all rows, or
 * the weightiest of them.
 */
export const eventTables = (
  rows: readonly EventRow[],
  { moments, ...into }: Table & { readonly moments: readonly Numbered[] },
): Html => {
  const { label, marks } = into;
  const marked = rows.flatMap((row, place) => (marks.has(row) ? [place] : []));
  const times = [...new Set(moments.map(({ moment }) => moment.at))];
  const places = placesAround(rows, { moments: times, marked });
  const some = shortened(rows, rowsMax(rows.length));
  const whole = some.length === rows.length;
  const listed = html`${table(
    some.map((row) => rowOf(row, into, false)),
    label,
  )}`;
  const what = whole
    ? `All ${counted(rows.length, 'event')} of the run`
    : `The weightiest ${grouped(some.length)} of all ${counted(rows.length, 'event')} of the run`;
  const rest = whole
    ? ''
    : ' All of them are in the document inside this page: with JavaScript, “explore all events” lists them.';
  if (places.length === 0) {
    return html`<div class="all" data-all><p class="count" data-events>${what}.${rest}</p>
      ${listed}</div>`;
  }
  return html`<p class="count">
      Of ${counted(rows.length, 'event')}, here are the ${grouped(places.length)} about the moments
      that broke it; a number marks the row that is a moment.
    </p>
    ${table(withGaps(rows, places, into), `${label}, about the moments`)}
    <details class="all" data-all>
      <summary>${what}</summary>
      <p class="count" data-events>${what}.${rest}</p>
      ${listed}
    </details>`;
};
