import { describe, expect, test } from '@jest/globals';
import { decodeKeyFile, keyFileName } from '../keys/key-file.ts';
import { openLog } from '../log/log.ts';
import { chanceOf, toyCipher } from './testing/chance.ts';
import { apply } from './testing/folder.ts';
import { SmallWorld } from './testing/small-world.ts';
import type { SmallNode } from './testing/small-world.ts';
import {
  at,
  changeNode,
  expectOk,
  init,
  join,
  messageOf,
  nodesOf,
  serviceBody,
  serviceNames,
  stateOf,
  swarmOf,
  textAt,
} from './testing/swarm.ts';

const emptyRaftFolder = ({ files }: SmallNode): void => {
  for (const file of [...files.keys()]) if (file.startsWith('raft/')) files.delete(file);
};

const keyFileOf = ({ files }: SmallNode) => {
  const bytes = files.get(keyFileName);
  return bytes === undefined ? undefined : decodeKeyFile(bytes, toyCipher);
};

const raftIdOf = (world: SmallWorld, name: string): string =>
  keyFileOf(world.node(name))?.facts.raftId ?? '';

/** What the node would go on with if it took an emptied folder for a new one. */
const putEmptyLog = (node: SmallNode): void => {
  const key = keyFileOf(node);
  if (key?.state !== 'open') throw new Error('no open key file');
  const opened = openLog({
    files: new Map(),
    keys: key.secrets.dataKeys,
    cipher: toyCipher,
    random: chanceOf(99),
    segmentBytesMax: 1 << 20,
  });
  if (!opened.ok) throw new Error(opened.message);
  const hardState = { term: 0, votedFor: undefined, commit: 0 };
  const first = { sequence: 0, hardState, snapshot: undefined, entries: [] };
  for (const operation of opened.log.persist(first)) apply(node.files, operation);
};

/** Asks `of` for its vote in term 50, on behalf of `by`, and answers whether it was given. */
const votesFor = (world: SmallWorld, of: string, by: string): boolean => {
  const began = world.traffic.length;
  world.deliver(
    of,
    { nodeId: keyFileOf(world.node(by))?.facts.nodeId, address: `${by}:2377` },
    {
      type: 'raft',
      message: {
        type: 'vote-request',
        from: raftIdOf(world, by),
        to: raftIdOf(world, of),
        term: 50,
        pre: false,
        lastIndex: 1_000,
        lastTerm: 49,
        transfer: true,
      },
    },
  );
  world.run(20);
  return world.traffic.slice(began).some(({ from, to, message }) => {
    if (from !== of || to !== by || message.type !== 'raft') return false;
    return message.message.type === 'vote-response' && message.message.granted;
  });
};

