import type { Ms, NodeName } from '../../harness/core/cluster.ts';
import { counted, grouped } from '../../harness/core/figures.ts';
import type { FaultRecord, History, Operation } from '../../harness/core/history.ts';
import { html, type Html } from './html.ts';
import { hitWords, spanWords } from './faults.ts';
import { legend } from './legend.ts';
import type { Numbered } from './marks.ts';
import { stretchesOf, taskCountsOf, type TaskCounts } from './lanes.ts';
import { voteWords, votesOf, type Vote } from './votes.ts';
import { deedWords, nodesCutFromClients, recordWords, seconds } from './words.ts';

/** Of the whole run, and of an extract, which has to be read on a narrow screen too. */
const widths = { whole: 1200, extract: 700 } as const;
const labels = 68;
/** Right of the last tick and the last number, so that neither is cut. */
const margin = 14;
const laneHeight = { manager: 30, worker: 18, client: 12, fault: 17 } as const;
/** More marks than these are thinned out, to a number that leaves one every few pixels of a lane: each costs the page that opens. */
const marksMax = 2_000;
const thinnedTo = 800;
/** Lanes of faults: more are told of in words only. */
const faultLanesMax = 60;
const votesMax = 500;

type Frame = { readonly from: Ms; readonly to: Ms; readonly zero: Ms; readonly width: number };

const x = (at: Ms, { from, to, width }: Frame): string =>
  (labels + ((at - from) / Math.max(to - from, 0.001)) * (width - labels - margin)).toFixed(1);

const span = (from: Ms, to: Ms, frame: Frame): { readonly x: string; readonly w: string } => {
  const left = x(Math.max(from, frame.from), frame);
  const right = x(Math.min(to, frame.to), frame);
  return { x: left, w: Math.max(Number(right) - Number(left), 1.5).toFixed(1) };
};

const steps10 = [0.01, 0.1, 1, 10, 100, 1_000, 10_000, 100_000].flatMap((ten) =>
  [1, 2, 5].map((times) => times * ten),
);

const tickOf = (length: Ms, most: number): Ms =>
  steps10.find((step) => length / step <= most) ?? Math.ceil(length / most);

/** Milliseconds of a unit of the last place, by how many places are shown. */
const unitsOfPlaces = [1_000, 100, 10, 1, 0.1, 0.01];

/** As many places as tell one tick from the next. */
const tickWords = (at: Ms, step: Ms): string => {
  const places = Math.max(
    0,
    unitsOfPlaces.findIndex((unit) => unit <= step),
  );
  return `${(at / 1000).toFixed(step % 1000 === 0 ? 0 : places)} s`;
};

const axis = (frame: Frame, height: number): readonly Html[] => {
  const step = tickOf(frame.to - frame.from, frame.width / 100);
  const first = Math.ceil((frame.from - frame.zero) / step);
  const count = Math.floor((frame.to - frame.zero) / step) - first + 1;
  return Array.from({ length: Math.max(count, 0) }, (_, place) => {
    const at = (first + place) * step;
    const left = x(at + frame.zero, frame);
    return html`<line class="grid" x1="${left}" x2="${left}" y1="16" y2="${height}" /><text
        class="tick"
        x="${left}"
        y="11"
        >${tickWords(at, step)}</text
      >`;
  });
};

/** Nodes that said what they are in the consensus: a worker may have been promoted. */
const managersOf = ({ nodes, observations }: History): ReadonlySet<NodeName> => {
  const managers = new Set(nodes.flatMap(({ name, role }) => (role === 'manager' ? [name] : [])));
  for (const { kind, node } of observations) if (kind === 'role') managers.add(node);
  return managers;
};

/** What most nodes are most of the time is told by its colour alone. */
const quiet = new Set(['follower', 'worker', 'none']);

const nodeLane = (
  history: History,
  node: History['nodes'][number],
  { frame, y, height }: { readonly frame: Frame; readonly y: number; readonly height: number },
): Html => {
  const bars = stretchesOf(history, node, frame).map((stretch) => {
    const { x: left, w } = span(stretch.from, stretch.to, frame);
    const isDown = stretch.what === 'down' || stretch.term === undefined;
    const words = isDown ? stretch.what : `${stretch.what}, term ${stretch.term}`;
    const text = quiet.has(stretch.what) ? '' : words;
    const label =
      Number(w) > text.length * 6.2 && text !== ''
        ? html`<text class="role on-${stretch.what}" x="${(Number(left) + 4).toFixed(1)}" y="${y + height / 2 + 4}"
            >${text}</text
          >`
        : undefined;
    return html`<g
      ><title>
        ${node.name}: ${words}, ${seconds(stretch.from - frame.zero)} to
        ${seconds(stretch.to - frame.zero)}</title
      ><rect
        class="bar ${stretch.what}"
        x="${left}"
        y="${y + 2}"
        width="${w}"
        height="${height - 4}"
      />${label}</g
    >`;
  });
  return html`<text class="lane" x="4" y="${y + height / 2 + 4}">${node.name}</text>${bars}`;
};

