import { describe, expect, test } from '@jest/globals';
import type { History } from '../harness/core/history.ts';
import type { Property } from '../harness/core/property.ts';
import {
  asksRole,
  between,
  commit,
  cut,
  history,
  kill,
  leads,
  lived,
  operation,
  role,
  says,
  service,
} from './testing/histories.ts';
import { told } from './told.ts';
import { broken, held, moment } from './verdicts.ts';

const serviceId = 'lyfvi0nlaty5e8mjpoeo8vd01';
const taskId = 'nmh8afdgivhqztxl5g92pe58h';

const saying = (verdict: ReturnType<Property['judge']>): Property => ({
  name: 'a-guarantee',
  kind: 'safety',
  guarantee: '',
  source: '',
  judge: () => verdict,
});

const story = broken('a write is lost', [
  moment(2_000, 'm1', 'm1 acknowledges it'),
  moment(9_000, 'm3', 'm3 does not show it'),
]);

const textsOf = (given: Partial<History>, verdict = story): readonly string[] => {
  const words = told(saying(verdict)).judge(history(given));
  return words.verdict === 'fail' ? words.moments.map(({ at, text }) => `${at} ${text}`) : [];
};

const observations = [
  ...says('m1', 'a', [
    [0, leads('m1', 1)],
    [2_600, role('m1', 2, 'follower')],
  ]),
  ...says('m3', 'a', [[2_500, leads('m3', 2)]]),
];

describe('between the moments of a story', () => {
  test('stand a change of leader, and the fault on the one before', () => {
    const faults = [
      cut(between(['m2'], ['w1']), [2_200, 4_000]),
      cut(between(['m1'], ['m2', 'm3']), [1_900, 5_000]),
    ];
    expect(textsOf({ faults, observations })).toEqual([
      '1900 m1 is cut off from m2 and m3, until 5.000 s',
      '2000 m1 acknowledges it',
      '2500 m3 comes to lead, in term 2; before it m1 led term 1',
      '9000 m3 does not show it',
    ]);
  });

  test('stands that nobody leads any more, and why that may be', () => {
    const operations = [asksRole('m2', 'worker', [900, 950])];
    const alone = says('m1', 'a', [
      [0, leads('m1', 1)],
      [1_000, role('m1', 1, 'follower')],
    ]);
    expect(textsOf({ operations, observations: alone })).toEqual([
      '950 m2 is to be a worker, as m1 acknowledges',
      '1000 m1 leads term 1 no more, and nobody else comes to lead',
      '2000 m1 acknowledges it',
      '9000 m3 does not show it',
    ]);
  });

  test('stands that a node which it is about was to leave, and was taken off the list', () => {
    const renewed = [
      operation('w1', [800, 850], { operation: 'swarm.leave', outcome: 'unknown' }),
      operation('w2', [860, 870], { operation: 'swarm.leave' }),
      operation('m1', [900, 950], { operation: 'node.remove', args: { name: 'w1', id: 'old' } }),
    ];
    const about = broken('w1 has stopped by itself', [moment(2_000, 'w1', 'w1 is in error')]);
    expect(textsOf({ operations: renewed }, about)).toEqual([
      '850 w1 leaves the swarm, which w1 did not answer clearly',
      '950 w1 is taken off the list, as m1 acknowledges',
      '2000 w1 is in error',
    ]);
  });

  test.each([
    ['a fault that bit nothing', { faults: [kill('m1', [3_000, 4_000], false)] }],
    ['a fault that was over before', { faults: [kill('m1', [500, 900])] }],
    ['a fault on others', { faults: [kill('w2', [3_000, 4_000])] }],
    ['what the story tells itself', { faults: [kill('m1', [2_000, 4_000])] }],
  ])('is not %s', (_, given) => {
    expect(textsOf(given)).toHaveLength(2);
  });

  test('what was asked of a node is not told again where the story tells of that answer itself', () => {
    const operations = [asksRole('m2', 'worker', [900, 1_000])];
    const acknowledging = (of: string) =>
      broken('m2 stays as it is', [moment(1_000, 'm1', `m1 acknowledges ${of} to worker`)]);
    expect(textsOf({ operations }, acknowledging('node.update of node m2'))).toHaveLength(1);
    expect(textsOf({ operations }, acknowledging('node.update of node m3'))).toHaveLength(2);
  });

  test('a node is killed when it ended, whenever that was confirmed', () => {
    const faults = [kill('m1', [3_000, 4_000])];
    expect(textsOf({ faults, lifecycle: [lived('m1', 'killed', 2_997)] })[1]).toBe(
      '2997 m1 is killed, until 4.000 s',
    );
  });

  test('is no room for more than six in all', () => {
    const long = broken(
      'much',
      [2_000, 2_100, 2_200, 2_300, 2_400, 9_000].map((at) => moment(at, 'm1', 'm1 goes on')),
    );
    expect(textsOf({ observations }, long)).toHaveLength(6);
  });
});

describe('names', () => {
  const operations = [
    operation('m1', [1_000, 1_010], {
      output: { services: [service({ id: serviceId, name: 'lighthouse-d' })] as never },
    }),
  ];
  const task = {
    id: taskId,
    service: serviceId,
    slot: 2,
    node: 'w1-id',
    state: 'running',
    desired: 'running',
    removed: false,
  };
  const given = { operations, observations: says('m1', 'a', [[1_500, commit(9, 1, [task])]]) };
  const said = (text: string) => told(saying(held(text))).judge(history(given));

  test('stand for the ids of services, and tasks have their place', () => {
    expect(said(`task ${taskId} of service ${serviceId}`)).toMatchObject({
      because: 'task lighthouse-d.2.nmh8afd of service lighthouse-d',
    });
  });

  test('are left out where an answer is quoted, or nobody knows any', () => {
    const text = `{"id":"${serviceId}"} and ${taskId.replace('n', 'q')}`;
    expect(said(text)).toMatchObject({ because: text });
  });
});
