import { describe, expect, test } from '@jest/globals';
import type { CutMode } from '../../core/fault.ts';
import { evidenceOf, isProven, type Marked } from './link-evidence.ts';
import type { Counters, ProxyCount } from './toxiproxy/counters.ts';

const links = [
  { from: 'm1', to: 'm2' },
  { from: 'm1', to: 'm3' },
];
const none = { received: 0, sent: 0 };

type Count = { readonly in: number; readonly out: number; readonly severed?: number };
const counted = (m1m2: Count, m1m3: Count = { in: 0, out: 0 }): Counters => {
  const count = ({ in: received, out: sent, severed }: Count): ProxyCount => ({
    upstream: { received, sent },
    downstream: none,
    connections: severed === undefined ? undefined : { accepted: 0, connected: 0, severed },
  });
  return new Map([
    ['m1__m2', count(m1m2)],
    ['m1__m3', count(m1m3)],
  ]);
};

const marked = (
  deed: Marked['deed'],
  counters: Pick<Marked, 'before' | 'begun' | 'end'>,
): Marked => ({
  deed,
  streams: links.map(({ from, to }) => ({
    proxy: `${from}__${to}`,
    stream: 'upstream',
    closes: deed.deed === 'cut' && deed.mode === 'refuse',
    ofClients: false,
  })),
  refusals: new Map(),
  broken: new Set(),
  ...counters,
});
const cut = (mode: CutMode): Marked['deed'] => ({ deed: 'cut', links, mode });
/** Shows the same once more. */
const unchanged = (counters: Counters) =>
  ({ control: { counters: () => Promise.resolve(counters) }, counting: 'live' }) as const;
const live = unchanged(counted({ in: 0, out: 0, severed: 0 }));

describe.each<CutMode>(['drop', 'reset'])('a cut by %s', (mode) => {
  test('bit where bytes entered after it had begun and did not leave', async () => {
    const begun = counted({ in: 100, out: 90 });
    const end = counted({ in: 150, out: 95 });
    const evidence = await evidenceOf(marked(cut(mode), { before: begun, begun, end }), live);
    expect(evidence).toEqual({ bit: true, text: 'bytes entered and did not leave: m1__m2 45' });
  });

  test('did not bite where all that entered left', async () => {
    const begun = counted({ in: 100, out: 90 });
    const end = counted({ in: 150, out: 140 });
    const marks = { before: begun, begun, end };
    const evidence = await evidenceOf(marked(cut(mode), marks), unchanged(end));
    expect(evidence).toEqual({
      bit: false,
      text: 'no bytes entered and did not leave on m1__m2, m1__m3',
    });
  });

  test('bit also by what was lost while it was begun, or ended', async () => {
    const before = counted({ in: 100, out: 100 });
    const later = counted({ in: 150, out: 100 });
    const during = { before, begun: later, end: later };
    expect((await evidenceOf(marked(cut(mode), during), live)).bit).toBe(true);
    const after = { before, begun: before, end: before };
    expect((await evidenceOf(marked(cut(mode), after), unchanged(later))).bit).toBe(true);
  });

  test('where counters move only when connections close, they are read again', async () => {
    const begun = counted({ in: 0, out: 0 });
    const readings = [begun, counted({ in: 0, out: 0 }, { in: 50, out: 20 })];
    const control = { counters: () => Promise.resolve(readings.shift() ?? begun) };
    const evidence = await evidenceOf(marked(cut(mode), { before: begun, begun, end: begun }), {
      control,
      counting: 'at-close',
    });
    expect(evidence).toEqual({ bit: true, text: 'bytes entered and did not leave: m1__m3 30' });
  });
});

describe('a cut by refuse', () => {
  test('bit where it severed connections that had carried traffic', async () => {
    const before = counted({ in: 100, out: 100, severed: 1 });
    const begun = counted({ in: 100, out: 100, severed: 3 });
    const evidence = await evidenceOf(marked(cut('refuse'), { before, begun, end: begun }), live);
    expect(evidence).toEqual({ bit: true, text: 'connections were severed or refused: m1__m2 2' });
  });

  test('bit where calls were turned away', async () => {
    const before = counted({ in: 0, out: 0, severed: 0 });
    const evidence = await evidenceOf(
      {
        ...marked(cut('refuse'), { before, begun: before, end: before }),
        refusals: new Map([['m1__m3', 2]]),
      },
      live,
    );
    expect(evidence).toEqual({ bit: true, text: 'connections were severed or refused: m1__m3 2' });
  });

  test('did not bite where nobody was connected', async () => {
    const before = counted({ in: 100, out: 100, severed: 1 });
    const evidence = await evidenceOf(
      marked(cut('refuse'), { before, begun: before, end: before }),
      live,
    );
    expect(evidence.bit).toBe(false);
  });

  const before = counted({ in: 0, out: 0 });
  const begun = counted({ in: 100, out: 100 });
  const uncounted = marked(cut('refuse'), { before, begun, end: begun });

  test('where connections are not counted, bytes that are counted at their end tell of them', async () => {
    const look = { before: begun, after: begun };
    expect(isProven(uncounted)).toBe(false);
    const ended = { bit: true, text: 'connections ended with it: m1__m2 1' };
    expect(await evidenceOf({ ...uncounted, look }, live)).toEqual(ended);
  });

  test('what entered at its end and did not leave is better evidence, since connections may end by themselves', async () => {
    const look = { before: begun, after: counted({ in: 145, out: 100 }) };
    expect(await evidenceOf({ ...uncounted, look }, live)).toEqual({
      bit: true,
      text: 'bytes entered at its end and did not leave: m1__m2 45',
    });
  });

  test('a client’s connection that ended may have ended by itself, unless its call broke', async () => {
    const streams = uncounted.streams.map((of) => ({ ...of, ofClients: true }));
    const ofClients = { ...uncounted, streams };
    expect((await evidenceOf(ofClients, live)).bit).toBe(false);
    const broken = new Set(['m1__m2']);
    expect((await evidenceOf({ ...ofClients, broken }, live)).bit).toBe(true);
  });

  test('did not bite where nobody was seen, although somebody was looked for', async () => {
    const idle = marked(cut('refuse'), { before, begun: before, end: before });
    expect(await evidenceOf({ ...idle, look: { before, after: before } }, live)).toEqual({
      bit: false,
      text: 'no connections were severed or refused on m1__m2, m1__m3, and none was tried at its end',
    });
  });
});

test('a delay bit where bytes passed meanwhile', async () => {
  const deed = { deed: 'delay', links, delayMs: 10 } as const;
  const begun = counted({ in: 100, out: 100 });
  const end = counted({ in: 130, out: 100 });
  expect(await evidenceOf(marked(deed, { before: begun, begun, end }), live)).toEqual({
    bit: true,
    text: 'bytes were delayed: m1__m2 30',
  });
});