/** A ballot in the lane of who voted; what nobody may do twice is drawn as it is: twice, and in another colour. */
const voteMark = (
  vote: Vote,
  { frame, y }: { readonly frame: Frame; readonly y: number },
): Html => {
  const left = x(vote.at, frame);
  return html`<g
    ><title>${vote.node} ${voteWords(vote)}, ${seconds(vote.at - frame.zero)}</title
    ><path class="vote${vote.again ? ' again' : ''}" d="M${left} ${y + 3}l5 6l-5 6l-5 -6z"
  /></g>`;
};

/** A flap's cuts, and whatever else begins anew after its own end, in one lane. */
const faultLanes = (faults: readonly FaultRecord[]): readonly (readonly FaultRecord[])[] => {
  const lanes: FaultRecord[][] = [];
  for (const fault of faults) {
    const words = recordWords(fault);
    const lane = lanes.find(([first, ...more]) => {
      const last = more.at(-1) ?? first;
      return (
        last?.entry === fault.entry &&
        last.endedAt !== undefined &&
        last.endedAt <= (fault.beginAt ?? -Infinity) &&
        recordWords(last) === words
      );
    });
    if (lane === undefined) lanes.push([fault]);
    else lane.push(fault);
  }
  return lanes;
};

const faultBar = (
  fault: FaultRecord,
  { frame, y }: { readonly frame: Frame; readonly y: number },
): Html => {
  const { x: left, w } = spanOf(fault, frame);
  return html`<g
    ><title>${recordWords(fault)}, ${spanWords(fault, frame.zero)}: ${fault.deeds.map(deedWords).join('; ')} — ${fault.evidence.text}</title
    ><rect
      class="fault ${faultClass(fault)}"
      x="${left}"
      y="${y + 2}"
      width="${w}"
      height="${laneHeight.fault - 5}"
  /></g>`;
};

const faultClass = ({ fault, evidence }: FaultRecord): string => {
  if (!evidence.bit) return 'idle';
  return fault.kind === 'procedure' ? 'procedure' : 'bit';
};

const spanOf = (fault: FaultRecord, frame: Frame): ReturnType<typeof span> =>
  span(fault.beginAt ?? frame.from, fault.endedAt ?? fault.endAt ?? frame.to, frame);

/** What was asked, and what that came to where it says more. */
const faultNames = (fault: FaultRecord): readonly [words: string, short: string] => {
  const words = recordWords(fault);
  const hit = hitWords(fault);
  return [hit === '' || words.includes(hit) ? words : `${words}: ${hit}`, words];
};

const letterWidth = 5.6;

/** The words stand behind the last bar, or before the first, or on it: where there is most room, and as many as there is room for. */
const faultLane = (
  faults: readonly FaultRecord[],
  { frame, y }: { readonly frame: Frame; readonly y: number },
): Html => {
  const [first] = faults;
  const last = faults.at(-1);
  if (first === undefined || last === undefined) return html``;
  const from = Number(spanOf(first, frame).x);
  const { x: left, w } = spanOf(last, frame);
  const end = Number(left) + Number(w);
  const places = [
    { at: end + 5, room: frame.width - end - 6, anchor: 'start', on: '' },
    { at: from - 5, room: from - 6 - labels, anchor: 'end', on: '' },
    ...(faults.length === 1
      ? [{ at: from + 4, room: end - from - 6, anchor: 'start', on: ` on-${faultClass(first)}` }]
      : []),
  ];
  const [long, short] = faultNames(first);
  const roomy = (words: string): (typeof places)[number] | undefined =>
    places.find(({ room }) => words.length * letterWidth < room);
  const most = places.reduce((best, place) => (place.room > best.room ? place : best));
  const place = roomy(long) ?? roomy(short) ?? most;
  const words = [long, short].find((text) => text.length * letterWidth < place.room) ?? short;
  return html`${faults.map((fault) => faultBar(fault, { frame, y }))}<text
      class="faultname${place.on}"
      x="${place.at.toFixed(1)}"
      y="${y + laneHeight.fault - 6}"
      text-anchor="${place.anchor}"
      >${words}</text
    >`;
};

