import { describe, expect, test } from '@jest/globals';
import type { DiskOperation, Random } from '../ports.ts';
import type { Entry, HardState, RaftPersist, Snapshot } from '../raft/types.ts';
import { emptyImage, stagesOf } from '../raft/testing/image.ts';
import type { Image } from '../raft/testing/image.ts';
import { openLog } from './log.ts';
import { createToyCipher } from './testing/cipher.ts';
import { afterCrash, carryOut, crashPoints } from './testing/folder.ts';
import type { Folder } from './testing/folder.ts';
import type { DataKey, Log, RecoveredLog } from './types.ts';

let draws = 0;
/** A new nonce prefix each boot, as chance would have it. */
const random: Random = {
  integer: () => 0,
  bytes: (_purpose, length) => {
    draws += 1;
    return Uint8Array.from({ length }, (_, at) => draws >>> (8 * at));
  },
};

const keyOf = (epoch: number): DataKey => ({ epoch, key: new Uint8Array(32).fill(epoch) });

const membership = {
  members: [{ id: 'm1', nodeId: 'n1', address: 'a:1', voter: true }],
  removed: ['m0'],
};

const data = (index: number, term: number, text = `entry ${index}`): Entry => ({
  index,
  term,
  kind: 'data',
  data: new TextEncoder().encode(text),
});
const noop = (index: number, term: number): Entry => ({ index, term, kind: 'noop' });
const config = (index: number, term: number): Entry => ({
  index,
  term,
  kind: 'config',
  membership,
});

const hard = (term: number, votedFor: string | undefined, commit = 0): HardState => ({
  term,
  votedFor,
  commit,
});

const snapshot = (index: number, term: number): Snapshot => ({
  index,
  term,
  membership,
  hash: 4_000_000_000 + index,
  data: new TextEncoder().encode(`state at ${index}`),
});

type Part = {
  readonly hardState?: HardState;
  readonly snapshot?: Snapshot;
  readonly entries?: readonly Entry[];
};

const persistOf = (sequence: number, part: Part): RaftPersist => ({
  sequence,
  hardState: part.hardState,
  snapshot: part.snapshot,
  entries: part.entries ?? [],
});

const cipher = createToyCipher();

const open = (files: Folder, keys = [keyOf(1)], segmentBytesMax = 1 << 20): RecoveredLog =>
  openLog({ files, keys, cipher, random, segmentBytesMax });

const opened = (
  files: Folder,
  keys = [keyOf(1)],
  segmentBytesMax = 1 << 20,
): RecoveredLog & { ok: true } => {
  const recovered = open(files, keys, segmentBytesMax);
  if (!recovered.ok) throw new Error(recovered.message);
  return recovered;
};

const refusal = (recovered: RecoveredLog): string => (recovered.ok ? '' : recovered.message);

const imageOf = ({ hardState, snapshot: taken, entries }: RecoveredLog & { ok: true }): Image => ({
  hardState,
  snapshot: taken,
  entries,
});

const write = (files: Folder, log: Log, persist: RaftPersist): void => {
  for (const operation of log.persist(persist)) carryOut(files, operation);
};

const written = (parts: readonly Part[], segmentBytesMax?: number): Folder => {
  const files: Folder = new Map();
  const { log } = opened(files, [keyOf(1)], segmentBytesMax);
  parts.forEach((part, at) => {
    write(files, log, persistOf(at + 1, part));
  });
  return files;
};

const names = (files: Folder): string[] => [...files.keys()].sort();

