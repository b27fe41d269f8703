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
  }[];
  /** Before the first call, after the last confirmation, and before it was taken back. */
  readonly before: Counters;
  readonly begun: Counters;
  readonly end: Counters;
  /** Calls of clients that found a proxy closed meanwhile. */
  readonly refusals: ReadonlyMap<string, number>;
};

type Source = {
  readonly control: Pick<ToxiproxyControl, 'counters'>;
  readonly counting: 'live' | 'at-close';
  readonly countWithinMs?: Ms;
};

/**
 * Whether traffic entered the links and did not leave.
 * Dropped and reset: bytes received less bytes sent on, from before the first call to after the last. Refused: nothing enters a port that is
 * closed, so live connections that had carried traffic and were severed by the deed, and calls that were turned away, are
 * the evidence; and answers that broke a connection of the other end.
 * Delayed: bytes that passed while the delay was on. Counters are read again after the deed's end; those that move `at-close`, which
 * the end of what was dropped or delayed makes them do, until they show something or `countWithinMs` has passed. What was severed is counted by the
 * deed's end at the latest: nothing enters until then.
 */
export const evidenceOf = async (marked: Marked, source: Source): Promise<Evidence> => {
  const atEnd = judge(marked, marked.end);
  const { deed } = marked;
  const refuses = deed.deed === 'cut' && deed.mode === 'refuse';
  if (atEnd.bit || refuses) return atEnd;
  const waitMs = source.counting === 'live' ? 0 : (source.countWithinMs ?? 1_000);
  const until = performance.now() + waitMs;
  let late = judge(marked, await source.control.counters());
  while (!late.bit && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    late = judge(marked, await source.control.counters());
  }
  return late;
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
      return told(streams, 'bytes entered and did not leave', (of) => lost(marked, of, end));
    case 'refuse':
      return told(streams, 'connections were severed or refused', (of) =>
        of.closes
          ? severed(marked, of.proxy) + (marked.refusals.get(of.proxy) ?? 0)
          : Math.min(1, lost(marked, of, end)),
      );
    default:
      return unreachable(deed.mode);
  }
};

/** Bytes that entered a stream and did not leave it. */
const lost = (
  { before }: Marked,
  { proxy, stream }: Marked['streams'][number],
  end: Counters,
): number => {
  const then = countOf(before, proxy)[stream];
  const now = countOf(end, proxy)[stream];
  return now.received - now.sent - (then.received - then.sent);
};

/** Where connections are not counted, bytes that are counted at a connection's end tell that one ended. */
const severed = ({ before, end }: Marked, proxy: string): number => {
  const then = countOf(before, proxy);
  const now = countOf(end, proxy);
  if (now.connections !== undefined)
    return now.connections.severed - (then.connections?.severed ?? 0);
  return now.upstream.received > then.upstream.received ? 1 : 0;
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