/** Behind the lanes of clients: while their links to some nodes are hit. */
const clientsHit = (
  fault: FaultRecord,
  { frame, top, height }: { readonly frame: Frame; readonly top: number; readonly height: number },
): Html | undefined => {
  const nodes = nodesCutFromClients(fault.deeds);
  if (nodes.length === 0) return undefined;
  const { x: left, w } = spanOf(fault, frame);
  return html`<g
    ><title>${recordWords(fault)}: links between clients and ${nodes.join(', ')}</title
    ><rect class="clientshit" x="${left}" y="${top}" width="${w}" height="${height}"
  /></g>`;
};

const mark = (
  operation: Operation,
  { frame, y }: { readonly frame: Frame; readonly y: number },
): Html => {
  const { x: left, w } = span(operation.invokedAt, operation.endedAt ?? frame.to, frame);
  const status = `${operation.operation} at ${operation.node}: ${operation.outcome}`;
  const shape =
    operation.outcome === 'ok'
      ? html`<rect class="op ok" x="${left}" y="${y + 4}" width="${w}" height="4" />`
      : operation.outcome === 'rejected'
        ? html`<rect class="op rejected" x="${left}" y="${y + 2}" width="${w}" height="8" />`
        : html`<path class="op unknown" d="M${left} ${y + 1}l8 10m0 -10l-8 10" /><rect
              class="op unknownspan"
              x="${left}"
              y="${y + 5}"
              width="${w}"
              height="2"
            />`;
  return html`<g
    ><title>${status}, ${seconds(operation.invokedAt - frame.zero)}</title>${shape}</g
  >`;
};

/** At most so many of them, from the first to the last. */
const evenly = <T>(all: readonly T[], most: number): readonly T[] => {
  const stride = Math.ceil(all.length / most);
  return all.filter((_, place) => place % stride === 0);
};

/** The operations worth a mark, from all of the run: up to half of the room is for those that did not end well. */
const marked = (operations: readonly Operation[]): readonly Operation[] => {
  if (operations.length <= marksMax) return operations;
  const isOk = ({ outcome }: Operation): boolean => outcome === 'ok';
  const odd = evenly(
    operations.filter((operation) => !isOk(operation)),
    thinnedTo / 2,
  );
  return [...odd, ...evenly(operations.filter(isOk), thinnedTo - odd.length)];
};

const steps = (
  counts: readonly TaskCounts[],
  which: 'desired' | 'running',
  {
    frame,
    y,
    top,
  }: { readonly frame: Frame; readonly y: (value: number) => string; readonly top: number },
): string => {
  const stride = Math.max(1, Math.ceil(counts.length / top));
  let path = '';
  let before = y(0);
  counts.forEach((tasks, place) => {
    if (place % stride !== 0 && place !== counts.length - 1) return;
    const left = x(Math.min(Math.max(tasks.at, frame.from), frame.to), frame);
    path +=
      path === '' ? `M${left} ${y(tasks[which])}` : `L${left} ${before}L${left} ${y(tasks[which])}`;
    before = y(tasks[which]);
  });
  return path === '' ? '' : `${path}L${x(frame.to, frame)} ${before}`;
};

const tasksLane = (
  history: History,
  { frame, y }: { readonly frame: Frame; readonly y: number },
): Html => {
  const all = taskCountsOf(history);
  const before = all.findLast(({ at }) => at < frame.from);
  const counts = [
    ...(before === undefined ? [] : [before]),
    ...all.filter(({ at }) => at >= frame.from && at <= frame.to),
  ];
  if (counts.length === 0) return html``;
  const most = Math.max(1, ...counts.map(({ desired, running }) => Math.max(desired, running)));
  const scale = (value: number): string => (y + 52 - (value / most) * 44).toFixed(1);
  const place = { frame, y: scale, top: 1_500 };
  return html`<text class="lane" x="4" y="${y + 22}">tasks</text
    ><text class="tick left" x="4" y="${y + 38}">0 to ${most}</text
    ><path class="desired" d="${steps(counts, 'desired', place)}" /><path
      class="running"
      d="${steps(counts, 'running', place)}"
    />`;
};

/** Height of a row of the numbers of moments. */
const pinRow = 18;

