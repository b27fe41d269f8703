import { afterAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../harness/core/usage-error.ts';
import { properties } from '../../properties/index.ts';
import { referenceSwarm } from '../targets/reference/target.ts';
import { defineScenario, parseScenario, readScenario } from './read-scenario.ts';
import { scenarioJsonSchema } from './scenario-schema.ts';

const targets = new Map([[referenceSwarm.name, referenceSwarm]]);
const known = { targets, properties };

const yaml = `name: leader-cut-off
managers: 3
workers: 2
workload: { clients: 4, rate: 50/s }
faults:
  - { at: 2s, cut: leader, from: rest, for: 5s }
  - { when: { leader: elected }, kill: leader, restartAfter: 1s }
settle: 10s
properties: [at-most-one-leader-per-term, no-split-brain]
`;

const folder = mkdtempSync(join(tmpdir(), 'schism-scenario-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const parse = (text: string) => parseScenario(text, 'x.yaml', known);

test('a file that is run on another target is checked against that one', () => {
  const file = join(folder, 'mine.yaml');
  const other = {
    ...referenceSwarm,
    name: 'other',
    nodes: () => [{ name: 'b', role: 'manager' as const }],
    notJudgedBy: ['reconciliation-converges'],
  };
  const both = { ...known, targets: new Map([...targets, ['other', other]]) };
  const text = 'name: mine\nfaults: [{ kill: b }]\nproperties: [reconciliation-converges]\n';
  writeFileSync(file, text);
  expect(() => readScenario(file, both)).toThrow(
    'b is no node of this cluster (3 managers, 2 workers) and no role',
  );
  expect(readScenario(file, both, 'other').faults).toHaveLength(1);
  writeFileSync(file, text.replace('kill: b', 'kill: m1'));
  expect(() => readScenario(file, both, 'other')).toThrow('m1 is no node of this cluster');
  writeFileSync(file, text.replace('kill: b', 'procedure: lock'));
  const without = {
    ...known,
    targets: new Map([...targets, ['other', { ...other, procedures: {} }]]),
  };
  expect(() => readScenario(file, without, 'other')).toThrow(
    'target other has no procedure lock, nor any other',
  );
});

describe('a scenario', () => {
  test('in YAML is read into plain data', () => {
    expect(parse(yaml)).toEqual({
      name: 'leader-cut-off',
      title: 'leader-cut-off',
      target: 'reference',
      shape: { managers: 3, workers: 2 },
      workload: { clients: 4, perSecond: 50 },
      faults: [
        {
          at: 2_000,
          fault: { kind: 'cut', from: 'leader', to: 'rest', direction: 'both', mode: 'drop' },
          forMs: 5_000,
        },
        {
          at: 0,
          when: { leader: 'elected' },
          fault: { kind: 'kill', nodes: 'leader' },
          forMs: 1_000,
        },
      ],
      injectMs: 6_000,
      settleMs: 10_000,
      settings: {},
      properties: ['at-most-one-leader-per-term', 'no-split-brain'],
    });
  });

  test('in TypeScript is the same as in YAML', () => {
    const typed = defineScenario(
      {
        name: 'leader-cut-off',
        workload: { clients: 4, rate: '50/s' },
        faults: [
          { at: '2s', cut: 'leader', for: '5s' },
          { when: { leader: 'elected' }, kill: 'leader', restartAfter: '1s' },
        ],
        settle: '10s',
        properties: ['at-most-one-leader-per-term', 'no-split-brain'],
      },
      known,
    );
    expect(typed).toEqual(parse(yaml));
  });

  test('needs nothing but a name', () => {
    const { shape, faults, properties, settleMs } = parse('name: plain');
    expect({ shape, faults, settleMs }).toEqual({
      shape: { managers: 3, workers: 2 },
      faults: [],
      settleMs: 4_000,
    });
    expect(properties).toContain('no-split-brain');
  });

  test.each([
    [
      'a partition',
      'partition: [majority, [minority, workers]], mode: reset',
      { kind: 'partition', groups: ['majority', ['minority', 'workers']], mode: 'reset' },
    ],
    [
      'clients on one side of a partition',
      'partition: [[minority, clients], rest]',
      { kind: 'partition', groups: [['minority', 'clients'], 'rest'] },
    ],
    [
      'a cut of clients, one way',
      'cut: clients, from: leader, direction: forth, mode: refuse',
      { kind: 'cut', from: 'clients', to: 'leader', direction: 'forth', mode: 'refuse' },
    ],
    ['a ring', 'ring: managers', { kind: 'ring', mode: 'drop' }],
    [
      'a delay',
      'delay: leader, by: 200ms',
      { kind: 'delay', from: 'leader', to: 'rest', delayMs: 200 },
    ],
    [
      'a flap',
      'flap: m1, from: m2, every: 0.5s',
      { kind: 'flap', from: 'm1', to: 'm2', periodMs: 500 },
    ],
    ['a pause', 'pause: [m1, w1]', { kind: 'pause', nodes: ['m1', 'w1'] }],
    [
      'a procedure',
      'procedure: lock, on: follower',
      { kind: 'procedure', name: 'lock', nodes: 'follower' },
    ],
  ])('may have %s', (_, text, fault) => {
    expect(parse(`name: x\nfaults: [{ at: 1s, ${text} }]`).faults).toMatchObject([{ fault }]);
  });

  test('may last a day where nobody asks for anything', () => {
    const text = 'name: x\ninject: 24h\nworkload: { clients: 0, rate: 20/s }';
    expect(parse(text).injectMs).toBe(24 * 3_600_000);
  });

  test('a fault without a lease lasts until the heal', () => {
    const [fault] = parse('name: x\ninject: 5s\nfaults: [{ at: 1s, kill: m1 }]').faults;
    expect(fault).toMatchObject({ forMs: 5_000 });
  });
});

describe('what is wrong is said with its place, a frame and what was probably meant', () => {
  const messageOf = (text: string): string => {
    try {
      parse(text);
    } catch (error) {
      if (error instanceof UsageError) return error.message;
      throw error;
    }
    throw new Error('it was accepted');
  };
  const without = (from: string, to: string): string => messageOf(yaml.replace(from, to));

  test.each([
    ['id: x\npatches: []', 'this is a planted bug, no scenario: give it to --mutants'],
    [
      '{"schema": "schism/run-file@1", "run": {}, "replay": "…"}',
      'this is a saved run, no scenario: give it to replay',
    ],
  ])('one line where it is another file of ours', (text, words) => {
    expect(messageOf(text)).toMatch(`x.yaml:1:1: ${words}\n`);
    expect(messageOf(text)).not.toContain('is not known here');
  });

  test.each([
    [
      'a typo in a key',
      'workers: 2',
      'worker: 2',
      'x.yaml:3:1: worker: worker is not known here. Did you mean workers?',
    ],
    [
      'a typo in a fault',
      'cut: leader',
      'cutt: leader',
      'faults[0]: it names no fault (cut, partition, ring, delay, flap, kill, pause, procedure). Did you mean cut?',
    ],
    [
      'a typo in an option of a fault',
      'for: 5s',
      'fro: 5s',
      'x.yaml:6:40: faults[0].fro: fro is not known here. Did you mean for?',
    ],
    [
      'a typo in a role',
      'cut: leader',
      'cut: leadr',
      'x.yaml:6:20: faults[0].cut: leadr is no node of this cluster (3 managers, 2 workers) and no role. Did you mean leader?',
    ],
    [
      'one client, of whom faults know none',
      'cut: leader',
      'cut: client',
      'faults[0].cut: client is no node of this cluster (3 managers, 2 workers) and no role. Did you mean clients?',
    ],
    [
      'clients where only nodes can be hit',
      'cut: leader, from: rest',
      'pause: [leader, clients]',
      'x.yaml:6:22: faults[0].pause: clients are no nodes: only links to them can be hit, by cut, partition, delay and flap',
    ],
    [
      'a node that there is not',
      'cut: leader',
      'cut: m7',
      'm7 is no node of this cluster (3 managers, 2 workers) and no role.',
    ],
    [
      'a typo in a trigger',
      'leader: elected',
      'leader: elcted',
      'x.yaml:7:23: faults[1].when.leader: expected elected, lost; this is "elcted". Did you mean elected?',
    ],
    [
      'a typo in a property',
      'no-split-brain',
      'no-splitbrain',
      'x.yaml:9:43: properties[1]: there is no property no-splitbrain. Did you mean no-split-brain?',
    ],
    [
      'a time without its unit',
      'at: 2s',
      'at: 2',
      'x.yaml:6:11: faults[0].at: expected a time with its unit, such as 200ms, 5s, 2m or 1m30s; this is 2. Did you mean 2s?',
    ],
    [
      'a unit that there is not',
      'at: 2s',
      'at: 2sec',
      'expected a time with its unit, such as 200ms, 5s, 2m or 1m30s; this is "2sec"',
    ],
    [
      'a rate without its unit',
      'rate: 50/s',
      'rate: 50',
      'x.yaml:4:31: workload.rate: expected a rate, such as 50/s; this is 50. Did you mean 50/s?',
    ],
    ['a missing key', 'name: leader-cut-off\n', '', 'x.yaml:1:1: name is missing'],
    [
      'a missing key of a fault',
      'cut: leader',
      'delay: leader',
      'x.yaml:6:5: faults[0]: by is missing',
    ],
    [
      'two faults in one entry',
      'for: 5s',
      'kill: m1',
      'faults[0]: it names cut and kill: one fault an entry',
    ],
    [
      'a number where a name belongs',
      'name: leader-cut-off',
      'name: 7',
      'x.yaml:1:7: name: expected a text; this is 7',
    ],
    [
      'a fault behind the injection',
      'at: 2s',
      'at: 9s',
      'x.yaml:6:11: faults[0].at: it is not before the end of the injection, 6000ms',
    ],
    ['YAML that is none', 'managers: 3', 'managers: [3', 'x.yaml:3:1:'],
    [
      'a second document',
      'settle: 10s',
      '---\nname: y',
      'x.yaml:8:1: a second document begins here: one scenario a file',
    ],
    [
      'a flap that never changes',
      'cut: leader, from: rest',
      'flap: leader, every: 0s',
      'faults[0].every: expected a time from 1ms to 24h; this is "0s"',
    ],
    [
      'a time without end',
      'settle: 10s',
      'inject: 100000h',
      'inject: expected a time of at most 24h; this is "100000h"',
    ],
    [
      'a rate that nobody can keep up with',
      'rate: 50/s',
      'rate: 1000000000/s',
      'workload.rate: expected a rate of at most 10000/s; this is "1000000000/s"',
    ],
    [
      'more operations than a run can hold',
      'settle: 10s',
      'inject: 10h',
      'inject: 1800000 operations are more than a run can hold (1000000)',
    ],
    [
      'a typo in a setting',
      'settle: 10s',
      'settings: { autolok: true }',
      'x.yaml:8:13: settings.autolok: target reference has no autolok, but autolock, scanFolders, snapshotIntervalEntries, trailingEntries. Did you mean autolock?',
    ],
    [
      'a setting of another type',
      'settle: 10s',
      'settings: { autolock: yes please }',
      'settings.autolock: expected true or false; this is "yes please"',
    ],
    [
      'a typo in an argument of a procedure',
      'cut: leader, from: rest, for: 5s',
      'procedure: short-lived, args: { replica: 1 }',
      'faults[0].args.replica: procedure short-lived has no replica, but endsAfterMs, fails, replicas. Did you mean replicas?',
    ],
    [
      'an argument out of range',
      'cut: leader, from: rest, for: 5s',
      'procedure: short-lived, args: { replicas: -1 }',
      'faults[0].args.replicas: expected a whole number that is not negative; this is -1',
    ],
    [
      'an argument of a procedure that takes none',
      'cut: leader, from: rest, for: 5s',
      'procedure: lock, args: { fast: true }',
      'faults[0].args.fast: procedure lock has no fast.',
    ],
  ])('%s', (_, from, to, expected) => {
    expect(without(from, to)).toContain(expected);
  });

  test('procedures and operations that the target does not have', () => {
    expect(messageOf('name: x\nfaults: [{ procedure: lok }]')).toContain('Did you mean lock?');
    expect(
      messageOf('name: x\nfaults: [{ when: { operation: service.creat }, kill: m1 }]'),
    ).toContain('Did you mean service.create?');
    expect(messageOf('name: x\ntarget: referense')).toContain('Did you mean reference?');
  });

  test.each([
    ['{ when: { nod: promoted }, kill: m1 }', 'Did you mean node?'],
    ['{ when: { leader: lost, aftr: 1s }, kill: m1 }', 'Did you mean after?'],
    ['{ kill: m1, for: 1s }', 'for is not known here. Did you mean restartAfter?'],
  ])('keys of faults: %s', (fault, expected) => {
    expect(messageOf(`name: x\nfaults: [${fault}]`)).toContain(expected);
  });

  test('a property that says nothing of the target', () => {
    const without = { ...referenceSwarm, name: 'mine', notJudgedBy: ['reconciliation-converges'] };
    expect(() =>
      parseScenario('name: x\ntarget: mine\nproperties: [reconciliation-converges]', 'x.yaml', {
        ...known,
        targets: new Map([['mine', without]]),
      }),
    ).toThrow('properties[0]: target mine cannot be judged by reconciliation-converges');
  });

  test.each([
    ['managers: 0', 'managers: expected at least 1; this is 0'],
    ['managers: 99', 'managers: expected at most 15; this is 99'],
    ['workers: two', 'workers: expected a number; this is "two"'],
    ['properties: []', 'properties: expected a list of at least 1 entry; this is []'],
    ['settings: 4', 'settings: expected keys with values; this is 4'],
    ['title: ""', 'title: expected a text that is not empty; this is ""'],
    ['workload: { clients: 1.5, rate: 1/s }', 'clients: expected a whole number; this is 1.5'],
    ['faults: [{ partition: [m1] }]', 'partition: expected a list of at least 2 entries'],
    ['faults: [{ kill: 4 }]', 'kill: expected a text; this is 4'],
  ])('in plain words: %s', (line, words) => {
    const message = messageOf(`name: x\n${line}\n`);
    expect(message).toContain(words);
    expect(message).not.toMatch(/Too (small|big)|Invalid|received/);
  });

  test('with the line in its frame', () => {
    expect(without('workers: 2', 'worker: 2')).toContain(
      ['  2 | managers: 3', '> 3 | worker: 2', '    | ^', '  4 | workload'].join('\n'),
    );
  });

  test('all at once', () => {
    const message = messageOf(yaml.replace('at: 2s', 'at: 2').replace('workers', 'worker'));
    expect(message.match(/x\.yaml:/g)).toHaveLength(2);
  });

  test('a file that is not there', () => {
    expect(() => readScenario('/no/such.yaml', known)).toThrow(
      /the scenario \/no\/such\.yaml cannot be read/,
    );
  });
});

test('editors get a JSON Schema that knows every fault', () => {
  const text = JSON.stringify(scenarioJsonSchema());
  for (const name of ['cut', 'partition', 'ring', 'delay', 'flap', 'kill', 'pause', 'procedure']) {
    expect(text).toContain(`"${name}"`);
  }
});
