import { expect, test } from '@jest/globals';
import { encodeKeyFile } from '../../../../cluster/keys/key-file.ts';
import { formatUnlockKey } from '../../../../cluster/keys/unlock-key.ts';
import { sealFile } from '../../../../cluster/node/sealed-file.ts';
import { realCipher } from '../../../../cluster/server/world.ts';
import type { Json } from '../../../../harness/core/json.ts';
import type { ProcedureResult, ProcedureStep } from '../../../../harness/core/target.ts';
import { keyFileName, tasksFile } from '../secrets.ts';
import { bytes, facts, noRandom } from '../testing/key-files.ts';
import { learnUnlockKey } from '../unlock-keys.ts';
import { lookAtDead } from './look-at-dead.ts';

const given = { cipher: realCipher, random: noRandom };
const dataKey = { epoch: 3, key: bytes(100) };
const secrets = { peerSecret: bytes(1), dataKeys: [dataKey] };
const seal = { key: bytes(50), version: 1 };
const locked = encodeKeyFile(facts, secrets, seal, given);
const open = encodeKeyFile(facts, secrets, undefined, given);
const tasks = new TextEncoder().encode('{"tasks":[]}');

/** The scan that the look ends in. */
const look = (
  files: Readonly<Record<string, Uint8Array>>,
  { scanFolders = true, knows = true } = {},
) => {
  const memory = new Map<string, Json>();
  if (knows) learnUnlockKey(memory, formatUnlockKey(seal.key));
  const procedure = lookAtDead({
    nodes: [],
    selected: ['m1'],
    args: {},
    memory,
    settings: { scanFolders },
    leader: () => undefined,
    managers: () => [],
  });
  let result: ProcedureResult = { step: 'done' };
  const steps: ProcedureStep[] = [];
  for (let step = procedure.next(result); step.done !== true; step = procedure.next(result)) {
    steps.push(step.value);
    const { value } = step;
    result =
      value.step === 'read-file' ? { step: 'file', bytes: files[value.file] } : { step: 'done' };
  }
  return steps.find((step) => step.step === 'scan');
};

test('a locked folder is searched for everything, an open one for the control alone', () => {
  const names = (file: Uint8Array) => {
    const scan = look({ [keyFileName]: file });
    const { autolock, sealed, canaries } = scan ?? {};
    return { autolock, sealed, looked: canaries?.map(({ name }) => name) };
  };
  expect(names(open)).toEqual({ autolock: false, sealed: false, looked: ['node-id'] });
  expect(names(locked)).toMatchObject({ autolock: true, sealed: true });
  expect(names(locked).looked).toEqual(
    expect.arrayContaining(['node-id', 'data-key', 'peer-secret', 'service lighthouse-']),
  );
});

test.each([
  ['in the clear', tasks, []],
  ['under the key of its epoch', sealFile(tasks, dataKey, given), []],
  ['under a key that is gone', sealFile(tasks, { epoch: 2, key: bytes(9) }, given), [tasksFile]],
  [
    'under another key of that epoch',
    sealFile(tasks, { epoch: 3, key: bytes(9) }, given),
    [tasksFile],
  ],
])('tasks that lie there %s', (_, file, unreadable) => {
  for (const keyFile of [open, locked])
    expect(look({ [keyFileName]: keyFile, [tasksFile]: file })?.unreadable).toEqual(unreadable);
});

test('without tasks nothing is unreadable, and without its key, or where nobody wants it, nothing is said', () => {
  expect(look({ [keyFileName]: open })?.unreadable).toEqual([]);
  expect(look({ [keyFileName]: locked }, { knows: false })).toBeUndefined();
  expect(look({})).toBeUndefined();
  expect(look({ [keyFileName]: open }, { scanFolders: false })).toBeUndefined();
});

test('one that dies while it becomes a worker, or turns the lock off, may leave what it was to hold in the clear, and nothing else', () => {
  const tasksKey = { epoch: 4, key: bytes(150) };
  const both = { ...secrets, dataKeys: [tasksKey, dataKey] };
  const sealed = encodeKeyFile(facts, both, seal, given);
  const asWorker = encodeKeyFile(
    { ...facts, role: 'worker', raftId: undefined },
    { ...secrets, dataKeys: [tasksKey] },
    undefined,
    given,
  );
  const lookedFor = (next: Uint8Array) => {
    const scan = look({ [keyFileName]: sealed, [`${keyFileName}.writing`]: next });
    if (scan?.step !== 'scan') throw new Error('it did not look');
    expect(scan.autolock).toBe(true);
    const has = (key: Uint8Array) =>
      scan.canaries.some(({ bytes: of }) => of.join() === key.join());
    return [has(tasksKey.key), has(dataKey.key), has(secrets.peerSecret)];
  };
  expect(lookedFor(asWorker)).toEqual([false, true, false]);
  expect(lookedFor(encodeKeyFile(facts, both, undefined, given))).toEqual([false, false, false]);
  expect(lookedFor(sealed)).toEqual([true, true, true]);
  expect(lookedFor(asWorker.slice(0, 90))).toEqual([true, true, true]);
});
