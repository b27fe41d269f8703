import { seconds } from '../../harness/core/figures.ts';
import { brokenIn, type Broken, type RunFile } from '../../harness/core/run.ts';
import { html, type Html } from './html.ts';
import type { Numbered } from './marks.ts';
import type { EventRow } from './rows.ts';

type Told = {
  /** The moments of each story. */
  readonly told: readonly (readonly Numbered[])[];
  readonly marks: ReadonlyMap<EventRow, readonly number[]>;
  /** Of the run on the page. */
  readonly id: string;
};

/** The node in bold; many texts begin with it themselves. */
const who = ({ node, text }: Numbered['moment']): Html => {
  if (node === undefined) return html`${text}`;
  return text.startsWith(`${node} `)
    ? html`<b>${node}</b> ${text.slice(node.length + 1)}`
    : html`<b>${node}</b>: ${text}`;
};

const story = (
  failed: Broken,
  moments: readonly Numbered[],
  {
    zero,
    id,
    linked,
  }: { readonly zero: number; readonly id: string; readonly linked: ReadonlySet<number> },
): Html =>
  html`<section class="story">
    <h3><span class="word fail">broken</span> ${failed.property}</h3>
    <p class="summary">${failed.summary}</p>
    <ol class="moments" start="${moments[0]?.number ?? 1}">
      ${moments.map(({ moment, number }) => {
        const at = html`<span class="time">${seconds(moment.at - zero)}</span>`;
        return html`<li id="${id}-moment-${number}">
          ${linked.has(number) ? html`<a href="#${id}-at-${number}">${at}</a>` : at}
          ${who(moment)}
        </li> `;
      })}
    </ol>
    <p class="guarantee"><q>${failed.guarantee}</q> <cite>${failed.source}</cite></p>
  </section>`;

export type Stories = {
  readonly first: Html | undefined;
  /** What the run breaks as well, with a line that says so; to be told after the picture, which is about the first. */
  readonly others: Html | undefined;
};

/** What broke, in its order. A smaller run may break more than the whole one did, and the summary is about whole ones. */
export const stories = (file: RunFile, { told, marks, id }: Told): Stories => {
  const zero = file.run.history.phases.injectAt;
  const linked = new Set([...marks.values()].flat());
  const [first, ...others] = brokenIn(file).map((verdict, place) =>
    story(verdict, told[place] ?? [], { zero, id, linked }),
  );
  if (others.length === 0) return { first, others: undefined };
  const made = file.shrunkFrom?.property;
  const words =
    made === undefined
      ? 'This run breaks more:'
      : `This run was made smaller for ${made}. It breaks these, too, which the whole run need not have done:`;
  return { first, others: html`<p>${words}</p>${others}` };
};

/** The picture has room for one story only. */
export const picturedWords = (
  failed: readonly Broken[],
  told: readonly (readonly Numbered[])[],
): Html | undefined => {
  const [first] = failed;
  const [shown, ...others] = told;
  const last = shown?.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const numbers = last.number === 1 ? '1 is the moment' : `1 to ${last.number} are the moments`;
  const rest =
    others.flat().length === 0
      ? ''
      : ' What else broke is told below, and is not in it; all moments that are events are marked in the table of events.';
  return html`<p class="count">In the picture, ${numbers} of ${first.property}.${rest}</p>`;
};