/** Each is what a member lived through, persist by persist. */
const lives: readonly { readonly life: string; readonly parts: readonly Part[] }[] = [
  {
    life: 'votes, entries of every kind, another vote',
    parts: [
      { hardState: hard(1, undefined), entries: [config(1, 1)] },
      { hardState: hard(2, 'm1', 1) },
      { entries: [noop(2, 2), data(3, 2), data(4, 2)] },
      { hardState: hard(3, 'm2', 4), entries: [noop(5, 3)] },
    ],
  },
  {
    life: 'a suffix replaced by a shorter one, and by a longer one',
    parts: [
      { hardState: hard(1, 'm1'), entries: [noop(1, 1), data(2, 1), data(3, 1), data(4, 1)] },
      { hardState: hard(2, 'm2'), entries: [noop(3, 2)] },
      { hardState: hard(3, undefined), entries: [noop(2, 3), data(3, 3), data(4, 3)] },
      { entries: [data(5, 3)] },
    ],
  },
  {
    life: 'snapshots of its own, with entries behind them',
    parts: [
      { hardState: hard(1, 'm1'), entries: [noop(1, 1), data(2, 1), data(3, 1), data(4, 1)] },
      { hardState: hard(1, 'm1', 3), snapshot: snapshot(3, 1), entries: [data(5, 1)] },
      { entries: [data(6, 1)] },
      { hardState: hard(1, 'm1', 6), snapshot: snapshot(6, 1) },
      { entries: [data(7, 1)] },
    ],
  },
  {
    life: 'a snapshot that goes beyond what was written',
    parts: [
      { hardState: hard(1, 'm1'), entries: [noop(1, 1), data(2, 1)] },
      { hardState: hard(1, 'm1', 2), snapshot: snapshot(5, 1), entries: [data(6, 1), data(7, 1)] },
      { entries: [data(8, 1)] },
    ],
  },
  {
    life: 'a snapshot installed over another log, longer than the snapshot',
    parts: [
      { hardState: hard(1, 'm1'), entries: [noop(1, 1), data(2, 1), data(3, 1), data(4, 1)] },
      { hardState: hard(4, undefined), snapshot: snapshot(3, 4) },
      { entries: [data(4, 4), data(5, 4)] },
      { hardState: hard(5, 'm3', 5), entries: [noop(5, 5)] },
    ],
  },
  {
    life: 'a snapshot installed on an empty log, then another one',
    parts: [
      { hardState: hard(4, undefined), snapshot: snapshot(10, 3) },
      { entries: [data(11, 4)] },
      { hardState: hard(6, undefined), snapshot: snapshot(20, 5), entries: [noop(21, 6)] },
    ],
  },
];

describe.each(lives)('after $life', ({ parts }) => {
  test.each([150, 300, 1 << 20])(
    'the log gives back what was persisted, in segments of %i bytes',
    (size) => {
      const files: Folder = new Map();
      let { log } = opened(files, [keyOf(1)], size);
      let image = emptyImage;
      parts.forEach((part, at) => {
        const persist = persistOf(at + 1, part);
        write(files, log, persist);
        image = stagesOf(image, persist).at(-1) ?? image;
        const recovered = opened(files, [keyOf(1)], size);
        expect(imageOf(recovered)).toEqual(image);
        expect(recovered.repairs).toEqual([]);
        log = recovered.log;
      });
    },
  );

  test.each([150, 1 << 20])(
    'a crash at any byte leaves a prefix of the persist, and the log goes on from there (segments of %i bytes)',
    (size) => {
      const files: Folder = new Map();
      const { log } = opened(files, [keyOf(1)], size);
      let image = emptyImage;
      parts.forEach((part, at) => {
        const persist = persistOf(at + 1, part);
        const operations = log.persist(persist);
        const stages = stagesOf(image, persist).map((stage) => JSON.stringify(stage));
        let reached = 0;
        for (const point of crashPoints(operations)) {
          const left = afterCrash(files, operations, point);
          const recovered = opened(left, [keyOf(1)], size);
          const text = JSON.stringify(imageOf(recovered));
          reached = stages.indexOf(text, reached);
          if (reached < 0) throw new Error(`nothing that could be left after ${point.bytes} bytes`);
          if (point.bytes % 16 === 0) goesOn(left, recovered, size);
        }
        expect(reached).toBe(stages.length - 1);
        for (const operation of operations) carryOut(files, operation);
        image = stagesOf(image, persist).at(-1) ?? image;
      });
    },
  );
});

/** Repairs may be cut short as well; afterwards new records follow, and everything is there at the next boot. */
const goesOn = (files: Folder, recovered: RecoveredLog & { ok: true }, size: number): void => {
  const image = imageOf(recovered);
  for (const point of crashPoints(recovered.repairs))
    holds(afterCrash(files, recovered.repairs, point), size, image);
  const repaired: Folder = new Map(files);
  for (const repair of recovered.repairs) carryOut(repaired, repair);
  const last = image.entries.at(-1)?.index ?? image.snapshot?.index ?? 0;
  const next = persistOf(1, { hardState: hard(9, 'm9', last), entries: [data(last + 1, 9)] });
  write(repaired, recovered.log, next);
  holds(repaired, size, stagesOf(image, next).at(-1));
};

/** Compared as text: there are tens of thousands of these, and `expect` takes its time. */
const holds = (files: Folder, size: number, image: Image | undefined): void => {
  const found = imageOf(opened(files, [keyOf(1)], size));
  if (JSON.stringify(found) !== JSON.stringify(image)) expect(found).toEqual(image);
};

