import { expect, test } from '@jest/globals';
import { defaultNodeConfig } from '../node/config.ts';
import { defaultServerLimits } from './limits.ts';
import { flagNames, readSettings, usage } from './settings.ts';

const read = (argv: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  readSettings({ argv, env, hostname: 'box' });
const settingsOf = (...given: Parameters<typeof read>) => {
  const result = read(...given);
  return result.ok ? result.settings : undefined;
};
const problemOf = (...given: Parameters<typeof read>) => {
  const result = read(...given);
  return result.ok ? undefined : result.problem;
};

test('without settings a node listens where Docker does', () => {
  expect(settingsOf([])).toStrictEqual({
    dataFolder: '/var/lib/schism',
    api: { host: '127.0.0.1', port: 2375 },
    peer: { host: '0.0.0.0', port: 2377 },
    advertise: undefined,
    resolve: new Map(),
    executorHost: '127.0.0.1',
    dieWithParent: undefined,
    logLevel: 'info',
    nodeConfig: { ...defaultNodeConfig, name: 'box', advertiseAddr: 'm1:2377' },
    limits: defaultServerLimits,
  });
});

test('a flag outranks the environment, which outranks the default', () => {
  const env = { SCHISM_NAME: 'from-env', SCHISM_API: '[::1]:0', SCHISM_DATA: '' };
  expect(settingsOf(['--name', 'm1'], env)).toMatchObject({
    nodeConfig: { name: 'm1' },
    api: { host: '::1', port: 0 },
    executorHost: '::1',
    dataFolder: '/var/lib/schism',
  });
});

test('of a flag that is given twice the last one counts', () => {
  expect(settingsOf(['--data', '/a', '--data', '/b'])?.dataFolder).toBe('/b');
});

test('resolutions may be repeated, or several stand in one text', () => {
  const expected = new Map([
    ['m2:2377', { host: '127.0.0.1', port: 41001 }],
    ['m3:2377', { host: '127.0.0.1', port: 41002 }],
  ]);
  const [m2, m3] = ['m2:2377=127.0.0.1:41001', 'm3:2377=127.0.0.1:41002'];
  expect(settingsOf(['--resolve', m2, '--resolve', m3])?.resolve).toStrictEqual(expected);
  expect(settingsOf([], { SCHISM_RESOLVE: `${m2},${m3}` })?.resolve).toStrictEqual(expected);
});

test('single times and limits can be replaced', () => {
  const settings = settingsOf([], {
    SCHISM_NODE_CONFIG: '{"heartbeatMs": 20}',
    SCHISM_LIMITS: '{"stallMs": 300}',
  });
  expect(settings?.nodeConfig).toMatchObject({ ...defaultNodeConfig, heartbeatMs: 20 });
  expect(settings?.limits).toStrictEqual({ ...defaultServerLimits, stallMs: 300 });
});

test.each([
  [['--api', '127.0.0.1'], '--api: expected HOST:PORT, such as 127.0.0.1:2375; got "127.0.0.1"'],
  [['--peer', 'x:99999'], '--peer: expected HOST:PORT'],
  [['--advertise', '0.0.0.0:2377'], '--advertise: expected an address that others can dial'],
  [['--advertise', 'm1:0'], '--advertise: expected an address that others can dial'],
  [['--resolve', 'm2:2377'], '--resolve: expected HOST:PORT=HOST:PORT'],
  [['--die-with-parent', 'yes'], '--die-with-parent: expected a descriptor, such as 3; got "yes"'],
  [['--log-level', 'loud'], '--log-level: expected one of debug, info, warn, error; got "loud"'],
  [['--limits', '[]'], '--limits: expected a JSON object; got "[]"'],
  [['--limits', '{"stallMs":'], '--limits: expected a JSON object'],
  [['--limits', '{"stalMs":1}'], '--limits: expected no other keys than frameBytesMax'],
  [['--node-config', '{"heartbeatMs":"50"}'], 'heartbeatMs must be a whole number of at least 1'],
  [['--node-config', '{"heartbeatMs":400}'], 'heartbeatMs (400) must be less than'],
  [['--node-config', '[]'], '--node-config: expected a JSON object; got "[]"'],
  [['--name', 'm1"}\n{"a":1'], 'name must be a host name'],
  [['--nme', 'm1'], "Unknown option '--nme'"],
  [['m1'], "Unexpected argument 'm1'"],
])('%j is refused with a message that names what was expected', (argv, problem) => {
  expect(problemOf(argv)).toContain(problem);
});

test('a bad variable is named as such, and all problems are told at once', () => {
  const problem = problemOf([], { SCHISM_API: 'x', SCHISM_PEER: 'y' });
  expect(problem?.split('\n')).toStrictEqual([
    'SCHISM_API: expected HOST:PORT, such as 127.0.0.1:2375; got "x"',
    'SCHISM_PEER: expected HOST:PORT, such as 127.0.0.1:2375; got "y"',
  ]);
});

test('the usage names every flag and its variable', () => {
  expect(usage).toContain('--resolve HOST:PORT=HOST:PORT  (SCHISM_RESOLVE)');
  expect(flagNames.length).toBeGreaterThan(5);
  for (const flag of flagNames) {
    const variable = `SCHISM_${flag.toUpperCase().replaceAll('-', '_')}`;
    expect(usage).toMatch(new RegExp(`--${flag}( |$).*\\(${variable}\\)`, 'm'));
  }
});