describe('a manager whose raft folder was emptied while its key file survived', () => {
  const wiped = (autoLock = false): SmallWorld => {
    const world = swarmOf(3, 0, { autoLock });
    world.run(500);
    world.kill('m3');
    emptyRaftFolder(world.node('m3'));
    return world;
  };

  test('refuses to start as a member, names the folder and says what to do', () => {
    const world = wiped();
    const raftId = raftIdOf(world, 'm3');
    const before = [...world.node('m3').files.keys()];
    world.start('m3');
    world.run(1_000);
    expect(stateOf(world, 'm3')).toBe('error');
    const nodeId = textAt(nodesOf(world, 'm1').get('m3'), 'ID');
    const error = textAt(world.call('m3', 'GET', '/info').body, 'Swarm', 'Error');
    expect(error).toBe(
      `manager stopped: can't initialize raft node: raft/wal in the data folder does not hold the log of this manager, ${raftId}, ` +
        'which certificates/swarm-node.key speaks of; without it the manager could vote twice and forget what it acknowledged. ' +
        `Run "docker swarm leave --force" here, "docker node demote ${nodeId}" and "docker node rm ${nodeId}" on another manager, ` +
        'then let this node join again',
    );
    expect(world.node('m3').observations.at(-2)).toEqual({ kind: 'note', text: error });
    expect([...world.node('m3').files.keys()]).toEqual(before);
    expect(world.call('m3', 'GET', '/nodes').status).toBe(503);
  });

  test('is well again after the steps that its error names', () => {
    const world = wiped();
    world.start('m3');
    world.run(1_000);
    const nodeId = textAt(nodesOf(world, 'm1').get('m3'), 'ID');
    expectOk(world.call('m3', 'POST', '/swarm/leave?force=1'));
    world.run(3_000);
    expectOk(changeNode(world, 'm1', 'm3', { Role: 'worker' }));
    world.run(1_000);
    expectOk(world.call('m1', 'DELETE', `/nodes/${nodeId}`));
    join(world, 'm3', 'Manager', 'm1');
    world.runUntil('it takes part', () => stateOf(world, 'm3') === 'active');
  });

  test('says so once it is unlocked, and answers the unlocking with it', () => {
    const world = wiped(true);
    const key = textAt(world.call('m1', 'GET', '/swarm/unlockkey').body, 'UnlockKey');
    world.start('m3');
    expect(stateOf(world, 'm3')).toBe('locked');
    const answer = world.call('m3', 'POST', '/swarm/unlock', { UnlockKey: key });
    expect(answer.status).toBe(500);
    expect(messageOf(answer)).toContain('raft/wal in the data folder does not hold the log');
    expect(stateOf(world, 'm3')).toBe('error');
  });

  test('refuses as well where a snapshot is all that is left', () => {
    const world = swarmOf(1, 0, { config: { snapshotIntervalEntries: 10, trailingEntries: 2 } });
    for (let number = 0; number < 20; number += 1)
      expectOk(world.call('m1', 'POST', '/services/create', serviceBody(`s${number}`, 0)));
    world.run(100);
    world.kill('m1');
    const { files } = world.node('m1');
    for (const file of [...files.keys()]) if (file.startsWith('raft/wal/')) files.delete(file);
    expect([...files.keys()].some((file) => file.startsWith('raft/snap'))).toBe(true);
    world.start('m1');
    expect(stateOf(world, 'm1')).toBe('error');
  });

  test('does not vote, where with an empty log it would vote a second time in one term', () => {
    const world = swarmOf(3, 0);
    world.run(500);
    expect(votesFor(world, 'm3', 'm2')).toBe(true);
    world.restart('m3');
    expect(votesFor(world, 'm3', 'm1')).toBe(false);
    world.kill('m3');
    emptyRaftFolder(world.node('m3'));
    world.start('m3');
    expect(votesFor(world, 'm3', 'm1')).toBe(false);
    // The same with what it refuses to do: its two votes could have made two leaders of term 50.
    world.kill('m3');
    putEmptyLog(world.node('m3'));
    world.start('m3');
    expect(votesFor(world, 'm3', 'm1')).toBe(true);
  });
});

describe('a manager whose data folder is an older copy', () => {
  const putBack = (): SmallWorld => {
    const world = swarmOf(3, 0);
    world.run(1_000);
    const old = new Map(world.node('m3').files);
    for (let number = 0; number < 20; number += 1)
      expectOk(world.call('m1', 'POST', '/services/create', serviceBody(`s${number}`, 0)));
    world.run(500);
    world.kill('m3');
    world.node('m3').files = old;
    world.start('m3');
    world.run(1_000);
    return world;
  };

  test('stops as soon as its leader hears of it, and says what to do', () => {
    const world = putBack();
    expect(stateOf(world, 'm3')).toBe('error');
    const nodeId = textAt(nodesOf(world, 'm1').get('m3'), 'ID');
    const error = textAt(world.call('m3', 'GET', '/info').body, 'Swarm', 'Error');
    expect(error).toMatch(
      /^manager stopped: raft\/wal in the data folder is an older copy of the log of this manager, \w+, which acknowledged everything up to index \d+ and /,
    );
    expect(error).toContain(`"docker node demote ${nodeId}"`);
    expect(world.node('m3').observations).toContainEqual({ kind: 'note', text: error });
    expect(world.call('m3', 'GET', '/nodes').status).toBe(503);
    expect(votesFor(world, 'm3', 'm2')).toBe(false);
    expect(at(nodesOf(world, 'm1').get('m3'), 'ManagerStatus', 'Reachability')).toBe('unreachable');
  });

  test('is well again after the steps that its error names', () => {
    const world = putBack();
    const nodeId = textAt(nodesOf(world, 'm1').get('m3'), 'ID');
    expectOk(world.call('m3', 'POST', '/swarm/leave?force=1'));
    world.run(3_000);
    expectOk(changeNode(world, 'm1', 'm3', { Role: 'worker' }));
    world.run(1_000);
    expectOk(world.call('m1', 'DELETE', `/nodes/${nodeId}`));
    join(world, 'm3', 'Manager', 'm1');
    world.runUntil('it takes part', () => stateOf(world, 'm3') === 'active');
    expect(serviceNames(world, 'm3')).toHaveLength(20);
  });
});