/** Numbers of moments that are close to each other stand below each other, so that each can be read. */
const pinRows = (
  moments: readonly Numbered[],
  frame: Frame,
): readonly (Numbered & { readonly row: number })[] => {
  const placed: { readonly left: number; readonly row: number }[] = [];
  return moments.map(({ moment, number }) => {
    const left = Number(x(moment.at, frame));
    const near = placed.filter((other) => Math.abs(other.left - left) < 17).map(({ row }) => row);
    let row = 0;
    while (near.includes(row)) row += 1;
    placed.push({ left, row });
    return { moment, number, row };
  });
};

type Picture = {
  readonly svg: Html;
  readonly begun: readonly FaultRecord[];
  readonly faults: readonly FaultRecord[];
  readonly visible: readonly Operation[];
  readonly drawn: readonly Operation[];
};

const phaseLine = (
  at: Ms,
  words: string,
  place: { readonly frame: Frame; readonly height: number },
): Html | undefined => {
  const { frame, height } = place;
  if (at < frame.from || at > frame.to) return undefined;
  const left = x(at, frame);
  return html`<line class="phase" x1="${left}" x2="${left}" y1="16" y2="${height}" /><text
      class="phasename"
      x="${(Number(left) + 3).toFixed(1)}"
      y="${height - 4}"
      >${words}</text
    >`;
};

const overlaps = (from: Ms, to: Ms, frame: Frame): boolean => to >= frame.from && from <= frame.to;

const picture = (
  history: History,
  {
    moments,
    frame,
    what,
  }: { readonly moments: readonly Numbered[]; readonly frame: Frame; readonly what: string },
): Picture => {
  const { phases } = history;
  const begun = history.faults.filter(
    ({ beginAt, endedAt }) =>
      beginAt !== undefined && overlaps(beginAt, endedAt ?? phases.endAt, frame),
  );
  const drawnLanes = faultLanes(begun).slice(0, faultLanesMax);
  const faults = drawnLanes.flat();
  const visible = history.operations.filter(({ invokedAt, endedAt }) =>
    overlaps(invokedAt, endedAt ?? invokedAt, frame),
  );
  const clients = [...new Set(visible.map((operation) => operation.client))].sort(
    (a, b) => (a ?? 1e9) - (b ?? 1e9),
  );
  const parts: Html[] = [];
  const placed = pinRows(moments, frame);
  // Above everything else: most failures are where a fault or a leadership ends, and so are the words for those.
  let y = 20 + pinRow * Math.max(0, ...placed.map(({ row }) => row + 1));
  if (faults.length > 0) parts.push(html`<text class="lane" x="4" y="${y + 12}">faults</text>`);
  for (const lane of drawnLanes) {
    parts.push(faultLane(lane, { frame, y }));
    y += laneHeight.fault;
  }
  y += 4;
  const votes = votesOf(history)
    .filter(({ at }) => overlaps(at, at, frame))
    .slice(0, votesMax);
  const managers = managersOf(history);
  for (const node of history.nodes) {
    const height = laneHeight[managers.has(node.name) ? 'manager' : 'worker'];
    parts.push(nodeLane(history, node, { frame, y, height }));
    for (const vote of votes) {
      if (vote.node === node.name) parts.push(voteMark(vote, { frame, y }));
    }
    y += height;
  }
  y += 6;
  const rows = new Map<number | undefined, number>();
  const lanesOfClients = { frame, top: y, height: laneHeight.client * clients.length };
  for (const fault of faults) parts.push(clientsHit(fault, lanesOfClients) ?? html``);
  for (const client of clients) {
    rows.set(client, y);
    parts.push(
      html`<text class="lane small" x="4" y="${y + 10}"
        >${client === undefined ? 'operator' : `client ${client}`}</text
      >`,
    );
    y += laneHeight.client;
  }
  const drawn = marked(visible);
  for (const operation of drawn) {
    parts.push(mark(operation, { frame, y: rows.get(operation.client) ?? y }));
  }
  parts.push(tasksLane(history, { frame, y }));
  // Below the tasks' zero, so that their line strikes no word through.
  const height = y + 72;
  const pins = placed.map(({ moment, number, row }) => {
    const left = x(moment.at, frame);
    const top = 26 + row * pinRow;
    return html`<g><title>${moment.text}</title><line class="pin" x1="${left}" x2="${left}" y1="${top}" y2="${height}" /><circle class="pin" cx="${left}" cy="${top}" r="8" /><text class="pinname" x="${left}" y="${top + 4}">${number}</text></g>`;
  });
  const nodes: readonly NodeName[] = history.nodes.map((node) => node.name);
  const svg = html`<svg
    viewBox="0 0 ${frame.width} ${height}"
    role="img"
    aria-label="${what}: ${counted(faults.length, 'fault')}, the roles of ${nodes.join(', ')}, ${counted(visible.length, 'operation')}; the tables below say the same in words"
  >
    ${axis(frame, height)}${parts}${phaseLine(phases.healAt, 'heal', { frame, height })}${phases.quietAt < phases.endAt ? phaseLine(phases.quietAt, 'quiet', { frame, height }) : undefined}${pins}
  </svg>`;
  return { svg, begun, faults, visible, drawn };
};

