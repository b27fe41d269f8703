import { describe, expect, test } from '@jest/globals';

import { formatOf, historyOf, type ModelName, type Reading } from './index.ts';

const plain: Reading = { nil: 'unconstrained', failedCas: 'dropped', independent: false };

function read(text: string, model: ModelName, reading: Partial<Reading> = {}) {
  return historyOf(text, model, { ...plain, ...reading });
}

const twoWays = [
  {
    process: 0,
    input: { f: 'write', value: 3 },
    outcome: 'ok',
    invoked: 0,
    returned: 2,
  },
  {
    process: 1,
    input: { f: 'read' },
    outcome: 'ok',
    invoked: 1,
    returned: 3,
    output: 3,
  },
];

describe('the same history', () => {
  test.each([
    [
      'EDN, a map a line, with comments, tags and discarded forms',
      `; a comment\n{:process 0, :type :invoke, :f :write, :value 3, :time 9}\n#jepsen.history.Op{:index 1 :process 1 :type :invoke\n :f :read :value nil}\n#_{:process 7 :type :ok}\n{:process 0 :type :ok :f :write :value #foo/bar 3}\n{:process 1 :type :ok :f :read :value 3}`,
    ],
    [
      'EDN, one vector',
      '[{:process 0 :type :invoke :f :write :value 3} {:process 1 :type :invoke :f :read :value nil} {:process 0 :type :ok :f :write :value 3} {:process 1 :type :ok :f :read :value 3}]',
    ],
    [
      'JSON lines',
      '{"process":0,"type":"invoke","f":"write","value":3}\n{"process":1,"type":"invoke","f":"read","value":null}\n{"process":0,"type":"ok","f":"write","value":3}\n\n{"process":1,"type":"ok","f":"read","value":3}\n',
    ],
    [
      'a Jepsen log with other lines',
      'INFO  jepsen.core - Running test\nINFO  jepsen.util - 0\t:invoke\t:write\t3\nINFO  jepsen.util - 1\t:invoke\t:read\tnil\nINFO  jepsen.util - :nemesis\t:info\t:start\tnil\nINFO  jepsen.util - 0\t:ok\t:write\t3\nsomething else: here\nINFO  jepsen.util - 1\t:ok\t:read\t3\n',
    ],
    [
      'history.txt',
      '0\t:invoke\t:write\t3\n1\t:invoke\t:read\tnil\n0\t:ok\t:write\t3\n1\t:ok\t:read\t3',
    ],
  ])('is read from %s', (_name, text) => {
    const history = read(text, 'register');
    if ('reason' in history) throw new Error(history.reason);
    const order = history.operations.flatMap(({ invoked, returned }) => [invoked, returned ?? NaN]);
    const rank = new Map([...order].sort((a, b) => a - b).map((time, place) => [time, place]));
    expect(
      history.operations.map((operation) => ({
        ...operation,
        output: operation.output ?? undefined,
        invoked: rank.get(operation.invoked),
        returned: rank.get(operation.returned ?? NaN),
      })),
    ).toEqual([{ ...twoWays[0], output: undefined }, twoWays[1]]);
  });
});

test("Porcupine's key-value log is EDN with a key", () => {
  const text =
    '{:process 0, :type :invoke, :f :append, :key "1", :value "x 0 1 y"}\n{:process 0, :type :ok, :f :append, :key "1", :value "x 0 1 y"}\n';
  expect(formatOf(text)).toBe('edn');
  expect(read(text, 'kv-append')).toMatchObject({
    operations: [{ input: { f: 'append', key: '1', value: 'x 0 1 y' }, outcome: 'ok' }],
  });
});

test('our own run files are read by what operations meant', () => {
  const operation = (process: number, at: number, intent: object, seen: object[] = []) => ({
    process,
    intent: { object: 'k', ...intent },
    invokedAt: at,
    endedAt: at + 1,
    outcome: 'ok',
    seen,
  });
  const text = JSON.stringify({
    schema: 'schism/run-file@1',
    run: {
      history: {
        operations: [
          operation(0, 0, { act: 'put', value: 'a' }),
          operation(0, 2, { act: 'read' }, [{ object: 'k', value: 'a' }]),
          { process: 1, invokedAt: 1, outcome: 'ok' },
        ],
      },
    },
  });
  expect(formatOf(text)).toBe('run-file');
  expect(read(text, 'register')).toMatchObject({
    operations: [
      { input: { key: 'k', call: { f: 'write', value: 'a' } }, outcome: 'ok' },
      { input: { key: 'k', call: { f: 'read' } }, output: 'a' },
    ],
  });
});

test('a run file of another schema is not read', () => {
  const text = JSON.stringify({
    schema: 'schism/run-file@99',
    run: { history: { operations: [] } },
  });
  expect(read(text, 'register')).toEqual({
    line: 1,
    reason: 'the run file is of schema schism/run-file@99; schism/run-file@1 is read here',
  });
});