/** Nowhere on the way may a key file speak of a log that is not there. */
const expectLog = ({ name, files }: SmallNode): void => {
  const key = files.get(keyFileName);
  const isManager = key !== undefined && decodeKeyFile(key, toyCipher).facts.role === 'manager';
  const hasLog = [...files.keys()].some((file) => file.startsWith('raft/wal/'));
  expect([name, isManager && !hasLog]).toEqual([name, false]);
};

const crashes = Array.from({ length: 12 }, (_, operations) => operations);

describe.each([false, true])('a crash at any operation of the disk (autolock %s)', (autoLock) => {
  /** `unlockKey`: asked for while the swarm had a leader. */
  const startAgain = (world: SmallWorld, name: string, UnlockKey: string): void => {
    const node = world.node(name);
    if (node.program === undefined) {
      expectLog(node);
      world.start(name);
    }
    node.crashAfterOperations = undefined;
    if (stateOf(world, name) === 'locked') world.ask(name, 'POST', '/swarm/unlock', { UnlockKey });
    world.run(500);
  };
  const unlockKeyOf = (world: SmallWorld): string =>
    textAt(world.call('m1', 'GET', '/swarm/unlockkey').body, 'UnlockKey');

  test.each(crashes)('while it joins as a manager leaves it outside or well (%i)', (operations) => {
    const world = swarmOf(1, 0, { autoLock });
    const unlockKey = unlockKeyOf(world);
    world.start('m2');
    const token = textAt(world.call('m1', 'GET', '/swarm').body, 'JoinTokens', 'Manager');
    world.node('m2').crashAfterOperations = operations;
    world.ask('m2', 'POST', '/swarm/join', {
      ListenAddr: '0.0.0.0:2377',
      RemoteAddrs: ['m1:2377'],
      JoinToken: token,
    });
    world.run(600);
    startAgain(world, 'm2', unlockKey);
    if (stateOf(world, 'm2') === 'inactive') join(world, 'm2', 'Manager', 'm1');
    world.runUntil('it takes part', () => stateOf(world, 'm2') === 'active');
  });

  test.each(crashes)('while it is demoted or promoted leaves it well (%i)', (operations) => {
    const world = swarmOf(3, 0, { autoLock });
    const unlockKey = unlockKeyOf(world);
    world.run(500);
    const change = (Role: string): void => {
      world.runUntil('it is changed', () => changeNode(world, 'm1', 'm3', { Role }).status < 300);
    };
    if (operations % 2 === 0) change('worker');
    world.run(1_500);
    world.node('m3').crashAfterOperations = operations >> 1;
    if (operations % 2 === 1) change('worker');
    world.run(500);
    change('manager');
    world.run(1_500);
    startAgain(world, 'm3', unlockKey);
    world.runUntil(
      'it is a manager',
      () => world.call('m3', 'HEAD', '/_ping').headers.Swarm === 'active/manager',
    );
  });
});

test.each(crashes)(
  'a crash while it founds a swarm leaves it outside or well (%i)',
  (operations) => {
    const world = new SmallWorld();
    world.start('m1');
    world.node('m1').crashAfterOperations = operations;
    world.ask('m1', 'POST', '/swarm/init', { ListenAddr: '0.0.0.0:2377', AutoLockManagers: false });
    world.run(300);
    if (world.node('m1').program === undefined) {
      expectLog(world.node('m1'));
      world.start('m1');
    }
    world.node('m1').crashAfterOperations = undefined;
    world.run(1_000);
    if (stateOf(world, 'm1') === 'inactive') init(world, 'm1');
    expect(stateOf(world, 'm1')).toBe('active');
  },
);
