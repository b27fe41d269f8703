import { expect, test } from '@jest/globals';
import { openLog } from '../log/log.ts';
import { chanceOf, toyCipher } from './testing/chance.ts';
import type { SmallWorld } from './testing/small-world.ts';
import {
  changeNode,
  expectOk,
  holds,
  keyFileOf,
  serviceBody,
  stateOf,
  swarmOf,
  unlockKey,
} from './testing/swarm.ts';

const canary = 'canaryservice';
/** More than any change of standing takes; one that goes on for ever fails. */
const operationsMax = 50;

/** A swarm in which each node runs one task. */
const busySwarm = (managers: number, workers: number, autoLock: boolean): SmallWorld => {
  const world = swarmOf(managers, workers, { autoLock });
  const body = { ...(serviceBody(canary) as object), Mode: { Global: {} } };
  expectOk(world.call('m1', 'POST', '/services/create', body));
  world.run(2_000);
  return world;
};

/** Whether the key file shows, without any other key, what opens the log that lies beside it. */
const showsLog = (world: SmallWorld, name: string): boolean => {
  const file = keyFileOf(world, name);
  if (file.state === 'locked') return false;
  const { files } = world.node(name);
  const keys = file.secrets.dataKeys;
  const random = chanceOf(1);
  const opened = openLog({ files, keys, cipher: toyCipher, random, segmentBytesMax: 1 << 20 });
  return opened.ok && opened.hardState !== undefined;
};

type Change = {
  /** What a case calls it. */
  readonly change: string;
  readonly name: string;
  /** The swarm as the node is about to hear of it. */
  begin(autoLock: boolean): SmallWorld;
};

const changes: readonly Change[] = [
  {
    change: 'a promotion',
    name: 'w1',
    begin: (autoLock) => {
      const world = busySwarm(3, 1, autoLock);
      expectOk(changeNode(world, 'm1', 'w1', { Role: 'manager' }));
      return world;
    },
  },
  {
    change: 'a demotion',
    name: 'm3',
    begin: (autoLock) => {
      const world = busySwarm(3, 0, autoLock);
      expectOk(changeNode(world, 'm1', 'm3', { Role: 'worker' }));
      return world;
    },
  },
  {
    change: 'the promotion of a manager that did not hear of its demotion',
    name: 'm3',
    begin: (autoLock) => {
      const world = busySwarm(3, 0, autoLock);
      world.passes = (from, to, type) => type !== 'raft' || (from !== 'm3' && to !== 'm3');
      expectOk(changeNode(world, 'm1', 'm3', { Role: 'worker' }));
      world.run(1_000);
      expectOk(changeNode(world, 'm1', 'm3', { Role: 'manager' }));
      return world;
    },
  },
];

const cases = changes.flatMap((change) => [
  { ...change, swarm: 'an open', autoLock: false },
  { ...change, swarm: 'a locked', autoLock: true },
]);

/** Answers whether the node stopped in the middle; its power is cut afterwards where it did not. */
const crashAfter = (world: SmallWorld, name: string, operations: number): boolean => {
  world.node(name).crashAfterOperations = operations;
  world.run(3_000);
  const crashed = world.node(name).program === undefined;
  if (!crashed) world.kill(name);
  world.node(name).crashAfterOperations = undefined;
  return crashed;
};

/** What the folder brings back with nobody else's help, once it is unlocked. */
const runningAlone = (world: SmallWorld, name: string, key: string): number => {
  world.passes = () => false;
  world.start(name);
  if (stateOf(world, name) === 'locked')
    world.ask(name, 'POST', '/swarm/unlock', { UnlockKey: key });
  world.run(100);
  return world.node(name).running.size;
};

test.each(cases)(
  'wherever $change in $swarm swarm is cut off, the tasks are kept, and a locked folder shows nothing of them',
  ({ name, begin, autoLock }) => {
    let crashed = true;
    for (let operations = 0; crashed; operations += 1) {
      expect(operations).toBeLessThan(operationsMax);
      const world = begin(autoLock);
      const key = unlockKey(world, 'm1');
      const { raftId } = keyFileOf(world, name).facts;
      crashed = crashAfter(world, name, operations);
      if (!crashed) expect(keyFileOf(world, name).facts.raftId).not.toBe(raftId);
      const locked = keyFileOf(world, name).state === 'locked';
      const shown = locked && holds(world, name, new TextEncoder().encode(canary)) ? [canary] : [];
      if (autoLock && showsLog(world, name)) shown.push('the log');
      const running = runningAlone(world, name, key);
      expect({ operations, shown, running }).toEqual({ operations, shown: [], running: 1 });
    }
  },
);
