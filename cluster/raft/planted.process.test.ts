/** Each of these bugs, planted in a copy of the sources, must be noticed by the trials; the sources themselves must not be. */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';

/** `file`: below `cluster/`. */
type Patch = { readonly file: string; readonly find: string; readonly replace: string };

type Planted = {
  readonly bug: string;
  /** What the violation must speak of. */
  readonly noticedAs: RegExp;
  /** Tried first: a seed that noticed it once, where that takes some hundreds. */
  readonly seed?: number;
  /** Bugs of the log need the real one. */
  readonly disk?: 'model' | 'log';
  readonly patches: readonly Patch[];
};

/** Trials until one notices. Most bugs need a handful; the rarest some thousands. */
const seedsMax = 10_000;

const planted: readonly Planted[] = [
  {
    bug: 'a member votes twice in one term',
    noticedAs: /election safety|before it is durable/,
    patches: [
      {
        file: 'raft/election.ts',
        find: 'state.votedFor === undefined || state.votedFor === request.from',
        replace: 'true',
      },
    ],
  },
  {
    bug: 'a duplicated vote counts twice',
    noticedAs: /election safety|leader completeness|state machine safety/,
    patches: [
      {
        file: 'raft/election.ts',
        find: 'state.granted.add(response.from);',
        replace: 'state.granted.add(`${response.from}${state.granted.size}`);',
      },
    ],
  },
  {
    bug: 'a vote of an earlier term counts',
    seed: 800,
    noticedAs: /election safety/,
    patches: [
      {
        file: 'raft/receiving.ts',
        find: 'if (message.term < state.term) {',
        replace: "if (message.term < state.term && message.type !== 'vote-response') {",
      },
      {
        file: 'raft/election.ts',
        find: 'if (response.term !== (pre ? state.term + 1 : state.term)) return;',
        replace: '',
      },
    ],
  },
  {
    bug: 'a candidate that steps down forgets its vote',
    noticedAs: /election safety|before it is durable/,
    patches: [
      {
        file: 'raft/roles.ts',
        find: 'if (term !== state.term) {',
        replace: "if (term !== state.term || state.role === 'candidate') {",
      },
    ],
  },
  {
    bug: 'answers go out before they are durable',
    noticedAs: /before it is durable/,
    patches: [
      {
        file: 'raft/outbox.ts',
        find: 'if (dirty(state)) state.held',
        replace: 'if (false) state.held',
      },
    ],
  },
  {
    bug: 'a candidate asks for votes before its own is durable',
    noticedAs: /before it is durable/,
    patches: [
      {
        file: 'raft/election.ts',
        find: 'if (pre) send(state, request);',
        replace: 'if (state.term > 0) send(state, request);',
      },
    ],
  },
  {
    bug: 'votes go to candidates with an older log',
    noticedAs: /leader completeness|state machine safety|applies \d+ behind/,
    patches: [
      {
        file: 'raft/election.ts',
        find: 'request.lastTerm > state.log.lastTerm ||',
        replace: 'request.lastTerm > 0 ||',
      },
    ],
  },
  {
    bug: 'half of the voters are a quorum',
    noticedAs: /election safety|state machine safety|leader completeness|stale read/,
    patches: [
      {
        file: 'raft/membership.ts',
        find: '(state.voters >> 1) + 1',
        replace: '(state.voters + 1) >> 1',
      },
    ],
  },
  {
    bug: 'learners count for commit',
    noticedAs: /leader completeness|state machine safety/,
    patches: [
      {
        file: 'raft/commitment.ts',
        find: 'if (peer.voter && peer.match >= index) count += 1;',
        replace: 'if (peer.match >= index) count += 1;',
      },
    ],
  },
  {
    bug: 'entries of earlier terms are committed by counting',
    noticedAs: /leader completeness|state machine safety|stale read/,
    patches: [
      {
        file: 'raft/commitment.ts',
        find: 'index <= state.commit || state.log.term(index) !== state.term',
        replace: 'index <= state.commit',
      },
    ],
  },
  {
    bug: 'the leader counts what it has not made durable itself',
    noticedAs: /leader completeness|state machine safety|acknowledged/,
    patches: [
      {
        file: 'raft/commitment.ts',
        find: 'let count = state.selfVotes && state.stable >= index ? 1 : 0;',
        replace: 'let count = state.selfVotes ? 1 : 0;',
      },
    ],
  },
  {
    bug: 'a late append cuts off what matches',
    noticedAs: /./,
    patches: [
      {
        file: 'raft/following.ts',
        find: 'if (known === entry.term) continue;',
        replace: 'if (known === entry.term && entry.index < last) continue;',
      },
    ],
  },
  {
    bug: 'commit goes back',
    noticedAs: /./,
    patches: [
      {
        file: 'raft/following.ts',
        find: 'state.commit = Math.max(state.commit, Math.min(request.commit, last));',
        replace: 'state.commit = Math.min(request.commit, last);',
      },
    ],
  },
  {
    bug: 'an append from before a compaction is taken for new',
    noticedAs: /./,
    patches: [
      {
        file: 'raft/following.ts',
        find: 'if (entry.index <= state.commit) continue;',
        replace: '',
      },
      {
        file: 'raft/following.ts',
        find: 'if (last <= state.commit) {',
        replace: 'if (last < 0) {',
      },
    ],
  },
  {
    bug: 'a leader changes the membership before it has committed anything',
    seed: 728,
    noticedAs: /election safety|leader completeness|state machine safety/,
    patches: [
      {
        file: 'raft/membership.ts',
        find: "if (!state.caughtUp) return 'the leader has not committed an entry of its own term yet';",
        replace: '',
      },
    ],
  },
  {
    bug: 'two changes of the membership at a time',
    noticedAs: /election safety|leader completeness|state machine safety|nobody leads/,
    patches: [
      {
        file: 'raft/membership.ts',
        find: 'if ((state.configurations.at(-1)?.index ?? 0) > state.commit)',
        replace: 'if (state.commit < 0)',
      },
    ],
  },
  {
    bug: 'a configuration that was cut off stays in force',
    noticedAs: /./,
    patches: [
      {
        file: 'raft/membership.ts',
        find: 'while ((configurations.at(-1)?.index ?? 0) >= index) configurations.pop();',
        replace: '',
      },
    ],
  },
  {
    bug: 'a snapshot carries a later membership than its index',
    noticedAs: /./,
    patches: [
      {
        file: 'raft/snapshotting.ts',
        find: 'membership: membershipAt(state, index)',
        replace: 'membership: state.membership',
      },
    ],
  },
  {
    bug: 'a leader answers reads without asking whether it still leads',
    noticedAs: /stale read/,
    patches: [
      {
        file: 'raft/reads.ts',
        find: 'return count >= quorum(state);',
        replace: 'return count >= 0;',
      },
    ],
  },
  {
    bug: 'an older round confirms a later read',
    noticedAs: /stale read/,
    patches: [
      { file: 'raft/reads.ts', find: 'peer.ackedRound >= round', replace: 'peer.ackedRound >= 1' },
    ],
  },
  {
    bug: 'reads are answered before the leader has committed an entry of its term',
    noticedAs: /stale read/,
    patches: [
      { file: 'raft/reads.ts', find: ' || !state.caughtUp) return;', replace: ') return;' },
      {
        file: 'raft/reads.ts',
        find: 'if (state.waitingReads.length > 0 && state.caughtUp)',
        replace: 'if (state.waitingReads.length > 0)',
      },
    ],
  },
  {
    bug: 'the commit hint runs ahead of what is durable',
    seed: 2_969,
    noticedAs: /./,
    patches: [
      {
        file: 'raft/outbox.ts',
        find: 'commit: Math.min(state.commit, state.stable)',
        replace: 'commit: state.commit',
      },
    ],
  },
  {
    bug: 'what was cut off still counts as durable',
    noticedAs: /./,
    patches: [
      {
        file: 'raft/outbox.ts',
        find: 'state.unstableFrom = Math.min(state.unstableFrom, index);',
        replace: '',
      },
    ],
  },
  {
    bug: 'a deposed leader says of its proposals that they did not happen',
    noticedAs: /was refused/,
    patches: [
      {
        file: 'raft/roles.ts',
        find: "answerProposal(state, { proposal, result: 'lost' });",
        replace: "answerProposal(state, { proposal, result: 'refused', why: '' });",
      },
    ],
  },
  {
    bug: 'a lost chunk of a snapshot is never sent again',
    noticedAs: /after the heal/,
    patches: [
      {
        file: 'raft/snapshot-sending.ts',
        find: 'if (arrived || missing)',
        replace: 'if (arrived)',
      },
    ],
  },
  {
    bug: 'a member taken out by an unfinished change no longer stands for election',
    noticedAs: /nobody leads/,
    patches: [
      {
        file: 'raft/membership.ts',
        find: 'return (last?.index ?? 0) > commit && votesIn(configurations.at(-2), id);',
        replace: 'return false;',
      },
    ],
  },
  {
    bug: 'the log does not say that it begins anew behind a snapshot',
    disk: 'log',
    noticedAs: /the log does not open|no crash can have left|does not follow/,
    patches: [{ file: 'log/writer.ts', find: 'if (!met) this.#resetTo = snapshot;', replace: '' }],
  },
  {
    bug: 'a new segment does not begin with the hard state',
    disk: 'log',
    noticedAs: /the log does not open|no crash can have left/,
    patches: [
      {
        file: 'log/writer.ts',
        find: 'if (journal.hardState !== undefined) this.#writeHardState(journal.hardState);',
        replace: '',
      },
      {
        file: 'log/writer.ts',
        find: 'const current = hardState ?? (snapshot === undefined ? undefined : this.#journal.hardState);',
        replace: 'const current = snapshot === undefined ? hardState : undefined;',
      },
    ],
  },
  {
    bug: 'segments are removed before the snapshot that replaces them is written',
    disk: 'log',
    noticedAs: /the log does not open|no crash can have left/,
    patches: [
      {
        file: 'log/writer.ts',
        find: "operations.push({ op: 'remove', file });",
        replace: "operations.unshift({ op: 'remove', file });",
      },
    ],
  },
  {
    bug: 'an overwritten suffix is not cut off on disk',
    disk: 'log',
    noticedAs: /the log does not open|no crash can have left/,
    patches: [
      {
        file: 'log/writer.ts',
        find: "this.#record('truncate', index, { term, payload: noPayload });",
        replace: '',
      },
    ],
  },
  {
    bug: 'a record that a crash cut short is left where it is',
    disk: 'log',
    noticedAs: /the log does not open|no crash can have left/,
    patches: [
      {
        file: 'log/replay.ts',
        find: "reading.repairs.push({ op: 'truncate', file, length: end });",
        replace: '',
      },
    ],
  },
  {
    bug: 'a nonce is used again',
    disk: 'log',
    noticedAs: /a nonce is used twice/,
    patches: [{ file: 'log/nonces.ts', find: 'this.#counter += 1;', replace: '' }],
  },
];

