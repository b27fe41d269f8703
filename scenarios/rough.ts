/**
 * Many faults upon each other, as no other scenario has them: what was found by hand where drawn faults had found nothing in a hundred
 * thousand runs. Good for 3 and 5 managers, and for every backend.
 */
import type { Scenario } from '../harness/core/scenario.ts';
import { byName, elections, restarts, tests } from './put-to-the-test.ts';
import type { ScenarioInput } from './schema/scenario-schema.ts';

const soon = '10ms';

const inputs: readonly ScenarioInput[] = [
  {
    name: 'leaders-do-not-last',
    title: 'every new leader of a locked swarm is killed, and in between everybody is',
    managers: 5,
    faults: [
      { when: { leader: 'elected' }, kill: 'leader', restartAfter: '300ms' },
      { when: { leader: 'elected', occurrence: 2 }, kill: 'leader', restartAfter: '300ms' },
      { when: { leader: 'elected', occurrence: 3 }, kill: 'leader', restartAfter: '300ms' },
      { when: { vote: 'given', occurrence: 5 }, kill: 'voter', restartAfter: '200ms' },
      { at: '2s', kill: 'all', restartAfter: soon },
      { at: '4s', kill: 'majority', restartAfter: '2s' },
      { when: { write: 'acknowledged', occurrence: 60 }, kill: 'all', restartAfter: '100ms' },
    ],
    inject: '9s',
    settle: '6s',
    settings: { autolock: true },
    properties: tests([...restarts, 'autolocked-restart'], 'election-after-a-kill'),
  },
  {
    name: 'restarts-in-a-rush',
    title: 'all managers of a locked swarm are killed and are back at once, again and again',
    managers: 5,
    faults: [
      { at: '500ms', kill: 'all', restartAfter: soon },
      { at: '2s', kill: 'managers', restartAfter: soon },
      { at: '3500ms', kill: 'all', restartAfter: soon },
      { at: '5s', kill: 'managers', restartAfter: soon },
      { at: '6500ms', kill: 'followers', restartAfter: soon },
      { at: '6600ms', kill: 'leader', restartAfter: soon },
    ],
    inject: '8s',
    settle: '5s',
    settings: { autolock: true },
    properties: tests([...restarts, 'autolocked-restart'], 'locked-restart'),
  },
  {
    name: 'keys-change-in-a-rush',
    title: 'the swarm is locked, given other keys and opened while its managers are killed',
    managers: 5,
    workers: 1,
    faults: [
      { at: '300ms', kill: ['m1', 'm2'], restartAfter: soon },
      { at: '350ms', procedure: 'rotate-key' },
      { at: '600ms', kill: 'all', restartAfter: soon },
      { at: '1500ms', procedure: 'rotate-key' },
      { at: '1550ms', kill: 'managers', restartAfter: soon },
      { at: '2500ms', cut: 'leader', for: '1s' },
      { at: '2600ms', procedure: 'rotate-key' },
      { at: '3s', kill: 'followers', restartAfter: soon },
      { at: '4s', procedure: 'autolock-off' },
      { at: '4050ms', kill: 'managers', restartAfter: soon },
      { at: '5s', procedure: 'autolock-on' },
      { at: '5050ms', kill: 'managers', restartAfter: soon },
    ],
    inject: '7s',
    settle: '6s',
    settings: { scanFolders: true },
    properties: tests([...restarts, 'autolocked-restart', 'folder-opens-with-its-key']),
  },
  {
    name: 'roles-change-in-a-rush',
    title:
      'managers are made and taken back while they are killed, with hardly any log behind them',
    managers: 3,
    workers: 3,
    faults: [
      { at: '300ms', procedure: 'promote', on: 'workers' },
      { at: '800ms', kill: 'managers', restartAfter: soon },
      { at: '2s', procedure: 'demote', on: 'leader' },
      { at: '2100ms', kill: 'all', restartAfter: soon },
      { at: '3500ms', procedure: 'rejoin', on: 'follower', args: { asManager: true } },
      { at: '4500ms', kill: 'managers', restartAfter: soon },
      { at: '5500ms', procedure: 'demote', on: 'promoted' },
      { at: '5600ms', pause: 'leader', for: '1s' },
    ],
    inject: '8s',
    settle: '6s',
    settings: { autolock: true, snapshotIntervalEntries: 10, trailingEntries: 2 },
    properties: tests([...restarts, 'members-change-in-order', 'roles-as-asked'], 'promotion'),
  },
  {
    name: 'sides-overlap',
    title: 'cuts of all kinds at once, so that hardly two managers see the same others',
    managers: 5,
    faults: [
      { at: '300ms', cut: 'leader', direction: 'forth', for: '3s' },
      { at: '800ms', ring: 'managers', mode: 'reset', for: '4s' },
      {
        at: '1s',
        partition: [['minority', 'clients'], 'majority'],
        mode: 'refuse',
        for: '3s',
      },
      {
        at: '2s',
        partition: [
          ['m1', 'm2'],
          ['m2', 'm3'],
        ],
        for: '4s',
      },
      { at: '4s', cut: 'clients', from: 'managers', mode: 'reset', direction: 'forth', for: '2s' },
      {
        at: '5s',
        cut: 'follower',
        from: 'leader',
        direction: 'forth',
        mode: 'reset',
        for: '2s',
      },
      { at: '6s', cut: 'workers', from: 'all', mode: 'refuse', for: '3s' },
    ],
    inject: '9s',
    settle: '6s',
    properties: tests(elections, 'election-during-a-cut'),
  },
  {
    name: 'nodes-come-and-go',
    title:
      'nodes leave the swarm and join it anew, by force or taken off first, amid kills and cuts',
    managers: 5,
    workers: 4,
    faults: [
      { at: '200ms', procedure: 'rejoin', on: 'w1' },
      { at: '400ms', procedure: 'rejoin', on: 'w2', args: { removedFirst: true } },
      { at: '600ms', procedure: 'rejoin', on: 'leader', args: { byForce: true, asManager: true } },
      { at: '1s', kill: 'w1', restartAfter: soon },
      { at: '1500ms', procedure: 'rejoin', on: 'follower', args: { byForce: true } },
      { at: '2s', cut: 'leader', mode: 'reset', for: '700ms' },
      { at: '2500ms', procedure: 'rejoin', on: 'w3', args: { asManager: true } },
      { at: '3s', kill: 'all', restartAfter: soon },
      { at: '4s', procedure: 'rejoin', on: 'w4', args: { removedFirst: true } },
      { at: '4050ms', pause: 'leader', for: '600ms' },
      { at: '5s', procedure: 'rejoin', on: 'm2', args: { byForce: true, asManager: true } },
      { at: '5100ms', kill: 'leader', restartAfter: soon },
    ],
    inject: '9s',
    settle: '6s',
    settings: {
      autolock: true,
      scanFolders: true,
      snapshotIntervalEntries: 20,
      trailingEntries: 5,
    },
    properties: tests([...restarts, 'members-change-in-order']),
  },
];

/** By name, in the order of lists. */
export const roughScenarios: ReadonlyMap<string, Scenario> = byName(inputs);
