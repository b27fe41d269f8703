import { canonical } from '../../models/canonical.ts';
import type { Key, Operation } from '../../models/model.ts';

/** The four guarantees that a process has of its own reads and writes. */
export const SESSION_GUARANTEES = [
  'read-your-writes',
  'monotonic-reads',
  'monotonic-writes',
  'writes-follow-reads',
] as const;

export type SessionGuarantee = (typeof SESSION_GUARANTEES)[number];

/** `because`: operations (positions in the history) that ask for orders of writes that contradict each other. */
export type SessionVerdict =
  | { readonly verdict: 'pass' }
  | { readonly verdict: 'fail'; readonly because: readonly number[] }
  | { readonly verdict: 'unknown'; readonly why: string };

/** What an operation did to one register; undefined for operations that are about something else. */
export type SessionRole =
  { readonly key: Key; readonly reads: unknown } | { readonly key: Key; readonly writes: unknown };

/** One write must come before another, as these two operations of a process say. */
type Edge = { readonly from: Key; readonly to: Key; readonly because: readonly [number, number] };

/**
 * Judges each session guarantee on registers, each by itself: whether the writes of every register can be
 * ordered so that the guarantee holds for every process. Reads show who wrote only where every value is
 * written once; where that is not so, the answer is `unknown`. Orders of writes are seen through reads
 * only, so the last two are judged together with monotonic reads, and are `unknown` where those fail.
 * @param initial what a register holds before its first write
 * @source Terry et al., Session Guarantees for Weakly Consistent Replicated Data, PDIS 1994, §3.
 */
export function checkSessions(
  operations: readonly Operation[],
  role: (operation: Operation) => SessionRole | undefined,
  initial: unknown,
): Readonly<Record<SessionGuarantee, SessionVerdict>> {
  const steps = stepsOf(operations, role, canonical(initial));
  if (typeof steps === 'string') {
    const unknown: SessionVerdict = { verdict: 'unknown', why: steps };
    return everyGuarantee(() => unknown);
  }
  const edges = everyGuarantee((guarantee) => edgesOf(steps, guarantee));
  const reads = contradiction(edges['monotonic-reads'], canonical(initial));
  return everyGuarantee((guarantee): SessionVerdict => {
    const throughReads = guarantee === 'monotonic-writes' || guarantee === 'writes-follow-reads';
    if (throughReads && reads !== undefined) {
      return {
        verdict: 'unknown',
        why: 'monotonic reads fail, and only they show an order of writes',
      };
    }
    const asked = throughReads
      ? [...edges['monotonic-reads'], ...edges[guarantee]]
      : edges[guarantee];
    const because = contradiction(asked, canonical(initial));
    return because === undefined ? { verdict: 'pass' } : { verdict: 'fail', because };
  });
}

function everyGuarantee<T>(of: (guarantee: SessionGuarantee) => T): Record<SessionGuarantee, T> {
  return {
    'read-your-writes': of('read-your-writes'),
    'monotonic-reads': of('monotonic-reads'),
    'monotonic-writes': of('monotonic-writes'),
    'writes-follow-reads': of('writes-follow-reads'),
  };
}

/** A read or write of one process at one register; `value` names the write. */
type Step = {
  readonly at: number;
  readonly kind: 'read' | 'write';
  readonly value: Key;
  readonly session: string;
};

function stepsOf(
  operations: readonly Operation[],
  role: (operation: Operation) => SessionRole | undefined,
  initial: Key,
): readonly Step[] | string {
  const writers = new Map<string, number>();
  const steps: Step[] = [];
  const inOrder = [...operations.entries()]
    .filter(([, { outcome }]) => outcome !== 'rejected')
    .sort(([, a], [, b]) => a.invoked - b.invoked);
  for (const [at, operation] of inOrder) {
    const does = role(operation);
    if (does === undefined) continue;
    const object = String(canonical(does.key));
    const session = JSON.stringify([canonical(operation.process), object]);
    if ('writes' in does) {
      const value = `${object} ${String(canonical(does.writes))}`;
      if (canonical(does.writes) === initial || writers.has(value)) {
        return `operation ${at} writes a value that was written before, so reads do not show who wrote`;
      }
      writers.set(value, at);
      // Of one that nobody saw end, it is not known whether it came before what its process did next.
      if (operation.outcome === 'ok') steps.push({ at, kind: 'write', value, session });
    } else if (operation.outcome === 'ok' && does.reads !== undefined) {
      const seen = canonical(does.reads);
      steps.push({
        at,
        kind: 'read',
        value: seen === initial ? initial : `${object} ${String(seen)}`,
        session,
      });
    }
  }
  const stranger = steps.find(
    ({ kind, value }) => kind === 'read' && value !== initial && !writers.has(String(value)),
  );
  return stranger === undefined
    ? steps
    : `operation ${stranger.at} reads a value that nobody wrote`;
}

const PAIRS: Readonly<Record<SessionGuarantee, readonly [Step['kind'], Step['kind']]>> = {
  'read-your-writes': ['write', 'read'],
  'monotonic-reads': ['read', 'read'],
  'monotonic-writes': ['write', 'write'],
  'writes-follow-reads': ['read', 'write'],
};

/** Each step and the next ones of its session until the first of the wanted kind, which passes the order on. */
function edgesOf(steps: readonly Step[], guarantee: SessionGuarantee): readonly Edge[] {
  const [first, second] = PAIRS[guarantee];
  const edges: Edge[] = [];
  const last = new Map<string, Step[]>();
  for (const step of steps) {
    const before = last.get(step.session) ?? [];
    if (step.kind === second) {
      for (const earlier of before) {
        if (earlier.value !== step.value) {
          edges.push({ from: earlier.value, to: step.value, because: [earlier.at, step.at] });
        }
      }
    }
    // Of equal kinds the order is passed on from one to the next; of unequal ones every earlier counts.
    if (step.kind === first) last.set(step.session, first === second ? [step] : [...before, step]);
  }
  return edges;
}

/** A circle of edges, or one into the initial value, which comes before every write. */
function contradiction(edges: readonly Edge[], initial: Key): readonly number[] | undefined {
  const out = new Map<Key, Edge[]>();
  for (const edge of edges) {
    if (edge.to === initial) return edge.because;
    const list = out.get(edge.from);
    if (list === undefined) out.set(edge.from, [edge]);
    else list.push(edge);
  }
  const done = new Set<Key>();
  for (const start of out.keys()) {
    const path: { value: Key; next: number; by: Edge | undefined }[] = [
      { value: start, next: 0, by: undefined },
    ];
    const open = new Set<Key>();
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      open.add(top.value);
      const edge = done.has(top.value) ? undefined : out.get(top.value)?.[top.next++];
      if (edge === undefined) {
        done.add(top.value);
        open.delete(top.value);
        path.pop();
      } else if (open.has(edge.to)) {
        const from = path.findIndex(({ value }) => value === edge.to);
        const circle = [...path.slice(from + 1).map(({ by }) => by), edge];
        return [...new Set(circle.flatMap((each) => each?.because ?? []))];
      } else {
        path.push({ value: edge.to, next: 0, by: edge });
      }
    }
  }
  return undefined;
}