const run = promisify(execFile);

/** A copy of consensus and its log, as sources; gone with the scope. */
const copySources = async (): Promise<AsyncDisposable & { readonly folder: string }> => {
  const folder = await mkdtemp(join(tmpdir(), 'planted-'));
  // Both rooms, and what lies beside all rooms.
  const beside = (await readdir(join(__dirname, '..'))).filter((name) => name.endsWith('.ts'));
  for (const part of ['raft', 'log', ...beside])
    await cp(join(__dirname, '..', part), join(folder, part), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  return {
    folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
};

const plant = async (folder: string, { file, find, replace }: Patch): Promise<void> => {
  const path = join(folder, file);
  const source = await readFile(path, 'utf8');
  expect(source.split(find)).toHaveLength(2);
  await writeFile(
    path,
    source.replace(find, () => replace),
  );
};

/** The first violation among the trials, or an empty text. */
const firstViolation = async (
  folder: string,
  seeds: { readonly first: number; readonly max: number; readonly disk: 'model' | 'log' },
): Promise<string> => {
  const trial = pathToFileURL(join(folder, 'raft/testing/trial.ts')).href;
  const script = `
    const { runTrial } = await import(${JSON.stringify(trial)});
    const told = (seed) => {
      try {
        return runTrial(seed, ${JSON.stringify(seeds.disk)}).violation;
      } catch (error) {
        return 'it throws: ' + error.message;
      }
    };
    for (let tried = 0; tried < ${seeds.max}; tried += 1) {
      const seed = tried === 0 ? ${seeds.first} : tried;
      const violation = told(seed);
      if (violation !== undefined) {
        console.log('seed ' + seed + ': ' + violation);
        break;
      }
    }`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script]);
  return stdout.trim();
};

describe('the trials notice', () => {
  test.each(planted)('$bug', async ({ patches, noticedAs, seed = 1, disk = 'model' }) => {
    await using copy = await copySources();
    for (const patch of patches) await plant(copy.folder, patch);
    expect(await firstViolation(copy.folder, { first: seed, max: seedsMax, disk })).toMatch(
      noticedAs,
    );
  });
});

test.each(['model', 'log'] as const)(
  'the trials find nothing in the sources as they are (disk: %s)',
  async (disk) => {
    await using copy = await copySources();
    expect(await firstViolation(copy.folder, { first: 1, max: 200, disk })).toBe('');
  },
);
