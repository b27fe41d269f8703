import type { Drawing, DrawnPart, DrawnStep } from './drawing.ts';
import { denseLanes, lanes, type Bar } from './lanes.ts';
import { escaped } from './markup.ts';

/** Operations in one folded piece of the whole history, and around the wrong one of the part shown first. */
const PIECE = 400;
const AROUND = 120;
const PREFIX_ROWS_MAX = 500;

const STYLE = `:root{color-scheme:light dark;--ink:#1c2430;--paper:#fdfdfb;--faint:#5c6675;--line:#d8dce2;--ok:#cfe3f7;--unknown:#f3e3b3;--rejected:#e6e6e6;--wrong:#b3261e;--good:#1d6b3a}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ee;--paper:#14181e;--faint:#9aa5b4;--line:#333b47;--ok:#24466a;--unknown:#5f5020;--rejected:#3a3f47;--wrong:#ff8a80;--good:#7fd6a0}}
body{margin:0 auto;max-width:75rem;padding:1.5rem;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.3rem}h2{font-size:1.05rem;margin-top:2rem}.fail{color:var(--wrong)}.pass{color:var(--good)}.faint{color:var(--faint)}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:6px;padding:.5rem}
svg text{font:11px ui-monospace,monospace;fill:var(--ink)}svg .process{fill:var(--faint)}
rect{height:18px;rx:3px}rect,path{fill:var(--ok);stroke:var(--line)}pre{font:12px ui-monospace,monospace;max-height:20rem;overflow:auto}.unknown{fill:var(--unknown);stroke-dasharray:4 3}.rejected{fill:var(--rejected)}.needed{stroke:var(--ink);stroke-width:1.5}.wrong{stroke:var(--wrong);stroke-width:3}svg text{pointer-events:none}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.2rem .6rem;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}tr:target{outline:2px solid var(--wrong)}
code{font:13px ui-monospace,monospace}summary{cursor:pointer;padding:.25rem 0}a{color:inherit}`;

/**
 * The page of a judged history: one file without scripts or network, under a policy that allows its
 * one style only.
 * @param sha256 of a text, in base64
 */
export function page(drawing: Drawing, sha256: (text: string) => string): string {
  const policy = `default-src 'none'; style-src 'sha256-${sha256(STYLE)}'; base-uri 'none'; form-action 'none'`;
  const word = { pass: 'linearizable', fail: 'not linearizable', unknown: 'not known' }[
    drawing.verdict
  ];
  const title = `${drawing.file}: ${word}`;
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    `<title>${escaped(title)}</title><style>${STYLE}</style></head><body><main>`,
    `<h1>${escaped(drawing.file)} is <span class="${drawing.verdict}">${word}</span></h1>`,
    `<p>Model ${escaped(drawing.model)}, ${drawing.operations.length} operations. ${escaped(drawing.why)}</p>`,
    drawing.part === undefined ? '' : part(drawing, drawing.part),
    '<h2>The whole history</h2>',
    '<p class="faint">In the order of the file. Dashed: nobody saw it end; grey: it did not happen.</p>',
    pieces(drawing),
    '</main></body></html>\n',
  ].join('\n');
}

function part(drawing: Drawing, shown: DrawnPart): string {
  const name = shown.key === undefined ? 'The part' : `The object ${shown.key}`;
  const place = shown.wrong ?? shown.prefixes[0]?.at(-1)?.operation;
  const at = place === undefined ? 0 : shown.members.indexOf(place);
  const members = shown.members.slice(Math.max(0, at - AROUND), at + AROUND);
  const needed = new Set(shown.demands.map(({ operation }) => operation));
  return [
    shown.demands.length === 0 ? '' : demands(drawing, shown),
    `<h2>${escaped(name)}</h2>`,
    shown.legal.length === 0
      ? ''
      : `<p>Right would have been: ${shown.legal.map((text) => `<code>${escaped(text)}</code>`).join(', ')}.</p>`,
    lanes(bars(drawing, members, { wrong: shown.wrong, needed }), name),
    members.length < shown.members.length
      ? `<p class="faint">${members.length} of its ${shown.members.length} operations, around the place in question.</p>`
      : '',
    prefixes(drawing, shown),
  ].join('\n');
}

