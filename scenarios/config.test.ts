import { expect, test } from '@jest/globals';
import { cut } from '../harness/generate/faults.ts';
import { configOf } from './config.ts';
import { referenceSwarm } from './targets/reference/target.ts';

const named = (name: string) => ({
  name,
  title: '',
  target: 'reference',
  shape: { managers: 3, workers: 0 },
  workload: { clients: 4, perSecond: 20 },
  faults: [] as readonly unknown[],
  injectMs: 2_000,
  settleMs: 2_000,
  settings: {},
  properties: ['no-split-brain'],
});

test.each([
  [undefined, 'its default export must be { targets, scenarios, properties }'],
  [null, 'its default export must be { targets, scenarios, properties }'],
  [{ target: [] }, 'target is not known here, but targets, scenarios, properties'],
  [{ targets: 5 }, 'targets must be a list of { target, sim,'],
  [{ targets: [{}] }, 'targets must be a list of { target, sim,'],
  [{ scenarios: {} }, 'scenarios must be a list of scenarios, with the keys of a scenario file'],
  [{ scenarios: [5] }, 'scenarios[0] is 5, expected a scenario'],
  [
    { scenarios: [named('halves')] },
    'a scenario named halves comes with schism; give yours another name',
  ],
  [{ scenarios: [named('mine'), named('mine')] }, 'two are named mine; give one another name'],
])('a configuration that is none is told so: %j', (value, words) => {
  expect(() => configOf(value, [referenceSwarm])).toThrow(words);
});

test.each([
  [
    { properties: ['no-split-brian'] },
    'scenario mine: properties[0]: there is no property no-split-brian. Did you mean no-split-brain?',
  ],
  [
    { faults: [{ at: 1, fault: cut('leeder'), forMs: 1 }] },
    'scenario mine: faults[0].fault.from: leeder is no node of this cluster (3 managers, 0 workers) and no role. Did you mean leader?',
  ],
  [{ injectMs: undefined }, 'scenario mine: injectMs is missing, expected a number'],
  [{ target: undefined }, 'scenario mine: target is missing, expected a string'],
  [{ target: 'referenc' }, 'target: there is no target referenc, but reference. Did you mean'],
  [{ shape: { managers: 0, workers: 0 } }, 'scenario mine: shape.managers: '],
  [{ setle: 1 }, 'scenario mine: has setle, which is not known there'],
])('a scenario is checked as one in a file is: %j', (wrong, words) => {
  const scenarios = [{ ...named('mine'), ...wrong }];
  expect(() => configOf({ scenarios }, [referenceSwarm])).toThrow(words);
});

test('a scenario may have the keys of a file, and is checked as such', () => {
  const input = { name: 'mine', faults: [{ at: '1s', kill: 'leader' }], properties: 'all' };
  const { scenarios } = configOf({ scenarios: [input] }, [referenceSwarm]);
  expect(scenarios).toMatchObject([{ name: 'mine', injectMs: 6_000, faults: [{ forMs: 6_000 }] }]);
  const wrong = { ...input, faults: [{ at: 1, kill: 'leader' }] };
  expect(() => configOf({ scenarios: [wrong] }, [referenceSwarm])).toThrow(
    'scenario mine: faults[0].at: expected a time with its unit',
  );
});

test('a scenario may name a property that the configuration brings, and all are all guarantees, with those', () => {
  const own = (name: string, kind: string) => ({
    ...{ name, kind, guarantee: '', source: '' },
    judge: () => ({ verdict: 'unknown', missing: '' }),
  });
  const { scenarios, properties } = configOf(
    {
      properties: [own('reads-are-fast', 'safety'), own('met', 'reached')],
      scenarios: [
        { ...named('one'), properties: ['met', 'reads-are-fast'] },
        { name: 'two', properties: 'all' },
      ],
    },
    [referenceSwarm],
  );
  expect(properties?.map(({ name }) => name)).toEqual(['reads-are-fast', 'met']);
  const [one, two] = scenarios ?? [];
  expect(one?.properties).toEqual(['met', 'reads-are-fast']);
  expect(two?.properties.slice(-2)).toEqual(['every-manager-serves', 'reads-are-fast']);
  const mistyped = { ...named('one'), properties: ['reads-are-fst'] };
  expect(() =>
    configOf({ properties: [own('reads-are-fast', 'safety')], scenarios: [mistyped] }, [
      referenceSwarm,
    ]),
  ).toThrow('there is no property reads-are-fst. Did you mean reads-are-fast?');
});

const entry = (name: string) => ({
  target: { name: 'mine', nodes: () => [{ name, role: 'manager' }] },
  configuration: () => ({}),
});

test.each(['leader', 'clients', 'client'])('a node is not named %s', (name) => {
  expect(() => configOf({ targets: [entry(name)] })).toThrow(
    `a node of target mine is named ${name}, which means something else in faults; give it another name`,
  );
  expect(() => configOf({ targets: [entry('m1')] })).not.toThrow();
});

test('one may add targets, scenarios, both or nothing', () => {
  expect(configOf({})).toEqual({ targets: [], scenarios: [], properties: [] });
  expect(configOf({ scenarios: [named('mine')] }, [referenceSwarm])).toMatchObject({
    scenarios: [named('mine')],
  });
});
