import { expect, test } from '@jest/globals';
import { defaultNodeConfig, parseNodeConfig } from './config.ts';

const least = { name: 'm1', advertiseAddr: 'm1:2377' };

test('a name and an address are enough; the rest has defaults', () => {
  expect(parseNodeConfig(least)).toEqual({ ...defaultNodeConfig, ...least });
  expect(parseNodeConfig({ ...least, heartbeatMs: 20 }).heartbeatMs).toBe(20);
});

test.each<[string, unknown, string]>([
  ['no object', 'm1', 'the configuration must be an object with fields, not "m1"'],
  ['no name', { advertiseAddr: 'm1:1' }, 'configuration: name must be a host name'],
  [
    'no port',
    { ...least, advertiseAddr: 'm1' },
    'configuration: advertiseAddr must be host:port, not "m1"',
  ],
  [
    'a typo',
    { ...least, heartbeat: 5 },
    'configuration: heartbeat is not a field; known are name, ',
  ],
  [
    'a text',
    { ...least, heartbeatMs: '5' },
    'heartbeatMs must be a whole number of at least 1, not "5"',
  ],
  [
    'too little',
    { ...least, segmentBytesMax: 1 },
    'segmentBytesMax must be a whole number of at least 4096, not 1',
  ],
  [
    'a heartbeat as slow as an election',
    { ...least, heartbeatMs: 150 },
    'heartbeatMs (150) must be less than electionTimeoutMsMin (150)',
  ],
  [
    'no room for chance',
    { ...least, electionTimeoutMsMax: 150 },
    'electionTimeoutMsMin (150) must be less than electionTimeoutMsMax (150)',
  ],
  [
    'back-offs the wrong way round',
    { ...least, sessionBackoffMsMin: 2000 },
    'sessionBackoffMsMin (2000) must not exceed sessionBackoffMsMax (1000)',
  ],
])('%s is refused, by the name of the field and what was expected', (_case, value, message) => {
  expect(() => parseNodeConfig(value)).toThrow(message);
});