function demands(drawing: Drawing, shown: DrawnPart): string {
  // Where time ran out there may be very many: those around the place in question then.
  const middle = Math.max(
    0,
    shown.demands.findIndex(({ operation }) => operation === shown.wrong),
  );
  const near = shown.demands.slice(Math.max(0, middle - AROUND), middle + AROUND);
  const rows = near.map(({ operation, ended, notBefore, notAfter }) => {
    const { process, text, line } = drawing.operations[operation] ?? {
      process: '',
      text: '',
      line: 0,
    };
    const matters = [
      ended ? 'that it took effect' : 'that it may have taken effect',
      notBefore ? 'when it began' : '',
      notAfter && ended ? 'when it ended' : '',
    ].filter((word) => word !== '');
    return `<tr><td>${line}</td><td>${escaped(process)}</td><td><code>${escaped(text)}</code></td><td>${matters.join(', ')}</td></tr>`;
  });
  const all = near.map(({ operation }) => operation);
  return [
    '<h2>Why there is no order</h2>',
    shown.minimal
      ? '<p>These operations alone cannot be put in order; without any one of the things that matter they could.</p>'
      : '<p>These operations alone cannot be put in order. Time ran out before fewer were tried.</p>',
    near.length < shown.demands.length
      ? `<p class="faint">${near.length} of ${shown.demands.length}, around the place in question.</p>`
      : '',
    lanes(
      bars(drawing, all, { wrong: shown.wrong, needed: new Set(all) }),
      'what is needed for the failure',
    ),
    `<table><thead><tr><th>line</th><th>process</th><th>operation</th><th>what matters</th></tr></thead><tbody>${rows.join('')}</tbody></table>`,
  ].join('\n');
}

function prefixes(drawing: Drawing, shown: DrawnPart): string {
  const found = shown.prefixes.filter((steps) => steps.length > 0);
  const tables = found.map((steps, at) => {
    const name =
      found.length === 1
        ? 'The longest order that was found'
        : `Order ${at + 1} of ${found.length}`;
    return prefix(drawing, steps, {
      at,
      summary: `${name}: ${steps.length} steps, then ${steps.at(-1)?.state ?? ''}`,
    });
  });
  if (found.length < 2) return tables.join('');
  return [
    '<h2>The longest orders that were found</h2>',
    '<p class="faint">None goes on. Each ends in a state of its own; ↑ and ↓ step through it.</p>',
    ...tables,
  ].join('\n');
}

function prefix(
  drawing: Drawing,
  steps: readonly DrawnStep[],
  { at: place, summary }: { readonly at: number; readonly summary: string },
): string {
  const from = Math.max(0, steps.length - PREFIX_ROWS_MAX);
  const rows = steps.slice(from).map(({ operation, state }, index) => {
    const at = from + index + 1;
    const id = (step: number) => `order-${place + 1}-step-${step}`;
    const { process, text, line } = drawing.operations[operation] ?? {
      process: '',
      text: '',
      line: 0,
    };
    return `<tr id="${id(at)}"><td><a href="#${id(Math.max(from + 1, at - 1))}">↑</a> ${at} <a href="#${id(Math.min(steps.length, at + 1))}">↓</a></td><td>${line}</td><td>${escaped(process)}</td><td><code>${escaped(text)}</code></td><td><code>${escaped(state)}</code></td></tr>`;
  });
  return (
    `<details${place === 0 ? ' open' : ''}><summary>${escaped(summary)}</summary>` +
    (from === 0 ? '' : `<p class="faint">The last ${PREFIX_ROWS_MAX} steps.</p>`) +
    '<table><thead><tr><th>step</th><th>line</th><th>process</th><th>operation</th><th>state afterwards</th></tr></thead>' +
    `<tbody>${rows.join('')}</tbody></table></details>`
  );
}

/** Folded, so that a browser lays out only what is opened. */
function pieces(drawing: Drawing): string {
  const needed = new Set(drawing.part?.demands.map(({ operation }) => operation));
  const all: string[] = [];
  for (let from = 0; from < drawing.operations.length; from += PIECE) {
    const to = Math.min(from + PIECE, drawing.operations.length);
    const name = `operations ${from} to ${to - 1}`;
    const members = Array.from({ length: to - from }, (_, at) => from + at);
    const whole = drawing.operations.length <= PIECE;
    const drawn = bars(drawing, members, { wrong: drawing.part?.wrong, needed });
    all.push(
      `<details${whole ? ' open' : ''}><summary>${name}</summary>${whole ? lanes(drawn, name) : denseLanes(drawn, name)}</details>`,
    );
  }
  return all.join('\n');
}

function bars(
  { operations }: Drawing,
  members: readonly number[],
  { wrong, needed }: { readonly wrong: number | undefined; readonly needed: ReadonlySet<number> },
): readonly Bar[] {
  return members.flatMap((index) => {
    const operation = operations[index];
    if (operation === undefined) return [];
    const mark = index === wrong ? 'wrong' : needed.has(index) ? 'needed' : '';
    return [{ operation, index, mark } as const];
  });
}
