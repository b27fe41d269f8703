/**
 * What led to the moments that broke a guarantee: faults that were in force meanwhile, changes of leader, and what operators asked of the
 * nodes that it is about. A story stays short, so of all this only what is nearest is told.
 */
import { isOfClients, type Ms, type NodeName } from '../harness/core/cluster.ts';
import { seconds } from '../harness/core/figures.ts';
import type { FaultRecord, History, Operation } from '../harness/core/history.ts';
import type { Moment } from '../harness/core/property.ts';
import { chronicleOf } from './chronicle.ts';
import { deedsInWords } from './deeds-in-words.ts';
import { leadersOf, type Lead } from './leads.ts';
import { moment } from './verdicts.ts';

/** Beyond so many moments a story is no story any more; and of these so many may be background. */
const momentsMax = 6;
const backgroundMax = 3;

type Story = { readonly summary: string; readonly moments: readonly Moment[] };

type Span = { readonly from: Ms; readonly to: Ms };

export const backgroundOf = (story: Story, history: History): readonly Moment[] => {
  const [first, last] = [story.moments[0], story.moments.at(-1)];
  if (first === undefined || last === undefined) return [];
  const span = { from: first.at, to: last.at };
  const found = [
    ...turnsIn(span, history),
    ...leavingsOf(story, span, history),
    ...requestsFor(story, span, history),
    ...faultsOn(story, span, history),
  ];
  const room = Math.min(backgroundMax, momentsMax - story.moments.length);
  return distinct(found)
    .filter((of) => !isTold(of, story))
    .slice(0, Math.max(0, room));
};

/** The story has a moment of its own for it; what hits several nodes it may tell of any of them. */
const isTold = ({ at, node }: Moment, { moments }: Story): boolean =>
  moments.some((of) => Math.abs(of.at - at) < 1 && (node === undefined || of.node === node));

const distinct = (moments: readonly Moment[]): readonly Moment[] => [
  ...new Map(moments.map((of) => [`${of.at} ${of.text}`, of])).values(),
];

/** The nodes that a text names. */
const nodesIn = (text: string, history: History): readonly NodeName[] => {
  const words = new Set(text.split(/[^\w-]+/));
  return history.nodes.map(({ name }) => name).filter((name) => words.has(name));
};

/** Those that it is about, which its summary names, before those that only tell of it. */
const concerned = ({ summary, moments }: Story, history: History): readonly NodeName[] => [
  ...new Set([
    ...nodesIn(summary, history),
    ...moments.flatMap(({ node, text }) => [
      ...(node === undefined ? [] : [node]),
      ...nodesIn(text, history),
    ]),
  ]),
];

/** The first change of leader, and what took the one before away; or that nobody leads. */
const turnsIn = (span: Span, history: History): readonly Moment[] => {
  const leads = leadersOf(history);
  const place = leads.findIndex(({ from }) => from > span.from && from < span.to);
  const next = leads[place];
  if (next !== undefined) {
    const before = leads[place - 1];
    const was = before === undefined ? '' : `; before it ${before.node} led term ${before.term}`;
    return [
      moment(next.from, next.node, `${next.node} comes to lead, in term ${next.term}${was}`),
      ...(before === undefined || before.node === next.node
        ? lastFault(next.from, span, history)
        : lastFault(next.from, span, history, before.node)),
    ];
  }
  const last = leads.findLast(({ from }) => from <= span.from);
  return last?.to === undefined || last.to >= span.to ? [] : leaderless(last, history);
};

/** One that was killed tells nothing more than that fault does. */
const leaderless = ({ node, term, to = 0, ended }: Lead, history: History): readonly Moment[] => {
  if (ended) return [];
  const next = leadersOf(history).find(({ from }) => from > to);
  const until =
    next === undefined ? 'nobody else comes to lead' : `nobody leads until ${seconds(next.from)}`;
  return [moment(to, node, `${node} leads term ${term} no more, and ${until}`)];
};

/** The last fault that began before this time, of those in force since the story begins, and that hit this node. */
const lastFault = (
  time: Ms,
  { from }: Span,
  history: History,
  node?: NodeName,
): readonly Moment[] => {
  const fault = inForce({ from, to: time }, history)
    .filter((of) => node === undefined || hits(of, node))
    .at(-1);
  return fault === undefined ? [] : begins(fault, history);
};

