import { expect, test } from '@jest/globals';
import { configOf } from './config.ts';

const named = (name: string) => ({ name, shape: {}, settings: {} });

test.each([
  [undefined, 'its default export must be { targets, scenarios }'],
  [null, 'its default export must be { targets, scenarios }'],
  [{ target: [] }, 'target is not known here, but targets, scenarios'],
  [{ targets: 5 }, 'targets must be a list of { target, sim,'],
  [{ targets: [{}] }, 'targets must be a list of { target, sim,'],
  [{ scenarios: [{ name: 'q' }] }, 'scenarios must be a list of what'],
  [
    { scenarios: [named('halves')] },
    'a scenario named halves comes with schism; give yours another name',
  ],
  [{ scenarios: [named('mine'), named('mine')] }, 'two are named mine; give one another name'],
])('a configuration that is none is told so: %j', (value, words) => {
  expect(() => configOf(value)).toThrow(words);
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
  expect(configOf({})).toEqual({ targets: [], scenarios: [] });
  expect(configOf({ scenarios: [named('mine')] })).toMatchObject({ scenarios: [named('mine')] });
});
