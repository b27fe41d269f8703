import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../../harness/core/json.ts';
import { context, ok, play, type Answer, type Call } from '../testing/play.ts';
import { rejoin } from './rejoin.ts';
import { setRole } from './role.ts';

const member = (id: string, reachability: string, of = 'manager') => ({
  id,
  role: of,
  reachability,
});
const three = [
  member('old', 'reachable'),
  member('2', 'reachable'),
  member('3', 'reachable'),
  member('w', '', 'worker'),
];

/** A swarm that does what it is asked, unless `instead` says otherwise. */
const swarm = (
  role: 'worker' | 'manager',
  instead: (call: Call, times: number) => Answer | undefined = () => undefined,
  members: readonly JsonObject[] = three,
) => {
  const node = { role, state: 'active' };
  return (call: Call, times: number): Answer => {
    const answer = instead(call, times);
    if (answer !== undefined) return answer;
    switch (call.operation) {
      case 'node.inspect': {
        const reachability = node.role === 'manager' ? 'reachable' : '';
        return ok({ node: { id: 'old', role: node.role, reachability } });
      }
      case 'node.list':
        return ok({ nodes: members });
      case 'node.update':
        node.role = 'worker';
        return ok();
      case 'info':
        return ok({ info: { state: node.state } });
      case 'swarm.leave':
        node.state = 'inactive';
        return ok();
      case 'swarm.join':
        node.state = 'active';
        return ok();
      default:
        return ok();
    }
  };
};

const refused = (text: string, status = 500): Answer => ({
  outcome: 'rejected',
  output: { status, text },
});

const renew = (
  answer: ReturnType<typeof swarm>,
  { name = 'w1', args = {} }: { readonly name?: string; readonly args?: JsonObject } = {},
) => play(rejoin(context({ selected: [name], args })), answer, 2_000);

describe('a node that is renewed', () => {
  test('leaves the swarm, is taken off its list, and joins again', () => {
    expect(renew(swarm('worker'))).toEqual([
      'node.inspect m1',
      'info w1',
      'swarm.leave w1',
      'info w1',
      'node.remove m1',
      'swarm.inspect m1',
      'info w1',
      'swarm.join w1',
      'info w1',
    ]);
  });

  test('that is taken off the list first leaves afterwards', () => {
    const did = renew(swarm('worker'), { args: { removedFirst: true } });
    expect(did.indexOf('node.remove m1')).toBeLessThan(did.indexOf('swarm.leave w1'));
    expect(did.at(-1)).toBe('info w1');
  });

  test('is demoted before, where it is a manager, and joins through another one', () => {
    const through: unknown[] = [];
    const did = renew(
      swarm('manager', ({ operation, args }) => {
        if (operation === 'swarm.join') through.push(args.through);
        return undefined;
      }),
      { name: 'm1' },
    );
    expect(did.indexOf('node.update m1')).toBeLessThan(did.indexOf('swarm.leave m1'));
    expect(through).toEqual(['m2']);
  });

  test('is removed by its id: another of its name may be there by then', () => {
    const removed: unknown[] = [];
    renew(
      swarm('worker', ({ operation, args }) => {
        if (operation === 'node.remove') removed.push(args);
        return undefined;
      }),
    );
    expect(removed).toEqual([{ name: 'w1', id: 'old' }]);
  });

  test('leaves again where the manager that it was to join through never lets it in', () => {
    const did = renew(
      swarm('worker', ({ operation }, times) =>
        operation === 'swarm.join' && times < 12 ? refused('it is part of one', 503) : undefined,
      ),
    );
    expect(did.filter((step) => step === 'swarm.leave w1')).toHaveLength(2);
    expect(did.at(-1)).toBe('info w1');
  });

  test('comes back also where nobody takes it off the list, and the fault then had no effect', () => {
    const did = renew(
      swarm('worker', ({ operation }) =>
        operation === 'node.remove' ? refused('The swarm does not have a leader.') : undefined,
      ),
    );
    expect(did).toContain('swarm.join w1');
    expect(did.at(-1)).toBe(
      'fails: w1: it is back, but nobody took the node that it was off the list',
    );
  });

  test('that cannot be brought to leave is not removed', () => {
    const did = renew(
      swarm('worker', ({ operation }) => (operation === 'swarm.leave' ? refused('no') : undefined)),
    );
    expect(did).not.toContain('node.remove m1');
    expect(did.at(-1)).toBe('fails: w1: it is active and not inactive');
  });
});