test('a run file says nothing of objects that its operations did not make', () => {
  const node = { object: 'node w1', act: 'update', value: 'drain', version: 10 };
  const operation = { process: 0, invokedAt: 1, endedAt: 2, outcome: 'ok', seen: [] };
  const made = { object: 'a', act: 'create', value: '1' };
  const operations = [
    { ...operation, intent: node },
    { ...operation, intent: made },
    { ...operation, seen: [{ object: 'node w1', value: 'drain', version: 11 }] },
  ];
  const text = JSON.stringify({ schema: 'schism/run-file@1', run: { history: { operations } } });
  expect(read(text, 'swarm-objects')).toMatchObject({
    operations: [{ input: { f: 'create', name: 'a' } }],
  });
});

describe('what an end means', () => {
  const cas = (end: string) => `0\t:invoke\t:cas\t[1 2]\n${end}`;

  test('what failed did not happen, unless a failed compare-and-set is asked to constrain', () => {
    const text = cas('0\t:fail\t:cas\t[1 2]');
    expect(read(text, 'cas-register')).toMatchObject({ operations: [{ outcome: 'rejected' }] });
    expect(read(text, 'cas-register', { failedCas: 'constrains' })).toMatchObject({
      operations: [{ outcome: 'ok', output: false }],
    });
  });

  test('an info leaves it unknown and may say other arguments; so does the end of the file', () => {
    expect(read(cas('0\t:info\t:cas\t:timed-out'), 'cas-register')).toMatchObject({
      operations: [{ outcome: 'unknown', input: { from: 1 } }],
    });
    expect(read(cas('0\t:info\t:cas\t[3 4]'), 'cas-register')).toMatchObject({
      operations: [{ outcome: 'unknown', input: { from: 3 } }],
    });
    expect(read(cas(''), 'cas-register')).toMatchObject({ operations: [{ outcome: 'unknown' }] });
  });

  test('a read of nil says nothing unless asked', () => {
    const text = '0\t:invoke\t:read\tnil\n0\t:ok\t:read\tnil';
    expect(read(text, 'register')).toMatchObject({
      operations: [{ outcome: 'ok', output: undefined }],
    });
    expect(read(text, 'register', { nil: 'value' })).toMatchObject({
      operations: [{ outcome: 'ok', output: null }],
    });
  });

  test('independent values are a key and a value', () => {
    const text = '0\t:invoke\t:cas\t["k" [1 2]]\n0\t:ok\t:cas\t["k" [1 2]]';
    expect(read(text, 'cas-register', { independent: true })).toMatchObject({
      operations: [{ input: { key: 'k', call: { f: 'cas', from: 1, to: 2 } } }],
    });
  });
});

test.each<[string, string, ModelName, number, RegExp]>([
  [
    'a completion without its invocation',
    '0\t:invoke\t:read\tnil\n1\t:ok\t:read\t1',
    'register',
    2,
    /invocation is missing/,
  ],
  [
    'two operations of one process at once',
    '0\t:invoke\t:read\tnil\n0\t:invoke\t:read\tnil',
    'register',
    2,
    /second operation at once/,
  ],
  ['an unknown f', '0\t:invoke\t:frob\tnil', 'register', 1, /:frob is not an operation/],
  [
    'a completion of something else',
    '0\t:invoke\t:read\tnil\n0\t:ok\t:write\t1',
    'register',
    2,
    /invoked :read on line 1/,
  ],
  [
    'a cut-off vector',
    '[{:process 0 :type :invoke :f :read :value nil}\n',
    'register',
    2,
    /ends inside its list/,
  ],
  [
    'a cut-off map',
    '{:process 0 :type :invoke :f :read :value nil}\n{:process 0 :type :ok :f :re',
    'register',
    2,
    /ends/,
  ],
  [
    'a cut-off line of JSON',
    '{"process":0,"type":"invoke","f":"read"}\n{"process":0,"ty',
    'register',
    2,
    /broken or cut off/,
  ],
  [
    'a cut-off line of a log',
    'INFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jepsen.util - 0\t:o',
    'register',
    2,
    /broken or cut off/,
  ],
  ['a value of the wrong shape', '0\t:invoke\t:cas\t7', 'cas-register', 1, /expected two values/],
  [
    'an answer of the wrong shape',
    '0\t:invoke\t:read\tnil\n0\t:ok\t:read\t"x"',
    'counter',
    2,
    /expected a number/,
  ],
  ['an empty file', '\n', 'register', 1, /empty/],
  [
    'values nested without end',
    `{:process 0 :type :invoke :f :write :value ${'['.repeat(9000)}`,
    'register',
    1,
    /nested deeper/,
  ],
])('%s is refused with its line', (_name, text, model, line, reason) => {
  expect(read(text, model)).toEqual({ line, reason: expect.stringMatching(reason) });
});
