/** The scenarios that have a name, each good for 3 and 5 managers and for every backend. */
import type { Scenario } from '../harness/core/scenario.ts';
import { always, byName, elections, restarts, separations, tests } from './put-to-the-test.ts';
import type { ScenarioInput } from './schema/scenario-schema.ts';

const inputs: readonly ScenarioInput[] = [
  {
    name: 'leader-cut-off',
    title: 'the leader loses sight of everybody, twice, while clients keep asking it',
    faults: [
      { at: '1s', cut: 'leader', for: '2500ms' },
      {
        at: '4300ms',
        when: { operation: 'service.update', within: '1500ms' },
        cut: 'leader',
        mode: 'refuse',
        for: '1s',
      },
    ],
    properties: tests(
      [...separations, 'old-manager-does-no-harm'],
      'election-during-a-cut',
      'write-in-flight-at-a-cut',
    ),
  },
  {
    name: 'halves',
    title: 'the managers fall into two halves, the leader in the smaller one',
    faults: [
      { at: '1s', partition: ['majority', 'minority'], for: '2500ms' },
      { at: '4500ms', partition: ['majority', 'minority'], mode: 'reset', for: '1s' },
    ],
    properties: tests([...separations, 'old-manager-does-no-harm'], 'election-during-a-cut'),
  },
  {
    name: 'minority-keeps-quiet',
    title: 'a majority is gone, so whoever is left must acknowledge nothing',
    faults: [
      { at: '1s', kill: 'majority', restartAfter: '2s' },
      { at: '4s', pause: 'majority', for: '1500ms' },
    ],
    properties: tests(elections, 'unknown-outcome'),
  },
  {
    name: 'one-way',
    title: 'the leader is heard and hears nobody, then the other way round',
    faults: [
      { at: '1s', cut: 'rest', from: 'leader', direction: 'forth', for: '1500ms' },
      { at: '3500ms', cut: 'leader', from: 'rest', direction: 'forth', for: '1500ms' },
    ],
    properties: tests(separations, 'election-during-a-cut'),
  },
  {
    name: 'two-networks',
    title:
      'two networks of managers lose sight of each other, and the workers are in the smaller one',
    faults: [{ at: '1s', partition: ['majority', ['minority', 'workers']], for: '3500ms' }],
    properties: tests(separations, 'election-during-a-cut'),
  },
  {
    name: 'flapping',
    title: 'links of the leader, then of a follower, come and go',
    faults: [
      { at: '1s', flap: 'leader', every: '700ms', for: '2800ms' },
      { at: '4200ms', flap: 'follower', from: 'managers', every: '400ms', for: '1200ms' },
    ],
    properties: tests(separations),
  },
  {
    name: 'rolling-restarts',
    title: 'one manager after the other is killed and comes back',
    faults: [
      { at: '1s', kill: 'm1', restartAfter: '500ms' },
      { at: '2200ms', kill: 'm2', restartAfter: '500ms' },
      { at: '3400ms', kill: 'm3', restartAfter: '500ms' },
      {
        at: '4400ms',
        when: { operation: 'service.update', within: '1500ms' },
        kill: 'leader',
        restartAfter: '500ms',
      },
    ],
    properties: tests(restarts, 'election-after-a-kill', 'write-in-flight-at-a-kill'),
  },
  {
    name: 'all-at-once',
    title: 'every node is killed at the same time, twice',
    faults: [
      { at: '1500ms', kill: 'all', restartAfter: '500ms' },
      { at: '4s', kill: 'all', restartAfter: '300ms' },
    ],
    properties: tests(restarts, 'unknown-outcome'),
  },
  {
    name: 'old-manager-returns',
    title: 'the old leader comes back after the log was compacted past what it has',
    workload: { clients: 4, rate: '30/s' },
    faults: [{ at: '1s', kill: 'leader' }],
    settings: { snapshotIntervalEntries: 30, trailingEntries: 5 },
    properties: tests([...elections, 'old-manager-does-no-harm'], 'election-after-a-kill'),
  },
  {
    name: 'autolocked-restart',
    title: 'managers of an autolocked swarm restart, refuse everybody, and are unlocked',
    faults: [
      { at: '1s', procedure: 'lock', on: 'follower' },
      { at: '3500ms', procedure: 'lock', on: 'leader' },
    ],
    settings: { autolock: true, scanFolders: true },
    properties: tests([...elections, 'autolocked-restart'], 'locked-restart'),
  },
  {
    name: 'key-rotated-while-down',
    title: 'the unlock key changes while a manager is down: it opens with the old one, once',
    faults: [
      { at: '1s', kill: 'follower', restartAfter: '2500ms' },
      { at: '2s', procedure: 'rotate-key' },
      { at: '5s', procedure: 'lock', on: 'follower' },
    ],
    settings: { autolock: true, scanFolders: true },
    inject: '7s',
    properties: tests([...always, 'autolocked-restart'], 'locked-restart'),
  },
  {
    name: 'worker-lost',
    title:
      'a worker with tasks dies and comes back; one with tasks is then cut off; one is taken off the list, and joins the swarm again as another node',
    faults: [
      { at: '1s', kill: 'busy-worker', restartAfter: '3s' },
      { at: '4500ms', cut: 'busy-worker', for: '1s' },
      { at: '5700ms', procedure: 'rejoin', on: 'busy-worker', args: { removedFirst: true } },
    ],
    properties: tests(always, 'task-moved'),
  },
  {
    name: 'drain-under-load',
    title:
      'a worker with tasks is drained and becomes active again, twice, while the leader changes; in the end one stays drained',
    faults: [
      { at: '1s', procedure: 'drain', on: 'busy-worker' },
      { at: '1800ms', kill: 'leader', restartAfter: '1s' },
      { at: '3s', procedure: 'activate', on: 'workers' },
      { at: '3500ms', procedure: 'drain', on: 'busy-worker' },
      { at: '4500ms', procedure: 'activate', on: 'workers' },
      { at: '5300ms', procedure: 'drain', on: 'busy-worker' },
    ],
    properties: tests(elections, 'task-moved'),
  },
  {
    name: 'roles-change-under-load',
    title:
      'a worker is promoted and dies of it, the leader is demoted, others follow them and come back, in a locked swarm under load',
    faults: [
      { at: '1s', procedure: 'promote', on: 'busy-worker' },
      {
        at: '1s',
        when: { node: 'promoted', within: '1500ms', after: '0.5ms' },
        kill: 'promoted',
        restartAfter: '400ms',
      },
      { at: '2500ms', procedure: 'demote', on: 'leader' },
      {
        at: '2500ms',
        when: { node: 'demoted', within: '1500ms', after: '0.5ms' },
        kill: 'demoted',
        restartAfter: '400ms',
      },
      { at: '3800ms', procedure: 'promote', on: 'demoted', within: '1500ms' },
      { at: '4s', kill: 'leader', restartAfter: '500ms' },
      { at: '5200ms', procedure: 'demote', on: 'follower', within: '1500ms' },
      {
        at: '5200ms',
        when: { node: 'demoted', within: '1500ms', after: '1ms' },
        kill: 'demoted',
        restartAfter: '300ms',
      },
    ],
    settings: { autolock: true, scanFolders: true },
    inject: '7s',
    properties: tests(
      [
        ...elections,
        'members-change-in-order',
        'roles-as-asked',
        'autolocked-restart',
        'folder-opens-with-its-key',
      ],
      'promotion',
      'demotion',
    ),
  },
  {
    name: 'random',
    title: 'faults of all kinds, others in every run',
    faults: 'drawn',
    settings: { snapshotIntervalEntries: 40, trailingEntries: 10, scanFolders: true },
    properties: tests(
      [
        ...separations,
        'votes-survive-restarts',
        'old-manager-does-no-harm',
        'autolocked-restart',
        'folder-opens-with-its-key',
        'members-change-in-order',
        'roles-as-asked',
      ],
      'election-during-a-cut',
      'election-after-a-kill',
      'locked-restart',
    ),
  },
];

/** By name, in the order of lists. */
export const namedScenarios: ReadonlyMap<string, Scenario> = byName(inputs);
