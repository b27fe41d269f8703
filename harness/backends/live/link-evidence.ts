import type { Evidence } from '../../core/fault.ts';
import type { Ms } from '../../core/cluster.ts';
import { unreachable } from '../../core/unreachable.ts';
import type { LinkDeed } from './links.ts';
import { countOf, type Counters } from './toxiproxy/counters.ts';
import type { Stream, ToxiproxyControl } from './toxiproxy/control.ts';

/** What was counted around a deed on links. */
export type Marked = {
  readonly deed: LinkDeed;
  /** The directions of proxies that the deed tampered with. */
  readonly streams: readonly {
    readonly proxy: string;
    readonly stream: Stream;
    /** The proxy was closed. */
    readonly closes: boolean;
    /** Clients dial it, so that every call through it is known. */
    readonly ofClients: boolean;
  }[];
  /** Before the first call, after the last confirmation, and before it was taken back. */
  readonly before: Counters;
  readonly begun: Counters;
  readonly end: Counters;
  /** Calls of clients that found a proxy closed meanwhile, and those that broke when it was. */
  readonly refusals: ReadonlyMap<string, number>;
  readonly broken: ReadonlySet<string>;
  /** Around a look at who knocks; `undefined`: nobody looked. */
  readonly look?: { readonly before: Counters; readonly after: Counters } | undefined;
};

type Source = {
  readonly control: Pick<ToxiproxyControl, 'counters'>;
  readonly counting: 'live' | 'at-close';
  readonly countWithinMs?: Ms;
};

/**
 * Whether traffic entered the links and did not leave.
 * Dropped and reset: bytes received less bytes sent on, from before the first call to after the last. Delayed: bytes that passed while
 * the delay was on. Counters are read again after the deed's end; those that move `at-close`, which the end of what was dropped or
 * delayed makes them do, until they show something or `countWithinMs` has passed.
 *
 * Refused: nothing enters a port that is closed, and nobody sees who knocks. Evidence are live connections that had carried traffic and
 * were severed, calls of clients that were turned away, and answers that broke a connection of the other end. Where there is none of
 * these, it is what entered while the deed's end was looking at who knocks (see `links.ts`). Where nobody knocked then either, and
 * connections are not counted, bytes that were counted while the port was closed tell that a connection ended with it: not
 * before, since one that dials so often that it might have been ended by its own node just then would have knocked.
 */
export const evidenceOf = async (marked: Marked, source: Source): Promise<Evidence> => {
  const { deed } = marked;
  if (deed.deed === 'cut' && deed.mode === 'refuse') return refusal(marked);
  const atEnd = judge(marked, marked.end);
  if (atEnd.bit) return atEnd;
  const waitMs = source.counting === 'live' ? 0 : (source.countWithinMs ?? 1_000);
  const until = performance.now() + waitMs;
  let late = judge(marked, await source.control.counters());
  while (!late.bit && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    late = judge(marked, await source.control.counters());
  }
  return late;
};

/** Whether a refusal is proven without a look at who knocks. */
export const isProven = (marked: Marked): boolean => judge(marked, marked.end).bit;

const refusal = (marked: Marked): Evidence => {
  const known = judge(marked, marked.end);
  if (known.bit) return known;
  const closed = marked.streams.filter(({ closes }) => closes);
  const { look } = marked;
  if (look !== undefined) {
    const entered = told(closed, 'bytes entered at its end and did not leave', (of) =>
      lost(look.before, look.after, of),
    );
    if (entered.bit) return entered;
  }
  const ended = told(closed, 'connections ended with it', (of) => endedWith(marked, of));
  if (ended.bit) return ended;
  const nobody = look === undefined ? '' : ', and none was tried at its end';
  return { bit: false, text: `${known.text}${nobody}` };
};

const judge = (marked: Marked, end: Counters): Evidence => {
  const { deed, streams } = marked;
  if (deed.deed === 'delay')
    return told(
      streams,
      'bytes were delayed',
      ({ proxy, stream }) =>
        countOf(end, proxy)[stream].received - countOf(marked.begun, proxy)[stream].received,
    );
  switch (deed.mode) {
    case 'drop':
    case 'reset':
      return told(streams, 'bytes entered and did not leave', (of) => lost(marked.before, end, of));
    case 'refuse':
      return told(streams, 'connections were severed or refused', (of) =>
        of.closes
          ? severed(marked, of.proxy) + (marked.refusals.get(of.proxy) ?? 0)
          : Math.min(1, lost(marked.before, end, of)),
      );
    default:
      return unreachable(deed.mode);
  }
};

/** Bytes that entered a stream and did not leave it. */
const lost = (
  before: Counters,
  end: Counters,
  { proxy, stream }: Marked['streams'][number],
): number => {
  const then = countOf(before, proxy)[stream];
  const now = countOf(end, proxy)[stream];
  return now.received - now.sent - (then.received - then.sent);
};

/** Where connections are counted. */
const severed = ({ before, end }: Marked, proxy: string): number =>
  (countOf(end, proxy).connections?.severed ?? 0) -
  (countOf(before, proxy).connections?.severed ?? 0);

/** Where they are not: bytes are counted at a connection's end. Of clients it is known besides whether a call of theirs broke. */
const endedWith = (
  { before, end, broken }: Marked,
  { proxy, ofClients }: Marked['streams'][number],
): number => {
  const now = countOf(end, proxy);
  if (now.connections !== undefined || (ofClients && !broken.has(proxy))) return 0;
  return now.upstream.received > countOf(before, proxy).upstream.received ? 1 : 0;
};

const told = (
  streams: Marked['streams'],
  what: string,
  measure: (of: Marked['streams'][number]) => number,
): Evidence => {
  const measured = streams.map((of) => ({ name: of.proxy, value: measure(of) }));
  const some = measured.filter(({ value }) => value > 0);
  return some.length === 0
    ? { bit: false, text: `no ${what} on ${streams.map(({ proxy }) => proxy).join(', ')}` }
    : {
        bit: true,
        text: `${what}: ${some.map(({ name, value }) => `${name} ${value}`).join(', ')}`,
      };
};