/** Of a run's length, how much may lie between two moments that are drawn in one extract. */
const nearShare = 0.02;
/** And how much all of them may take, where one extract shows the whole story. */
const storyShare = 0.1;

/** All moments where one extract can tell them apart, or else the largest group that the whole picture cannot. */
const crowd = (moments: readonly Numbered[], whole: Frame): readonly Numbered[] => {
  const sorted = [...moments].sort((a, b) => a.moment.at - b.moment.at);
  const gaps = sorted
    .slice(1)
    .map(({ moment }, place) => moment.at - (sorted[place]?.moment.at ?? 0));
  const length = whole.to - whole.from;
  const takes = gaps.reduce((sum, gap) => sum + gap, 0);
  if (takes < storyShare * length && gaps.every((gap) => gap === 0 || gap > nearShare * takes))
    return sorted;
  const groups: Numbered[][] = [];
  for (const [place, one] of sorted.entries()) {
    const group = groups.at(-1);
    const gap = gaps[place - 1];
    if (group !== undefined && gap !== undefined && gap < nearShare * length) group.push(one);
    else groups.push([one]);
  }
  return groups.reduce((most, group) => (group.length > most.length ? group : most), []);
};

/** Around moments, with more room behind them, where their words are; never wider than the run. */
const extractOf = (moments: readonly Numbered[], whole: Frame): Frame | undefined => {
  const close = crowd(moments, whole);
  const [first] = close;
  const last = close.at(-1);
  if (first === undefined || last === undefined || close.length < 2) return undefined;
  const room = Math.max(last.moment.at - first.moment.at, 0.001 * (whole.to - whole.from));
  return {
    from: Math.max(whole.from, first.moment.at - 0.25 * room),
    to: Math.min(whole.to, last.moment.at + 0.6 * room),
    zero: whole.zero,
    width: widths.extract,
  };
};

/** The run as a picture: faults, a lane a node, a lane a client, tasks against the desired state. Needs no script. */
export const timeline = (
  history: History,
  { moments, label }: { readonly moments: readonly Numbered[]; readonly label: string },
): Html => {
  const { phases } = history;
  const zero = phases.injectAt;
  const frame: Frame = {
    from: Math.min(zero, ...moments.map(({ moment }) => moment.at)),
    to: phases.endAt,
    zero,
    width: widths.whole,
  };
  const near = extractOf(moments, frame);
  const extract =
    near === undefined
      ? undefined
      : picture(history, {
          moments: moments.filter(({ moment }) => overlaps(moment.at, moment.at, near)),
          frame: near,
          what: 'Extract of the timeline',
        });
  const whole = picture(history, { moments, frame, what: 'Timeline' });
  const { drawn, visible, faults, begun } = whole;
  const scroll =
    moments.length > 0
      ? html`<p class="hint">The picture is wider than this screen and scrolls sideways.</p>`
      : undefined;
  return html`<figure class="timeline">
    ${
      near === undefined || extract === undefined
        ? undefined
        : html`<p class="count">
              Around the moments, ${seconds(near.from - zero)} to ${seconds(near.to - zero)}:
            </p>
            <div class="wide extract" tabindex="0" role="region" aria-label="${label}, extract">
              ${extract.svg}
            </div>
            <p class="count">The whole run:</p>`
    }
    ${scroll}
    <div class="wide" tabindex="0" role="region" aria-label="${label}">${whole.svg}</div>
    <figcaption>
      ${legend(history, { svg: `${whole.svg.markup}${extract?.svg.markup ?? ''}`, faults })}
      ${drawn.length < visible.length ? html`<span>${grouped(drawn.length)} of ${grouped(visible.length)} operations are drawn.</span>` : undefined}
      ${faults.length < begun.length ? html`<span>${grouped(faults.length)} of ${grouped(begun.length)} faults are drawn.</span>` : undefined}
    </figcaption>
  </figure>`;
};
