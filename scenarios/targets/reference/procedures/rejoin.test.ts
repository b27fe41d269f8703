import { describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../../harness/core/json.ts';
import { context, ok, play, type Answer, type Call } from '../testing/play.ts';
import { rejoin } from './rejoin.ts';
import { setRole } from './role.ts';

/** A swarm that does what it is asked, unless `instead` says otherwise. */
const swarm = (
  role: 'worker' | 'manager',
  instead: (call: Call, times: number) => Answer | undefined = () => undefined,
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
    expect(play(other(own), swarm('worker'))).toEqual(['fails: w1: its renewal is under way']);
  });

  test('excludes a renewal while its role is changed, and no longer', () => {
    const own = context({ selected: ['w1'] });
    const change = setRole('worker')(own);
    begin(change);
    expect(play(rejoin(own), swarm('worker'))).toEqual([
      'fails: w1: a change of its role is under way',
    ]);
    change.return();
    expect(play(rejoin(own), swarm('worker')).at(-1)).toBe('info w1');
  });
});
