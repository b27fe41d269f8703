import { describe, expect, test } from '@jest/globals';
import type { Node } from '../core/cluster.ts';
import type { Fault } from '../core/fault.ts';
import { cut, delay, flap, kill, partition, pause } from '../generate/faults.ts';
import { resolve, selectForProcedure, type Field } from './resolve.ts';
import { createRoles } from './roles.ts';

const nodes: readonly Node[] = [
  { name: 'm1', role: 'manager' },
  { name: 'm2', role: 'manager' },
  { name: 'm3', role: 'manager' },
  { name: 'w1', role: 'worker' },
];

/** m1 leads, everybody lives, and the worker talks to managers. */
const field = (): Field => {
  const roles = createRoles(nodes);
  for (const { name } of nodes) roles.lived({ at: 0, node: name, event: 'started', text: '' });
  roles.observed({
    kind: 'role',
    role: 'leader',
    node: 'm1',
    term: 1,
    leader: undefined,
    ...{ boot: '', seq: 0, at: 0, nodeId: '', raftId: '' },
  });
  return { nodes, roles, talks: (from, to) => from !== to };
};

/** Each deed in one line: `drop client→m1 m1→client`. */
const deedsOf = (fault: Exclude<Fault, { readonly kind: 'procedure' }>): readonly string[] => {
  const resolution = resolve(fault, field());
  if (resolution.result !== 'deeds') return [resolution.result];
  return resolution.deeds.map((deed) => {
    if (!('links' in deed)) return `${deed.deed} ${deed.node}`;
    const how = deed.deed === 'cut' ? deed.mode : `+${deed.delayMs}`;
    return `${how} ${deed.links.map(({ from, to }) => `${from}→${to}`).join(' ')}`;
  });
};
type Given = Parameters<typeof deedsOf>[0];

describe('clients', () => {
  test.each<[string, Fault, readonly string[]]>([
    ['are cut off from one node', cut('clients', 'leader'), ['drop client→m1 m1→client']],
    [
      'may be cut off one way: what they ask',
      cut('clients', 'm2', { direction: 'forth', mode: 'reset' }),
      ['reset client→m2'],
    ],
    [
      'or what they are answered',
      cut('m2', 'clients', { direction: 'forth', mode: 'refuse' }),
      ['refuse m2→client'],
    ],
    [
      'are cut off from all nodes, workers among them',
      cut('clients', 'rest'),
      ['drop client→m1 m1→client client→m2 m2→client client→m3 m3→client client→w1 w1→client'],
    ],
    [
      'keep reaching a node that is cut off from the rest',
      cut('m2', 'rest'),
      ['drop m2→m1 m1→m2 m2→m3 m3→m2 m2→w1 w1→m2'],
    ],
    ['are not among all', cut('m1', 'all'), ['drop m1→m2 m2→m1 m1→m3 m3→m1 m1→w1 w1→m1']],
    [
      'are on one side of a partition, with a deed of their own',
      partition([['minority', 'clients'], 'rest']),
      [
        'drop m1→m2 m1→m3 m1→w1 m2→m1 m3→m1 w1→m1',
        'drop m2→client m3→client w1→client client→m2 client→m3 client→w1',
      ],
    ],
    [
      'may be a group of their own',
      partition(['clients', ['m1', 'm2']]),
      ['drop m1→client m2→client client→m1 client→m2'],
    ],
    [
      'see both sides of one that does not name them',
      partition(['m1', 'm2']),
      ['drop m1→m2 m2→m1'],
    ],
    [
      'are a bridge where several groups name them',
      partition([
        ['m1', 'clients'],
        ['m2', 'clients'],
      ]),
      ['drop m1→m2 m2→m1'],
    ],
    ['wait longer', delay('clients', 'm1', 50), ['+50 client→m1 m1→client']],
    ['lose a node again and again', flap('clients', 'm1', 200), ['drop client→m1 m1→client']],
    ['have no links to each other', cut('clients', 'clients'), ['nothing']],
    ['are not killed', kill('clients'), ['nothing']],
    ['nor paused with others', pause(['m1', 'clients']), ['pause m1']],
  ])('%s', (_, fault, deeds) => {
    expect(deedsOf(fault as Given)).toEqual(deeds);
  });

  test('are not what a procedure is about', () => {
    expect(selectForProcedure(['m2', 'clients'], field())).toEqual(['m2']);
  });
});
