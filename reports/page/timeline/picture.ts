import type { NodeName } from '../../../harness/core/cluster.ts';
import { counted } from '../../../harness/core/figures.ts';
import type { FaultRecord, History, Operation } from '../../../harness/core/history.ts';
import { html, type Html } from '../html.ts';
import type { Numbered } from '../marks.ts';
import { votesOf } from '../votes.ts';
import { axis, phaseLine } from './axis.ts';
import { clientsHit, faultLane, faultLanes } from './fault-lane.ts';
import { laneHeight, overlaps, type Frame } from './frame.ts';
import { managersOf, nodeLane, voteMark } from './node-lane.ts';
import { mark, marked } from './operation-mark.ts';
import { pinRows, pins, pinsHeight } from './pins.ts';
import { tasksLane } from './tasks-lane.ts';

/** Lanes of faults: more are told of in words only. */
const faultLanesMax = 60;
const votesMax = 500;

/** What is drawn, and what of the run it could have shown. */
export type Picture = {
  readonly svg: Html;
  readonly begun: readonly FaultRecord[];
  readonly faults: readonly FaultRecord[];
  readonly visible: readonly Operation[];
  readonly drawn: readonly Operation[];
};

/** Lanes below each other, from a height on, and where the next ones begin. */
type Lanes = { readonly parts: readonly Html[]; readonly end: number };
type Place = { readonly frame: Frame; readonly top: number };

/** The part of a run that the frame holds: faults, a lane a node, a lane a client, the tasks, the moments above them all. */
export const picture = (
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
  const lanes = faultLanes(begun).slice(0, faultLanesMax);
  const faults = lanes.flat();
  const visible = history.operations.filter(({ invokedAt, endedAt }) =>
    overlaps(invokedAt, endedAt ?? invokedAt, frame),
  );
  const drawn = marked(visible);
  const placed = pinRows(moments, frame);
  const above = lanesOfFaults(lanes, { frame, top: 20 + pinsHeight(placed) });
  const nodes = lanesOfNodes(history, { frame, top: above.end + 4 });
  const clients = lanesOfClients({ faults, visible, drawn }, { frame, top: nodes.end + 6 });
  // Below the tasks' zero, so that their line strikes no word through.
  const height = clients.end + 72;
  const names: readonly NodeName[] = history.nodes.map((node) => node.name);
  const svg = html`<svg
    viewBox="0 0 ${frame.width} ${height}"
    role="img"
    aria-label="${what}: ${counted(faults.length, 'fault')}, the roles of ${names.join(', ')}, ${counted(visible.length, 'operation')}; the tables below say the same in words"
  >
    ${axis(frame, height)}${above.parts}${nodes.parts}${clients.parts}${tasksLane(history, { frame, y: clients.end })}${phaseLine(phases.healAt, 'heal', { frame, height })}${phases.quietAt < phases.endAt ? phaseLine(phases.quietAt, 'quiet', { frame, height }) : undefined}${pins(placed, { frame, height })}
  </svg>`;
  return { svg, begun, faults, visible, drawn };
};

const lanesOfFaults = (
  lanes: readonly (readonly FaultRecord[])[],
  { frame, top }: Place,
): Lanes => {
  const name =
    lanes.length > 0 ? [html`<text class="lane" x="4" y="${top + 12}">faults</text>`] : [];
  const bars = lanes.map((lane, place) =>
    faultLane(lane, { frame, y: top + place * laneHeight.fault }),
  );
  return { parts: [...name, ...bars], end: top + lanes.length * laneHeight.fault };
};

const lanesOfNodes = (history: History, { frame, top }: Place): Lanes => {
  const votes = votesOf(history)
    .filter(({ at }) => overlaps(at, at, frame))
    .slice(0, votesMax);
  const managers = managersOf(history);
  const parts: Html[] = [];
  let y = top;
  for (const node of history.nodes) {
    const height = laneHeight[managers.has(node.name) ? 'manager' : 'worker'];
    parts.push(nodeLane(history, node, { frame, y, height }));
    for (const vote of votes) {
      if (vote.node === node.name) parts.push(voteMark(vote, { frame, y }));
    }
    y += height;
  }
  return { parts, end: y };
};

const lanesOfClients = (
  { faults, visible, drawn }: Pick<Picture, 'faults' | 'visible' | 'drawn'>,
  { frame, top }: Place,
): Lanes => {
  const clients = [...new Set(visible.map((operation) => operation.client))].sort(
    (a, b) => (a ?? 1e9) - (b ?? 1e9),
  );
  const height = laneHeight.client * clients.length;
  const rowOf = (client: number | undefined): number =>
    top + clients.indexOf(client) * laneHeight.client;
  const names = clients.map(
    (client) =>
      html`<text class="lane small" x="4" y="${rowOf(client) + 10}"
        >${client === undefined ? 'operator' : `client ${client}`}</text
      >`,
  );
  return {
    parts: [
      ...faults.map((fault) => clientsHit(fault, { frame, top, height }) ?? html``),
      ...names,
      ...drawn.map((operation) => mark(operation, { frame, y: rowOf(operation.client) })),
    ],
    end: top + height,
  };
};