describe('a manager that leaves by force', () => {
  const byForce = { name: 'm1', args: { byForce: true } };

  test('is demoted and taken off the list when it has gone, and comes back as a worker', () => {
    expect(renew(swarm('manager'), byForce)).toEqual([
      'node.inspect m1',
      'node.list m1',
      'info m1',
      'swarm.leave m1',
      'info m1',
      'node.inspect m1',
      'node.update m1',
      'node.remove m1',
      'swarm.inspect m1',
      'info m1',
      'swarm.join m1',
      'info m1',
    ]);
  });

  test.each([
    ['worker', undefined],
    ['manager', true],
  ])('joins as a %s with asManager %s', (role, asManager) => {
    const asked: unknown[] = [];
    const args = { ...byForce.args, ...(asManager !== undefined && { asManager }) };
    const answers = swarm('manager', ({ operation, args: of }) => {
      if (operation === 'swarm.join') asked.push(of.role);
      return undefined;
    });
    renew(answers, { name: 'm1', args });
    expect(asked).toEqual([role]);
  });

  test.each([
    ['one of the others is away', [member('3', 'unreachable')]],
    ['one of the others is to go as well', [member('3', 'reachable', 'worker')]],
    ['there is only one other', []],
  ])('stays where %s: the swarm would lose its quorum', (_, rest) => {
    const members = [member('old', 'reachable'), member('2', 'reachable'), ...rest];
    const did = renew(
      swarm('manager', () => undefined, members),
      byForce,
    );
    expect(did).toEqual([
      'node.inspect m1',
      'node.list m1',
      'fails: m1: the others would be no quorum without it',
    ]);
  });

  test('comes back also where nobody demotes the one that it was, which is then not taken off', () => {
    const did = renew(
      swarm('manager', ({ operation }) =>
        operation === 'node.update' ? refused('no', 400) : undefined,
      ),
      byForce,
    );
    expect(did).not.toContain('node.remove m1');
    expect(did).toContain('swarm.join m1');
    expect(did.at(-1)).toMatch(/nobody took the node that it was off the list/);
  });

  test('stays where nobody shows who is there', () => {
    const answers = swarm('manager', ({ operation }) =>
      operation === 'node.list' ? refused('The swarm does not have a leader.') : undefined,
    );
    expect(renew(answers, byForce).at(-1)).toBe(
      'fails: m1: node.list: The swarm does not have a leader.',
    );
  });

  test('a worker just leaves', () => {
    expect(renew(swarm('worker'), { args: { byForce: true } })).not.toContain('node.list m1');
  });
});

describe('what operators do to one node at a time', () => {
  const begin = (procedure: ReturnType<typeof rejoin>): void => {
    procedure.next({ step: 'done' });
  };

  test.each([
    ['a second renewal', rejoin],
    ['a change of its role', setRole('manager')],
  ])('excludes %s while it is renewed', (_, other) => {
    const own = context({ selected: ['w1'] });
    begin(rejoin(own));
    expect(play(other(own), swarm('worker'))).toEqual(['fails: w1: a renewal of w1 is under way']);
  });

  test('excludes whatever else where a manager is to leave by force, and the other way round', () => {
    const own = context({ selected: ['w1'], args: { byForce: true } });
    const other = { ...own, selected: ['m2'], args: {} };
    const forced = rejoin(own);
    begin(forced);
    expect(play(setRole('worker')(other), swarm('manager'))).toEqual([
      'fails: m2: a renewal of w1 is under way',
    ]);
    forced.return();
    begin(setRole('worker')(other));
    expect(play(rejoin(own), swarm('worker'))).toEqual([
      'fails: w1: a change of the role of m2 is under way',
    ]);
  });

  test('excludes a renewal while its role is changed, and no longer', () => {
    const own = context({ selected: ['w1'] });
    const change = setRole('worker')(own);
    begin(change);
    expect(play(rejoin(own), swarm('worker'))).toEqual([
      'fails: w1: a change of the role of w1 is under way',
    ]);
    change.return();
    expect(play(rejoin(own), swarm('worker')).at(-1)).toBe('info w1');
  });
});
