import { describe, expect, test } from '@jest/globals';
import type { Operation } from '../../harness/core/history.ts';
import { cut, between, finalList, history, operation, write } from '../testing/histories.ts';
import { linearizable } from './linearizable.ts';

const fault = cut(between(['m1'], ['m2', 'm3']), [2_000, 4_000]);

const seen = (
  node: string,
  times: readonly [number, number],
  value: string | undefined,
  version = 0,
): Operation =>
  operation(node, times, {
    seen: [value === undefined ? { object: 'a', value } : { object: 'a', value, version }],
    ...(value === undefined && { outcome: 'rejected', decided: true }),
  });

const judged = (...operations: readonly Operation[]) =>
  linearizable.judge(history({ operations, faults: [fault] }));

const created = write(['create', 'a', '1'], 'm1', [1_000, 1_010]);

test('holds for reads that show what was written last, or is being written', () => {
  expect(
    judged(
      seen('m2', [500, 510], undefined),
      created,
      write(['update', 'a', '2', 10], 'm2', [2_500, 2_900]),
      seen('m2', [2_600, 2_650], '1', 10),
      seen('m3', [2_660, 2_700], '2', 11),
      finalList('m1', { a: '2' }),
    ),
  ).toMatchObject({ verdict: 'pass', tested: true });
});

test('is broken by a read of what was overwritten before it was asked for, and says what would have been right', () => {
  const verdict = judged(
    created,
    write(['update', 'a', '2', 10], 'm2', [2_500, 2_550]),
    seen('m1', [2_600, 2_650], '1', 10),
  );
  expect(verdict).toMatchObject({
    verdict: 'fail',
    summary: expect.stringMatching(
      /^m1 answers read a → "1" at version 10 at 2\.650 s, .*right would have been read a → "2"/,
    ),
    moments: [
      { node: 'm2', at: 2_550 },
      { node: 'm1', at: 2_650 },
    ],
  });
});

test('is broken by a read of what was refused, and names the refusal', () => {
  const verdict = judged(
    created,
    write(['update', 'a', '2', 10], 'm2', [2_500, 2_550], { outcome: 'rejected', decided: false }),
    seen('m1', [2_600, 2_650], '2', 11),
  );
  expect(verdict).toMatchObject({
    verdict: 'fail',
    moments: expect.arrayContaining([
      { node: 'm2', at: 2_550, text: 'm2 refuses to update a as "2"' },
    ]) as unknown,
  });
});

test('is broken by two reads that see an unacknowledged write and then not', () => {
  expect(
    judged(
      created,
      write(['update', 'a', '2', 10], 'm2', [2_500, undefined], { outcome: 'unknown' }),
      seen('m2', [2_600, 2_650], '2', 11),
      seen('m1', [2_700, 2_750], '1', 10),
    ).verdict,
  ).toBe('fail');
});

test('an object that an acknowledged write made is not "not found", nor missing in a list', () => {
  expect(judged(created, seen('m1', [2_600, 2_650], undefined)).verdict).toBe('fail');
  expect(judged(created, finalList('m1', {})).verdict).toBe('fail');
  const removed = write(['remove', 'a'], 'm2', [2_500, 2_550]);
  expect(judged(created, removed, finalList('m1', {})).verdict).toBe('pass');
});

test('versions that go back, and two updates of one version, break it; versions that the swarm itself moved on do not', () => {
  expect(
    judged(created, seen('m1', [2_600, 2_650], '1', 10), seen('m2', [2_700, 2_750], '1', 12)),
  ).toMatchObject({ verdict: 'pass' });
  expect(
    judged(created, seen('m1', [2_600, 2_650], '1', 12), seen('m2', [2_700, 2_750], '1', 10))
      .verdict,
  ).toBe('fail');
  expect(
    judged(
      created,
      write(['update', 'a', '2', 10], 'm2', [2_500, 2_550]),
      write(['update', 'a', '3', 10], 'm1', [2_600, 2_650]),
    ).verdict,
  ).toBe('fail');
});

test('a register that clients put to is judged without versions', () => {
  const put = (value: string, times: readonly [number, number]) =>
    write(['put', 'a', value], 'm1', times);
  const read = (value: string | undefined, times: readonly [number, number]) =>
    operation('m2', times, { seen: [{ object: 'a', value }] });
  expect(
    judged(read(undefined, [10, 20]), put('1', [30, 40]), read('1', [2_500, 2_510])).verdict,
  ).toBe('pass');
  expect(judged(put('1', [30, 40]), put('2', [50, 60]), read('1', [2_500, 2_510])).verdict).toBe(
    'fail',
  );
});

test('says so where a bound was reached before it was known what matters', () => {
  const read = (value: number, at: number) =>
    operation('m2', [at, at + 3], { seen: [{ object: 'a', value: `${value}` }] });
  const busyWriters = Array.from({ length: 64 }, (_, nth) =>
    write(['put', 'a', `${(nth * 7) % 4}`], 'm1', [100 + nth * 20, 420 + nth * 20]),
  );
  const reads = Array.from({ length: 40 }, (_, nth) => read((nth * 3) % 4, 110 + nth * 32));
  expect(judged(...busyWriters, ...reads, read(0, 9_000), read(1, 9_010))).toMatchObject({
    verdict: 'fail',
    summary: expect.stringMatching(/reached its bound, so not all that are named may be needed$/),
  });
});

