import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { historyOf } from '../../properties/linearizability/formats/index.ts';
import { checkLinearizable } from '../../properties/linearizability/index.ts';
import { seeded } from '../../properties/linearizability/testing/random.ts';
import { appending, busy, etcdLike } from './histories.ts';

/** Histories that are measured together. */
export type HistorySet = {
  readonly title: string;
  readonly model: 'cas-register' | 'kv-append';
  readonly files: readonly string[];
  /** Those that Porcupine is tried on too. */
  readonly peerFiles: readonly string[];
};

/** Writes all histories below a folder; the same ones every time. */
export function writeSets(folder: string): readonly HistorySet[] {
  const write = (set: string, texts: readonly string[]): string[] => {
    mkdirSync(join(folder, set));
    return texts.map((text, at) => {
      const file = join(folder, set, `${String(at).padStart(3, '0')}.log`);
      writeFileSync(file, text);
      return file;
    });
  };
  const both = (
    title: string,
    model: HistorySet['model'],
    files: readonly string[],
  ): HistorySet => ({
    title,
    model,
    files,
    peerFiles: files,
  });
  const unique = (clients: number, operations: number) =>
    busy(seeded(clients), { clients, operations, values: 'unique' });
  const few = (seed: number, clients: number, staleAt?: number) =>
    busy(seeded(seed), {
      clients,
      operations: 5_000,
      values: 5,
      ...(staleAt === undefined ? {} : { staleAt }),
    });
  const lying = () =>
    busy(seeded(1), { clients: 40, operations: 5_000, values: 5, wrongAt: 2_500 });
  const wrong = (clients: number) => [...wrongOnes(clients, few)];
  return [
    both(
      '100 as recorded from etcd, 5–20 clients, a fifth unknown',
      'cas-register',
      write('etcd', etcdSet()),
    ),
    both(
      '10 of texts, 10 keys, 50 clients, 1,000 operations',
      'kv-append',
      write('texts', textSet()),
    ),
    both(
      'unique values, 50 clients, 1,000 operations',
      'cas-register',
      write('unique-1000', [unique(50, 1_000)]),
    ),
    {
      ...both(
        'unique values, 50 clients, 100,000 operations',
        'cas-register',
        write('unique-50', [unique(50, 100_000)]),
      ),
      peerFiles: [],
    },
    {
      ...both(
        'unique values, 100 clients, 100,000 operations',
        'cas-register',
        write('unique-100', [unique(100, 100_000)]),
      ),
      peerFiles: [],
    },
    both(
      '5 values, 20 busy clients, 5,000 operations, right',
      'cas-register',
      write('few-right', [few(1, 20)]),
    ),
    both(
      '5 values, 20 busy clients, 5,000 operations, wrong',
      'cas-register',
      write('few-wrong', wrong(20)),
    ),
    both(
      '5 values, 40 busy clients, 5,000 operations, right',
      'cas-register',
      write('many-right', [few(1, 40)]),
    ),
    both(
      '5 values, 40 busy clients, 5,000 operations, wrong by construction',
      'cas-register',
      write('many-wrong', [lying()]),
    ),
  ];
}

/** A stale read rarely makes such a history wrong: the first of many seeds at which it does. */
function* wrongOnes(
  clients: number,
  few: (seed: number, clients: number, staleAt: number) => string,
) {
  for (let seed = 1; ; seed++) {
    const text = few(seed, clients, 2_500);
    if (verdict(text) !== 'fail') continue;
    yield text;
    return;
  }
}

/** Half of them right and half wrong, by this checker; Porcupine confirms it while measuring. */
function etcdSet(): readonly string[] {
  const chosen = { pass: [] as string[], fail: [] as string[] };
  for (let seed = 0; chosen.pass.length < 50 || chosen.fail.length < 50; seed++) {
    const random = seeded(seed);
    const clients = 5 + random.below(16);
    const operations = 60 + random.below(111);
    const stale = chosen.fail.length < 50 ? 0.6 : 0;
    const text = etcdLike(random, { clients, operations, stale: random.chance(0.5) ? stale : 0 });
    const found = verdict(text);
    if (found !== 'unknown' && chosen[found].length < 50) chosen[found].push(text);
  }
  return chosen.pass.flatMap((text, at) => [text, chosen.fail[at] ?? text]);
}

function textSet(): readonly string[] {
  return Array.from({ length: 10 }, (_, at) =>
    appending(seeded(at), {
      clients: 50,
      operations: 1_000,
      keys: 10,
      lost: at % 2 === 1 ? 0.03 : 0,
    }),
  );
}

function verdict(text: string): 'pass' | 'fail' | 'unknown' {
  const reading = { nil: 'unconstrained', failedCas: 'dropped', independent: false } as const;
  const history = historyOf(text, 'cas-register', reading);
  if ('reason' in history) throw new Error(history.reason);
  const limits = { timeoutMs: 20_000, now: () => performance.now() };
  return checkLinearizable(history.model, history.operations, limits, { explain: 'hint' }).verdict;
}