/** That one of the nodes that it is about was to leave, or to be taken off the list: the last of each that was asked. */
const leavingsOf = (story: Story, { to }: Span, history: History): readonly Moment[] => {
  const asked = history.operations.filter(
    ({ outcome, phase, invokedAt }) =>
      outcome !== 'rejected' && phase !== 'formation' && phase !== 'final' && invokedAt <= to,
  );
  const told = (name: NodeName, what: string, request: Operation | undefined): readonly Moment[] =>
    request === undefined
      ? []
      : [moment(answeredAt(request), name, `${name} ${what}, ${end(request)}`)];
  return concerned(story, history).flatMap((name) => {
    const removal = asked.findLast(
      ({ operation, args }) => operation === 'node.remove' && nodeOf(args) === name,
    );
    const leave = asked.findLast(
      ({ operation, node }) => operation === 'swarm.leave' && node === name,
    );
    return [
      ...told(name, 'is taken off the list', removal),
      ...told(name, 'leaves the swarm', leave),
    ];
  });
};

const answeredAt = ({ invokedAt, endedAt = invokedAt }: Operation): Ms => endedAt;

const end = ({ outcome, node: by }: Operation): string =>
  outcome === 'ok' ? `as ${by} acknowledges` : `which ${by} did not answer clearly`;

/** What operators asked of the nodes that it is about: another role, another availability. The last of each node, and the latest first. */
const requestsFor = (story: Story, { to }: Span, history: History): readonly Moment[] => {
  const nodes = concerned(story, history);
  const lost = leadersOf(history).at(-1)?.to !== undefined;
  const asked = history.operations.filter(
    ({ operation, args, outcome, phase, invokedAt }) =>
      operation === 'node.update' &&
      outcome !== 'rejected' &&
      phase !== 'formation' &&
      phase !== 'final' &&
      invokedAt <= to &&
      (nodes.includes(nodeOf(args)) || (lost && args.role !== undefined)),
  );
  return [...new Map(asked.map((of) => [nodeOf(of.args), of])).values()]
    .filter((request) => !isAcknowledgedIn(story, request))
    .toReversed()
    .flatMap(requested);
};

/** The story tells of its answer itself, as of one that whoever was asked gave. */
const isAcknowledgedIn = (
  { moments }: Story,
  { node, args, operation, endedAt }: Operation,
): boolean =>
  moments.some(
    (of) =>
      of.at === endedAt &&
      of.node === node &&
      of.text.includes(`${operation} of node ${nodeOf(args)} `),
  );

const nodeOf = ({ name }: Operation['args']): NodeName => (typeof name === 'string' ? name : '');

const requested = (request: Operation): readonly Moment[] => {
  const { args } = request;
  const { name, role, availability } = args;
  const wish =
    typeof role === 'string'
      ? `a ${role}`
      : typeof availability === 'string' && (availabilities[availability] ?? availability);
  if (typeof name !== 'string' || typeof wish !== 'string') return [];
  return [moment(answeredAt(request), name, `${name} is to be ${wish}, ${end(request)}`)];
};

const availabilities: Readonly<Record<string, string>> = { drain: 'drained', pause: 'paused' };

/** Of the faults in force on the nodes that it is about, the last one of the first node that was hit. */
const faultsOn = (story: Story, span: Span, history: History): readonly Moment[] => {
  const faults = inForce(span, history);
  for (const node of concerned(story, history)) {
    const fault = faults.findLast((of) => hits(of, node));
    if (fault !== undefined) return begins(fault, history);
  }
  return [];
};

type Begun = FaultRecord & { readonly begunAt: Ms };

/** Faults that bit and that lasted for a part of this time, in the order in which they began. */
const inForce = ({ from, to }: Span, history: History): readonly Begun[] =>
  chronicleOf(history)
    .bitten.filter((fault): fault is Begun => fault.begunAt !== undefined && fault.deeds.length > 0)
    .filter(({ begunAt, endAt = Infinity }) => begunAt < to && endAt >= from)
    .toSorted((a, b) => a.begunAt - b.begunAt);

const hits = ({ deeds }: FaultRecord, node: NodeName): boolean =>
  deeds.some((deed) =>
    'links' in deed
      ? deed.links.some((link) => !isOfClients(link) && (link.from === node || link.to === node))
      : deed.node === node,
  );

const begins = (fault: Begun, history: History): readonly Moment[] => {
  const { deeds, endAt } = fault;
  const at = madeAt(fault, history);
  const until = endAt === undefined || endAt <= at ? '' : `, until ${seconds(endAt)}`;
  return [moment(at, undefined, `${deedsInWords(deeds)}${until}`)];
};

/** When the last of the nodes that it ends, or stops, had ended; of links, when that was confirmed. */
const madeAt = ({ deeds, beginAt = 0, begunAt }: Begun, { lifecycle }: History): Ms => {
  const ends = deeds.flatMap((deed) => {
    if (!('node' in deed)) return [];
    const end = lifecycle.find(
      ({ node, at, event }) =>
        node === deed.node && at >= beginAt && (event === 'killed' || event === 'paused'),
    );
    return end === undefined ? [] : [end.at];
  });
  return ends.length === 0 ? begunAt : Math.max(...ends);
};
