import type { Link, Ms, NodeName } from '../../harness/core/cluster.ts';
import { seconds } from '../../harness/core/figures.ts';
import type { FaultRecord, History } from '../../harness/core/history.ts';
import type { Run } from '../../harness/core/run.ts';
import { isFault, type Schedule } from '../../harness/core/schedule.ts';
import { html, type Html } from './html.ts';
import { recordWords } from './words.ts';

/** More groups of links than these are counted only: of a ring, say. */
const groupsMax = 3;

const listed = (nodes: readonly string[]): string =>
  nodes.length === 1 ? nodes.join('') : `{${nodes.join(', ')}}`;

/** Nodes with the same others at the end of their links, together: `{m1, w1} → m2`. */
const grouped = (links: readonly Link[], arrow: string): readonly string[] => {
  const ends = new Map<NodeName, NodeName[]>();
  for (const { from, to } of links) ends.set(from, [...(ends.get(from) ?? []), to]);
  const groups = new Map<string, { readonly from: NodeName[]; readonly to: readonly NodeName[] }>();
  for (const [from, to] of ends) {
    const sorted = [...to].sort();
    const group = groups.get(sorted.join(' '));
    if (group === undefined) groups.set(sorted.join(' '), { from: [from], to: sorted });
    else group.from.push(from);
  }
  return [...groups.values()].map(
    ({ from, to }) => `${listed(from.sort())} ${arrow} ${listed(to)}`,
  );
};

/** Links in both directions are told from the end that comes first. */
const linksWords = (links: readonly Link[]): string => {
  const has = new Set(links.map(({ from, to }) => `${from} ${to}`));
  const isBoth = ({ from, to }: Link): boolean => has.has(`${to} ${from}`);
  const told = new Set<NodeName>();
  const both = grouped(links.filter(isBoth), '↔').filter((words) => {
    const [left = '', right = ''] = words.split(' ↔ ');
    told.add(left);
    return !told.has(right);
  });
  const all = [
    ...both,
    ...grouped(
      links.filter((link) => !isBoth(link)),
      '→',
    ),
  ];
  return all.length > groupsMax ? `${links.length} links` : all.join('; ');
};

/** Which nodes or links it came to, once roles had names; empty where that was never so. */
export const hitWords = ({ deeds, on = [] }: FaultRecord): string => {
  const nodes = deeds.flatMap((deed) => ('node' in deed ? [deed.node] : []));
  const links = deeds.flatMap((deed) => ('links' in deed ? deed.links : []));
  return links.length > 0 ? linksWords(links) : [...nodes, ...on].join(', ');
};

/** From its first call to the last confirmation of its end, as recorded: what every place of the page says. */
export const spanWords = ({ beginAt, endedAt }: FaultRecord, zero: Ms): string => {
  if (beginAt === undefined) return 'never';
  return `${seconds(beginAt - zero)} to ${endedAt === undefined ? 'the end' : seconds(endedAt - zero)}`;
};

/** Less than this apart, two times are one to a reader. */
const apartMs = 1;

const beganWords = ({ beginAt, begunAt }: FaultRecord, zero: Ms): string => {
  if (beginAt === undefined) return 'never';
  const whole = begunAt !== undefined && begunAt - beginAt >= apartMs;
  return `${seconds(beginAt - zero)}${whole ? `, all of it by ${seconds(begunAt - zero)}` : ''}`;
};

const endedWords = ({ beginAt, endAt, endedAt, healed }: FaultRecord, zero: Ms): string => {
  if (beginAt === undefined) return '';
  if (endedAt === undefined) return 'not ended';
  const slow = endAt !== undefined && endedAt - endAt >= apartMs;
  const back = healed === false ? '; what it hit did not come back' : '';
  return `${seconds(endedAt - zero)}${slow ? `, its end began at ${seconds(endAt - zero)}` : ''}${back}`;
};

/** A kill may come at a point of a node's work, so that each node goes down at a time of its own. */
const downWords = (fault: FaultRecord, { lifecycle, phases }: History): string => {
  const { beginAt, begunAt } = fault;
  if (beginAt === undefined || begunAt === undefined) return '';
  const killed = new Set(fault.deeds.flatMap((deed) => (deed.deed === 'kill' ? [deed.node] : [])));
  const times = new Map<string, NodeName[]>();
  for (const { at, node, event } of lifecycle) {
    if (event !== 'killed' || !killed.has(node) || at < beginAt || at > begunAt) continue;
    const when = seconds(at - phases.injectAt);
    times.set(when, [...(times.get(when) ?? []), node]);
  }
  return [...times].map(([when, nodes]) => `${nodes.join(', ')} down from ${when}`).join('; ');
};

const askedWords = (fault: FaultRecord, schedule: Schedule): string => {
  const entry = schedule[fault.entry];
  if (entry === undefined || !isFault(entry) || entry.fault.kind !== fault.fault.kind) return '';
  const when = entry.when === undefined ? '' : ', or later, when what it waits for has happened';
  // A procedure takes the time that it takes.
  const lease = entry.fault.kind === 'procedure' ? '' : ` for ${seconds(entry.forMs)}`;
  return `at ${seconds(entry.at)}${lease}${when}`;
};

const rowsMax = 60;

/** What was asked of each fault and what was done, in one place. */
export const faultTable = ({ history, schedule }: Run, label: string): Html | undefined => {
  const zero = history.phases.injectAt;
  if (history.faults.length === 0) return undefined;
  const more = history.faults.length - rowsMax;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">
      <table class="faults">
        <caption>
          Faults
        </caption>
        <thead>
          <tr>
            <th scope="col">fault</th>
            <th scope="col">asked</th>
            <th scope="col">hit</th>
            <th scope="col">began</th>
            <th scope="col">ended</th>
            <th scope="col">what shows it</th>
          </tr>
        </thead>
        <tbody>
          ${history.faults.slice(0, rowsMax).map(
            (fault) =>
              html`<tr>
                <th scope="row">${recordWords(fault)}</th>
                <td>${askedWords(fault, schedule)}</td>
                <td>${downWords(fault, history) || hitWords(fault)}</td>
                <td>${beganWords(fault, zero)}</td>
                <td>${endedWords(fault, zero)}</td>
                <td>
                  ${fault.evidence.bit ? undefined : html`<em>without effect:</em> `}${fault.evidence.text}
                </td>
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
    ${more > 0 ? html`<p class="count">${more} more are in the table of events.</p>` : undefined}
    ${
      history.faults.some(({ fault }) => fault.kind === 'procedure')
        ? html`<p class="count">
            A procedure (such as a promotion, a lock or a drain) ends when it has been carried out;
            what it changed stays.
          </p>`
        : undefined
    }`;
};
