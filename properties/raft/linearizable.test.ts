import { expect, test } from '@jest/globals';
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
      /^m1 answers read a → "1" at 10 at 2\.650 s, .*right would have been read a → "2"/,
    ),
    moments: [
      { node: 'm2', at: 2_550 },
      { node: 'm1', at: 2_650 },
    ],
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
