import type { Ms } from '../../harness/core/cluster.ts';
import { counted, grouped } from '../../harness/core/figures.ts';
import type { History } from '../../harness/core/history.ts';
import { html, type Html } from './html.ts';
import { voteWords, votesOf } from './votes.ts';
import { deedWords, recordWords, seconds } from './words.ts';

/** One line of the table of events. */
export type EventRow = {
  readonly at: Ms;
  readonly node: string;
  /** `fault`, `heal`, `role`, `vote`, `lock`, `node`, `operation`, `note`, `phase`. */
  readonly kind: string;
  readonly text: string;
  /** What a reader looks for first; shown also where the table is cut. */
  readonly weight: 0 | 1 | 2;
};

const faultRows = (history: History): readonly EventRow[] =>
  history.faults.flatMap((fault): readonly EventRow[] => {
    const words = recordWords(fault);
    if (fault.beginAt === undefined) {
      return [
        {
          at: history.phases.healAt,
          node: '',
          kind: 'fault',
          text: `${words}: ${fault.evidence.text}`,
          weight: 1,
        },
      ];
    }
    const begin: EventRow = {
      at: fault.beginAt,
      node: '',
      kind: 'fault',
      text: `${words}: ${fault.deeds.map(deedWords).join('; ') || fault.evidence.text}`,
      weight: 2,
    };
    if (fault.endedAt === undefined) return [begin];
    const healed = fault.healed === false ? ', and what it hit did not come back' : '';
    return [
      begin,
      {
        at: fault.endedAt,
        node: '',
        kind: 'heal',
        text: `${words} ended: ${fault.evidence.text}${healed}`,
        weight: 2,
      },
    ];
  });

const observationRows = (history: History): readonly EventRow[] =>
  history.observations.flatMap((said): readonly EventRow[] => {
    const row = { at: said.at, node: said.node };
    switch (said.kind) {
      case 'role': {
        const leads = said.role === 'leader';
        const text = leads ? `leads term ${said.term}` : `${said.role} in term ${said.term}`;
        return [{ ...row, kind: 'role', text, weight: leads ? 2 : 1 }];
      }
      case 'lock':
        return [
          { ...row, kind: 'lock', text: said.state, weight: said.state === 'locked' ? 2 : 0 },
        ];
      case 'membership':
        return [
          {
            ...row,
            kind: 'members',
            text: `${counted(said.voters.length, 'voter')}, ${counted(said.learners.length, 'learner')}`,
            weight: 0,
          },
        ];
      case 'note':
        return [{ ...row, kind: 'note', text: said.text, weight: 2 }];
      case 'manager':
        return [
          {
            ...row,
            kind: 'manager',
            text: `control loops ${said.running ? 'start' : 'stop'} in term ${said.term}`,
            weight: 1,
          },
        ];
      // Votes have names in rows of their own.
      case 'vote':
      case 'boot':
      case 'commit':
      case 'state':
      case 'task':
      case 'executor':
        return [];
    }
  });

const voteRows = (history: History): readonly EventRow[] =>
  votesOf(history).map((vote) => ({
    at: vote.at,
    node: vote.node,
    kind: 'vote',
    text: voteWords(vote),
    weight: vote.again ? 2 : 1,
  }));

const operationRows = (history: History): readonly EventRow[] =>
  history.operations.map((operation) => {
    const who = operation.client === undefined ? 'the operator' : `client ${operation.client}`;
    const end =
      operation.endedAt === undefined
        ? 'no answer'
        : `${operation.outcome} after ${Math.round(operation.endedAt - operation.invokedAt)} ms`;
    const output =
      operation.outcome === 'ok' || operation.output === undefined
        ? ''
        : ` ${JSON.stringify(operation.output).slice(0, 160)}`;
    return {
      at: operation.invokedAt,
      node: operation.node,
      kind: 'operation',
      text: `${who}: ${operation.operation} ${JSON.stringify(operation.args)} → ${end}${output}`,
      weight: operation.outcome === 'ok' ? 0 : 1,
    };
  });

/** Every event of a run that a reader may want, in order of time. */
export const eventRows = (history: History): readonly EventRow[] =>
  [...toldRows(history), ...operationRows(history)].sort((a, b) => a.at - b.at);

/** All but operations, of which there are too many to be written down twice. */
export const toldRows = (history: History): readonly EventRow[] => {
  const { phases } = history;
  const phase = (at: Ms, text: string): EventRow => ({
    at,
    node: '',
    kind: 'phase',
    text,
    weight: 2,
  });
  return [
    phase(phases.injectAt, 'the cluster has formed; the schedule begins'),
    phase(phases.healAt, 'the heal begins'),
    phase(phases.healedAt, 'every heal is confirmed'),
    phase(phases.quietAt, 'the workload has ended'),
    phase(phases.endAt, 'the end'),
    ...faultRows(history),
    ...voteRows(history),
    ...observationRows(history),
    ...history.lifecycle.map((event): EventRow => ({
      at: event.at,
      node: event.node,
      kind: 'node',
      text: event.text === '' ? event.event : `${event.event}: ${event.text}`,
      weight: 1,
    })),
  ];
};

/** What stays when a table may only be so long: the weightiest, and of equals the earliest. */
export const shortened = (rows: readonly EventRow[], most: number): readonly EventRow[] => {
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
const rowsMax = (events: number): number => (events > 4_000 ? 150 : 400);

/** The table without script: the weightiest rows. Those at the time of one of the `moments` stand out. */
export const eventTable = (
  history: History,
  { moments, label }: { readonly moments: readonly Ms[]; readonly label: string },
): Html => {
  const rows = eventRows(history);
  const shown = shortened(rows, rowsMax(rows.length));
  const zero = history.phases.injectAt;
  return html`<p class="count" data-events>
      ${shown.length === rows.length ? `${counted(rows.length, 'event')}.` : `${grouped(shown.length)} of ${grouped(rows.length)} events, the weightiest; all of them are in the document inside this page.`}
    </p>
    <div class="scroll endless" tabindex="0" role="region" aria-label="${label}">
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
          ${shown.map(
            (row) =>
              html`<tr class="${row.kind}${moments.includes(row.at) ? ' moment' : ''}">
                <td class="time">${seconds(row.at - zero)}</td>
                <td>${row.node}</td>
                <td>${row.kind}</td>
                <td>${row.text}</td>
              </tr> `,
          )}
        </tbody>
      </table>
    </div>`;
};
