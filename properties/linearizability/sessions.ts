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

/** One write must come before another, as these operations of a process say. */
type Edge = { readonly from: Key; readonly to: Key; readonly because: readonly number[] };

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

/**
 * Of equal kinds the order is passed on from one step of a session to the next; of unequal ones every earlier step
 * counts, and there are too many pairs: their edges lead through {@link Past}.
 */
function edgesOf(steps: readonly Step[], guarantee: SessionGuarantee): readonly Edge[] {
  const [first, second] = PAIRS[guarantee];
  const edges: Edge[] = [];
  const last = new Map<string, Step>();
  const pasts = new Map<string, Past>();
  for (const step of steps) {
    if (first === second) {
      const before = step.kind === first ? last.get(step.session) : undefined;
      if (before !== undefined && before.value !== step.value) {
        edges.push({ from: before.value, to: step.value, because: [before.at, step.at] });
      }
      if (step.kind === first) last.set(step.session, step);
      continue;
    }
    let past = pasts.get(step.session);
    if (past === undefined) pasts.set(step.session, (past = new Past(step.session, edges)));
    if (step.kind === first) past.add(step);
    else past.comesBefore(step);
  }
  return edges;
}

/**
 * The steps of one kind that a session has made. Whatever all of a stretch of them must come before, a node for the
 * stretch must: nodes stand for 1, 2, 4, … steps, so that few are needed for any stretch.
 */
class Past {
  readonly #name: string;
  readonly #edges: Edge[];
  readonly #steps: Step[] = [];
  readonly #places = new Map<Key, number[]>();

  constructor(session: string, edges: Edge[]) {
    this.#name = session;
    this.#edges = edges;
  }

  add(step: Step): void {
    const place = this.#steps.push(step) - 1;
    const places = this.#places.get(step.value);
    if (places === undefined) this.#places.set(step.value, [place]);
    else places.push(place);
    this.#edges.push({ from: step.value, to: this.#node(0, place), because: [step.at] });
    for (let level = 1; (place + 1) % 2 ** level === 0; level++) {
      const at = (place + 1) / 2 ** level - 1;
      for (const half of [2 * at, 2 * at + 1]) {
        const edge = { from: this.#node(level - 1, half), to: this.#node(level, at), because: [] };
        this.#edges.push(edge);
      }
    }
  }

  /** Every step so far comes before this one, but for those of the same value. */
  comesBefore(step: Step): void {
    const end = this.#steps.length;
    let from = 0;
    for (const same of [...(this.#places.get(step.value) ?? []), end]) {
      this.#stretch({ from, to: same }, step);
      from = same + 1;
    }
  }

  #stretch({ from, to }: { readonly from: number; readonly to: number }, step: Step): void {
    for (let at = from; at < to;) {
      let level = 0;
      while (at % 2 ** (level + 1) === 0 && at + 2 ** (level + 1) <= to) level += 1;
      const node = this.#node(level, at / 2 ** level);
      this.#edges.push({ from: node, to: step.value, because: [this.#steps[at]!.at, step.at] });
      at += 2 ** level;
    }
  }

  /** No value begins so. */
  #node(level: number, at: number): string {
    return `\u0000${this.#name} ${level} ${at}`;
  }
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