test('says nothing of objects that no operation of the run made, and is not put to the test by reads before a fault', () => {
  expect(
    judged(seen('m1', [2_600, 2_650], 'x', 3), seen('m1', [2_700, 2_750], 'y', 2)),
  ).toMatchObject({
    verdict: 'pass',
    tested: false,
  });
  expect(judged(created, seen('m1', [1_100, 1_150], '1', 10))).toMatchObject({
    verdict: 'pass',
    tested: false,
  });
});

test('a run of more calls than are judged is unknown', () => {
  const looks = Array.from({ length: 1_000_000 }, () => ({ object: 'a', value: '1', version: 10 }));
  expect(judged(created, operation('m1', [2_000, 2_001], { seen: looks })).verdict).toBe('unknown');
});

const refused = { outcome: 'rejected', decided: true } as const;

describe('a refusal is a look', () => {
  const found = (version: number, times: readonly [number, number]) =>
    seen('m2', times, '1', version);
  const stale = (version: number, times: readonly [number, number]) =>
    write(['update', 'a', '2', version], 'm1', times, refused);

  test('"out of sequence" is right where the version is another one by then', () => {
    const rival = write(['update', 'a', '3', 10], 'm2', [2_490, 2_550]);
    expect(
      judged(created, found(10, [2_400, 2_410]), rival, stale(10, [2_500, 2_560])).verdict,
    ).toBe('pass');
    // The swarm itself may have written the object.
    expect(
      judged(
        created,
        found(10, [2_400, 2_410]),
        stale(10, [2_500, 2_560]),
        found(11, [2_600, 2_610]),
      ).verdict,
    ).toBe('pass');
  });

  test('"out of sequence" is wrong where the version is shown before and afterwards', () => {
    expect(
      judged(
        created,
        found(10, [2_400, 2_410]),
        stale(10, [2_500, 2_560]),
        found(10, [2_600, 2_610]),
      ),
    ).toMatchObject({
      verdict: 'fail',
      moments: expect.arrayContaining([
        expect.objectContaining({
          text: expect.stringContaining('update a at version 10 to "2" → refused, out of sequence'),
        }),
      ]),
    });
  });

  test('"out of sequence" is wrong where an update of that version is acknowledged afterwards', () => {
    const later = write(['update', 'a', '3', 10], 'm2', [2_600, 2_650]);
    expect(
      judged(created, found(10, [2_400, 2_410]), stale(10, [2_500, 2_560]), later).verdict,
    ).toBe('fail');
    expect(
      judged(created, found(10, [2_400, 2_410]), stale(10, [2_500, 2_660]), later).verdict,
    ).toBe('pass');
  });

  test('a version that is not there yet may be refused, and come later', () => {
    expect(judged(created, stale(10, [2_500, 2_560]), found(10, [2_600, 2_610])).verdict).toBe(
      'pass',
    );
  });

  test('a name that is taken is that of an object that is there', () => {
    const taken = (times: readonly [number, number]) =>
      write(['create', 'a', '9'], 'm1', times, refused);
    const removed = write(['remove', 'a'], 'm2', [2_500, 2_550]);
    expect(judged(created, taken([2_400, 2_410])).verdict).toBe('pass');
    expect(judged(created, removed, taken([2_540, 2_560])).verdict).toBe('pass');
    expect(judged(created, removed, taken([2_560, 2_570])).verdict).toBe('fail');
    expect(judged(taken([500, 510]), created).verdict).toBe('fail');
    const ambiguous = write(['create', 'a', '2'], 'm1', [400, 410], {
      outcome: 'unknown',
      decided: false,
    });
    expect(judged(ambiguous, taken([2_400, 2_410])).verdict).toBe('pass');
  });

  test('a change that is not allowed shows that the object is there, at whatever version', () => {
    const change = (times: readonly [number, number]) =>
      write(['update', 'a', '2', 10], 'm1', times, { ...refused, output: { status: 501 } });
    const around = [found(10, [2_400, 2_410]), found(10, [2_600, 2_610])] as const;
    expect(judged(created, around[0], change([2_500, 2_560]), around[1]).verdict).toBe('pass');
    const removed = write(['remove', 'a'], 'm2', [2_500, 2_550]);
    expect(judged(created, removed, change([2_560, 2_570]))).toMatchObject({
      verdict: 'fail',
      moments: expect.arrayContaining([
        expect.objectContaining({
          text: expect.stringContaining('update a to "2" → refused, it cannot become that'),
        }),
      ]),
    });
  });

  test('but not where it rests on nothing replicated, or says that the object is gone', () => {
    const locked = write(['create', 'a', '9'], 'm1', [500, 510], {
      outcome: 'rejected',
      decided: false,
    });
    expect(judged(locked, created).verdict).toBe('pass');
    const removed = write(['remove', 'a'], 'm2', [2_500, 2_550]);
    const gone = { ...refused, seen: [{ object: 'a', value: undefined }] };
    const late = write(['update', 'a', '2', 10], 'm1', [2_560, 2_570], gone);
    expect(judged(created, removed, late).verdict).toBe('pass');
    expect(judged(created, late).verdict).toBe('fail');
  });
});

