import type { FaultRecord } from '../../../harness/core/history.ts';
import { hitWords, spanWords } from '../faults.ts';
import { html, type Html } from '../html.ts';
import { deedWords, nodesCutFromClients, recordWords } from '../words.ts';
import { labels, laneHeight, span, type Frame } from './frame.ts';

/** A flap's cuts, and whatever else begins anew after its own end, in one lane. */
export const faultLanes = (faults: readonly FaultRecord[]): readonly (readonly FaultRecord[])[] => {
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
export const faultLane = (
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
export const clientsHit = (
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