describe('an incomplete last record', () => {
  test('is cut off, and a note says where', () => {
    const files = written([{ entries: [noop(1, 1), data(2, 1)] }]);
    const [file] = names(files);
    const bytes = files.get(file ?? '') ?? new Uint8Array(0);
    files.set(file ?? '', bytes.slice(0, -1));
    const recovered = opened(files);
    expect(recovered.entries).toEqual([noop(1, 1)]);
    expect(recovered.notes).toEqual([
      'raft/wal/0000000000000001-0000000000000001-0000000000000001.log, offset 101: 63 bytes of an incomplete record cut off',
    ]);
    expect(recovered.repairs).toEqual([{ op: 'truncate', file, length: 101 }]);
  });

  test('in a segment that another one follows is fatal', () => {
    const files = written([{ entries: [noop(1, 1), data(2, 1)] }, { entries: [data(3, 1)] }], 170);
    const [file = ''] = names(files);
    const bytes = files.get(file) ?? new Uint8Array(0);
    expect(names(files).length).toBeGreaterThan(1);
    for (let length = 45; length < bytes.length; length += 1) {
      files.set(file, bytes.slice(0, length));
      expect(refusal(open(files))).toContain(file);
    }
  });
});

describe('damage is fatal, and the message names file and offset', () => {
  const parts: readonly Part[] = [
    { hardState: hard(1, 'm1'), entries: [config(1, 1), noop(2, 1), data(3, 1)] },
    { hardState: hard(2, 'm2', 3), snapshot: snapshot(3, 1), entries: [data(4, 1)] },
    { hardState: hard(3, 'm3', 4), entries: [noop(5, 3)] },
  ];

  test('wherever one bit flips', () => {
    const files = written(parts, 200);
    expect(names(files).length).toBeGreaterThan(2);
    let flips = 0;
    for (const [file, bytes] of [...files])
      for (let at = 0; at < bytes.length; at += 1) {
        const flipped = bytes.slice();
        flipped[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
        const message = refusal(open(new Map([...files, [file, flipped]])));
        expect(message).toMatch(new RegExp(`^${file}, offset \\d+: `));
        flips += 1;
      }
    expect(flips).toBeGreaterThan(500);
  });

  test('where a segment is missing', () => {
    const files = written(
      [{ entries: [noop(1, 1)] }, { entries: [data(2, 1)] }, { entries: [data(3, 1)] }],
      60,
    );
    const [first = '', second = '', third = ''] = names(files);
    const without = (file: string): string =>
      refusal(open(new Map([...files].filter(([name]) => name !== file))));
    expect(without(first)).toBe(
      'raft/wal: the log begins at entry 2 and no snapshot holds what was before it',
    );
    expect(without(second)).toBe(
      `${third}, offset 0: the segment before it is missing; ${first} was found`,
    );
  });

  test('where the snapshot is missing', () => {
    const files = written(parts, 200);
    const kept = [...files].filter(([name]) => !name.endsWith('.snap'));
    expect(refusal(open(new Map(kept)))).toMatch(/no snapshot holds what was before it/);
  });

  test('where a segment or a snapshot was renamed', () => {
    const files = written(parts);
    expect(files.size).toBeGreaterThan(1);
    for (const [name, bytes] of files) {
      const renamed = name.replace('0000000000000001', '0000000000000009');
      const moved = new Map([...files, [renamed, bytes]]);
      moved.delete(name);
      expect(refusal(open(moved))).toBe(`${renamed}, offset 0: its header belongs to ${name}`);
    }
  });

  test('where the key is another one', () => {
    const files = written([{ entries: [noop(1, 1)] }]);
    const wrong: DataKey = { epoch: 1, key: new Uint8Array(32).fill(99) };
    expect(refusal(open(files, [wrong]))).toMatch(
      /^raft\/wal\/.*\.log, offset 44: a record cannot be read: the key of epoch 1 does not open it$/,
    );
    expect(refusal(open(files, [keyOf(2)]))).toMatch(/its key, of epoch 1, is not known$/);
  });

  test('where there is no key at all', () => {
    expect(refusal(open(new Map(), []))).toBe('raft: there is no key to write the log under');
  });
});

describe('what a snapshot holds goes', () => {
  test('segments and the snapshot before it are removed, after it and the new records are written', () => {
    const files: Folder = new Map();
    const { log } = opened(files, [keyOf(1)], 100);
    write(
      files,
      log,
      persistOf(1, { hardState: hard(1, 'm1'), entries: [noop(1, 1), data(2, 1)] }),
    );
    write(files, log, persistOf(2, { hardState: hard(1, 'm1', 1), snapshot: snapshot(1, 1) }));
    const operations = log.persist(
      persistOf(3, {
        hardState: hard(1, 'm1', 2),
        snapshot: snapshot(2, 1),
        entries: [data(3, 1)],
      }),
    );
    const order = operations.map(({ op }: DiskOperation) => op).join(' ');
    expect(order).toMatch(/^write (append )+(remove )+remove$/);
    for (const operation of operations) carryOut(files, operation);
    expect(names(files).filter((name) => name.endsWith('.snap'))).toEqual([
      'raft/snap/0000000000000001-0000000000000002.snap',
    ]);
    expect(imageOf(opened(files)).entries).toEqual([data(3, 1)]);
  });

  test('of two snapshots that a crash left, the newer one counts and the other one is cleared away', () => {
    const files = written([{ hardState: hard(1, 'm1'), snapshot: snapshot(5, 1) }]);
    const older = written([{ hardState: hard(1, 'm1'), snapshot: snapshot(2, 1) }]);
    const [name = ''] = names(older).filter((file) => file.endsWith('.snap'));
    files.set(name, older.get(name) ?? new Uint8Array(0));
    const recovered = opened(files);
    expect(recovered.snapshot).toEqual(snapshot(5, 1));
    expect(recovered.repairs).toEqual([{ op: 'remove', file: name }]);
    expect(recovered.notes).toEqual([`${name}: removed, a newer snapshot is there`]);
  });
});

describe('keys', () => {
  test('after a rotation new records are under the new key, and the old one is needed until a snapshot passes it', () => {
    const files: Folder = new Map();
    const { log } = opened(files);
    const [old, fresh] = [keyOf(1), keyOf(2)];
    write(
      files,
      log,
      persistOf(1, { hardState: hard(1, 'm1'), entries: [noop(1, 1), data(2, 1)] }),
    );
    log.rotate(fresh);
    write(files, log, persistOf(2, { entries: [data(3, 1)] }));
    write(files, log, persistOf(3, { hardState: hard(1, 'm1', 1), snapshot: snapshot(1, 1) }));
    // Entry 2 is behind the snapshot and under the old key.
    expect(log.oldestEpoch).toBe(1);
    expect(refusal(open(files, [fresh]))).toMatch(/its key, of epoch 1, is not known/);
    expect(opened(files, [fresh, old]).entries).toEqual([data(2, 1), data(3, 1)]);
    expect(opened(files, [fresh, old]).log.oldestEpoch).toBe(1);
    write(files, log, persistOf(4, { hardState: hard(1, 'm1', 2), snapshot: snapshot(2, 1) }));
    expect(log.oldestEpoch).toBe(2);
    const recovered = opened(files, [fresh]);
    expect(recovered.entries).toEqual([data(3, 1)]);
    expect(recovered.log.oldestEpoch).toBe(2);
  });

  test('a log with nothing but its last snapshot under the old key still needs it', () => {
    const files: Folder = new Map();
    const { log } = opened(files);
    write(files, log, persistOf(1, { hardState: hard(1, 'm1'), snapshot: snapshot(4, 1) }));
    log.rotate(keyOf(2));
    write(files, log, persistOf(2, { entries: [data(5, 1)] }));
    expect(log.oldestEpoch).toBe(1);
    write(files, log, persistOf(3, { hardState: hard(1, 'm1', 5), snapshot: snapshot(5, 1) }));
    expect(log.oldestEpoch).toBe(2);
    expect(opened(files, [keyOf(2)]).snapshot).toEqual(snapshot(5, 1));
  });

  test('a boot under a newer key than the last segment begins a segment of its own', () => {
    const files = written([{ entries: [noop(1, 1)] }]);
    const { log } = opened(files, [keyOf(2), keyOf(1)]);
    write(files, log, persistOf(1, { entries: [data(2, 1)] }));
    expect(names(files)).toEqual([
      'raft/wal/0000000000000001-0000000000000001-0000000000000001.log',
      'raft/wal/0000000000000002-0000000000000002-0000000000000002.log',
    ]);
    expect(opened(files, [keyOf(2), keyOf(1)]).entries).toEqual([noop(1, 1), data(2, 1)]);
  });

  test('no payload, membership or vote can be read off the files', () => {
    const canary = 'canary-in-the-log';
    const secret = { members: [{ ...membership.members[0], nodeId: canary }], removed: [] };
    const taken: Snapshot = {
      ...snapshot(2, 1),
      membership: secret as Snapshot['membership'],
      data: new TextEncoder().encode(canary),
    };
    const files = written([
      { hardState: hard(1, canary), entries: [noop(1, 1), data(2, 1, canary)] },
      { hardState: hard(1, canary), snapshot: taken, entries: [data(3, 1, canary)] },
    ]);
    expect(files.size).toBeGreaterThan(1);
    for (const bytes of files.values())
      expect(Buffer.from(bytes).toString('latin1')).not.toContain(canary);
  });
});

test('a log that is asked for what does not follow throws, because then we are wrong', () => {
  const { log } = opened(new Map());
  expect(() => log.persist(persistOf(1, { entries: [data(2, 1)] }))).toThrow(
    'entry 2 does not follow the log, which ends at 0',
  );
});