describe('what was there before the run', () => {
  const before = (times: readonly [number, number], version = 10) =>
    seen('m1', times, 'as it was', version);
  const update = write(['update', 'a', '2', 10], 'm2', [2_500, 2_550]);

  test('may show anything at first, and then only that, until a write', () => {
    const right = [before([1_000, 1_010]), before([2_000, 2_010]), update];
    expect(judged(...right, seen('m3', [2_600, 2_610], '2', 11)).verdict).toBe('pass');
    expect(judged(...right, before([2_600, 2_610])).verdict).toBe('fail');
    const other = seen('m3', [2_100, 2_110], 'changed by nobody', 10);
    expect(judged(...right, other).verdict).toBe('fail');
  });

  test('shows no write that was not asked for yet, and is not missed in a list of what clients make', () => {
    expect(judged(seen('m3', [2_000, 2_010], '2', 10), update).verdict).toBe('fail');
    expect(judged(before([1_000, 1_010]), update, finalList('m1', {})).verdict).toBe('pass');
  });

  test('has a version that moves on by itself, and refuses an older one only', () => {
    const stale = (times: readonly [number, number]) =>
      write(['update', 'a', '3', 10], 'm1', times, refused);
    const first = before([1_000, 1_010]);
    expect(judged(first, stale([2_000, 2_010]), before([2_100, 2_110], 12)).verdict).toBe('pass');
    expect(judged(first, stale([2_000, 2_010]), before([2_100, 2_110], 10)).verdict).toBe('fail');
    expect(judged(first, stale([2_000, 2_010]), update).verdict).toBe('fail');
    expect(judged(first, update, stale([2_600, 2_610])).verdict).toBe('pass');
  });
});

describe('what a write renews', () => {
  const renewal = (
    times: readonly [number, number],
    to: 'a new value' | 'nothing',
    given: Partial<Operation> = {},
  ) =>
    operation('m1', times, {
      effect: 'write',
      operation: 'swarm.rotate',
      intent: {
        object: 'swarm',
        act: 'update',
        value: `by ${times[0]}`,
        version: times[0],
        renews: { object: 'key', to },
      },
      ...given,
    });
  const key = (value: string | undefined, times: readonly [number, number]) =>
    operation('m2', times, { seen: [{ object: 'key', value }] });
  const first = key('k1', [1_000, 1_010]);
  const unknown = { outcome: 'unknown', decided: false } as const;

  test('is another one afterwards, and stays that', () => {
    const rotated = [first, renewal([2_000, 2_010], 'a new value')];
    expect(judged(...rotated, key('k2', [2_100, 2_110])).verdict).toBe('pass');
    expect(judged(...rotated, key('k1', [2_005, 2_020])).verdict).toBe('pass');
    expect(judged(...rotated, key('k1', [2_100, 2_110]))).toMatchObject({
      verdict: 'fail',
      summary: expect.stringContaining('"key": read → "k1"'),
    });
    expect(judged(...rotated, key(undefined, [2_100, 2_110])).verdict).toBe('fail');
    expect(judged(...rotated, key('k2', [2_100, 2_110]), key('k3', [2_200, 2_210])).verdict).toBe(
      'fail',
    );
  });

  test('is gone once it is taken away, and does not return', () => {
    const off = [first, renewal([2_000, 2_010], 'nothing')];
    expect(judged(...off, key(undefined, [2_100, 2_110])).verdict).toBe('pass');
    expect(judged(...off, key('k1', [2_100, 2_110])).verdict).toBe('fail');
    const on = renewal([2_200, 2_210], 'a new value');
    expect(judged(...off, on, key('k2', [2_300, 2_310])).verdict).toBe('pass');
    expect(judged(...off, on, key('k1', [2_300, 2_310])).verdict).toBe('fail');
  });

  test('may have changed, or not, where nobody saw the end; not by a refusal', () => {
    const maybe = [first, renewal([2_000, 2_010], 'a new value', unknown)];
    expect(judged(...maybe, key('k1', [2_100, 2_110])).verdict).toBe('pass');
    expect(judged(...maybe, key('k2', [2_100, 2_110])).verdict).toBe('pass');
    expect(judged(...maybe, key('k2', [2_100, 2_110]), key('k1', [2_200, 2_210])).verdict).toBe(
      'fail',
    );
    const never = [first, renewal([2_000, 2_010], 'a new value', refused)];
    expect(judged(...never, key('k2', [2_100, 2_110])).verdict).toBe('fail');
  });
});
