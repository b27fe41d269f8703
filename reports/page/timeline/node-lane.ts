import type { NodeName } from '../../../harness/core/cluster.ts';
import { seconds } from '../../../harness/core/figures.ts';
import type { History } from '../../../harness/core/history.ts';
import { html, type Html } from '../html.ts';
import { stretchesOf } from '../lanes.ts';
import { voteWords, type Vote } from '../votes.ts';
import { span, x, type Frame } from './frame.ts';

/** Nodes that said what they are in the consensus: a worker may have been promoted. */
export const managersOf = ({ nodes, observations }: History): ReadonlySet<NodeName> => {
  const managers = new Set(nodes.flatMap(({ name, role }) => (role === 'manager' ? [name] : [])));
  for (const { kind, node } of observations) if (kind === 'role') managers.add(node);
  return managers;
};

/** What most nodes are most of the time is told by its colour alone. */
const quiet = new Set(['follower', 'worker', 'none']);

export const nodeLane = (
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
export const voteMark = (
  vote: Vote,
  { frame, y }: { readonly frame: Frame; readonly y: number },
): Html => {
  const left = x(vote.at, frame);
  return html`<g
    ><title>${vote.node} ${voteWords(vote)}, ${seconds(vote.at - frame.zero)}</title
    ><path class="vote${vote.again ? ' again' : ''}" d="M${left} ${y + 3}l5 6l-5 6l-5 -6z"
  /></g>`;
};
