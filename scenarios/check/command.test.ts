import {
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

import { runCheck } from './command.ts';
import { FILE_BYTES_MAX } from './judge-file.ts';

let folder = '';
const right =
  '0\t:invoke\t:write\t1\n0\t:ok\t:write\t1\n1\t:invoke\t:read\tnil\n1\t:ok\t:read\t1\n';
const files: Readonly<Record<string, string>> = {
  'a-right.txt': right,
  'b-wrong.edn':
    '[{:process 0 :type :invoke :f :write :value 1} {:process 0 :type :ok :f :write :value 1}\n{:process 1 :type :invoke :f :read :value nil} {:process 1 :type :ok :f :read :value 2}]',
  'c-right.jsonl':
    '{"process":0,"type":"invoke","f":"write","value":1}\n{"process":0,"type":"info","f":"write"}\n',
  'd-broken.log':
    'INFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jepsen.util - 1\t:ok\t:read\t1\n',
  'e-empty.log': '',
  'f-nemesis.log': 'INFO  jepsen.util - :nemesis\t:info\t:start\tnil\n',
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'schism-check-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function check(...argv: string[]) {
  let [out, err] = ['', ''];
  const code = await runCheck(argv, {
    stdout: (text) => (out += text),
    stderr: (text) => (err += text),
  });
  return { code, out, err };
}

const path = (name: string) => join(folder, name);
type Result = {
  schema: string;
  files: {
    file: string;
    verdict: string;
    operations: number;
    keys: number;
    ms: number;
    why: string;
  }[];
  ms: number;
};

describe('schism check', () => {
  test('judges a folder of mixed formats; broken files are named and the others still judged', async () => {
    const { code, out } = await check(folder, '--model', 'register', '--json');
    const result = JSON.parse(out) as Result;
    expect(code).toBe(2);
    expect(result.schema).toBe('schism/check@1');
    expect(result.files.map(({ verdict }) => verdict)).toEqual([
      'pass',
      'fail',
      'pass',
      'bad-input',
      'bad-input',
      'unknown',
    ]);
    expect(result.files[3]?.why).toBe(
      `${path('d-broken.log')}:2: process 1 completes :read, but its invocation is missing`,
    );
    expect(result.files[5]?.why).toBe('it holds no operation of a client');
    for (const { ms } of result.files) expect(ms).toBeLessThanOrEqual(result.ms);
    expect(Object.keys(result.files[0] ?? {})).toEqual([
      'file',
      'verdict',
      'operations',
      'keys',
      'ms',
      'why',
    ]);
  });

  test.each([
    [['a-right.txt'], 0],
    [['a-right.txt', 'b-wrong.edn'], 1],
    [['a-right.txt', 'f-nemesis.log'], 3],
    [['b-wrong.edn', 'f-nemesis.log'], 1],
    [['b-wrong.edn', 'e-empty.log'], 2],
    [['there-is-no-such-file'], 2],
  ])('%j: exit code %i', async (names, expected) => {
    expect((await check(...names.map(path), '--model', 'register')).code).toBe(expected);
  });

  test('a link to itself, or to a folder above, leads nowhere; binary data is no history', async () => {
    const looped = mkdtempSync(join(folder, 'looped-'));
    writeFileSync(join(looped, 'a.txt'), right);
    symlinkSync(looped, join(looped, 'b'));
    const { code, out } = await check(looped, '--model', 'register');
    expect(out).toContain('1 file: 1 pass');
    expect(code).toBe(0);
    symlinkSync('c', join(looped, 'c'));
    writeFileSync(join(looped, 'd.bin'), Buffer.from([1, 0, 200, 0, 10]));
    const again = await check(looped, '--model', 'register');
    rmSync(looped, { recursive: true });
    expect(again.out).toContain('ELOOP');
    expect(again.out).toContain('it is binary data, not a history');
    expect(again.code).toBe(2);
  });

  test('says in a line what is wrong, where, and what would have been right', async () => {
    const { out } = await check(path('b-wrong.edn'), '--model', 'register');
    expect(out).toContain(
      'line 2: process 1: read → 2 fits no order of what returned before; right would have been read → 1',
    );
  });

  test('starts from the initial value that it is given', async () => {
    const text = path('a-right.txt');
    writeFileSync(path('initial.txt'), '1\t:invoke\t:read\tnil\n1\t:ok\t:read\t5\n');
    expect((await check(path('initial.txt'), '--model', 'register', '--init', '5')).code).toBe(0);
    expect((await check(path('initial.txt'), '--model', 'register')).code).toBe(1);
    expect((await check(path('initial.txt'), '--model', 'register', '--init', '-5')).code).toBe(1);
    expect((await check(text, '--model', 'counter', '--init', '"x"')).code).toBe(2);
    rmSync(path('initial.txt'));
  });

  test('a time may be of several parts', async () => {
    const given = ['--model', 'register', '--timeout', '1m30s'];
    expect((await check(path('a-right.txt'), ...given)).code).toBe(0);
  });

  test.each([
    [['--model', 'registre', 'x'], 'no model registre, but register, cas-register'],
    [['--model', 'registre', 'x'], 'Did you mean register?'],
    [['x'], '--model needs one of'],
    [['--model', 'set'], 'no file given'],
    [['--model', 'set', 'x', '--timeout', 'soon'], '--timeout needs a time'],
    [['--model', 'set', 'x', '--timeouts', '2s'], 'no option --timeouts. Did you mean --timeout?'],
    [['--model', 'set', 'x', '--jbos', '2'], 'no option --jbos. Did you mean --jobs?'],
    [['--model', 'set', 'x', '-x'], 'no option -x.'],
    [['x', '--model'], '--model needs a value'],
    [['--model', 'set', 'x', '--json=yes'], '--json takes no value'],
    [['--model', 'set', 'x', '--jobs', '0'], '--jobs needs a number'],
  ])('%j is refused: %s', async (argv, words) => {
    const { code, err } = await check(...argv);
    expect(code).toBe(2);
    expect(err).toContain(words);
    expect(err).not.toContain('usage:');
  });

  test('without a word it shows how it is called', async () => {
    const { code, err } = await check();
    expect(code).toBe(2);
    expect(err).toContain('--model needs one of register');
    expect(err).toContain('usage: schism check FILE… --model NAME');
  });

  test.each([
    ['x\n', 1, '"x"'],
    ['\n\n  a,b\r\n1,2\n', 3, '"a,b"'],
    ['INFO jepsen.core - Running test\n', 1, '"INFO jepsen.core - Running test"'],
    [`\u001b[2J${'long '.repeat(30)}`, 1, `"\\u001b[2J${'long '.repeat(11)}l…"`],
  ])(
    'a text that is none of the formats is bad input, with its first line: %j',
    async (text, line, shown) => {
      writeFileSync(path('other.txt'), text);
      const { code, out } = await check(path('other.txt'), '--model', 'register');
      rmSync(path('other.txt'));
      expect(code).toBe(2);
      expect(out).toContain(
        `${path('other.txt')}:${line}: ${shown} is no operation, nor is any other line; what can be read is EDN, JSON lines,`,
      );
    },
  );

  test.each(['[]', 'INFO  jepsen.util - :nemesis\t:info\t:start\tnil\n'])(
    'a history without an operation of a client is unknown: %j',
    async (text) => {
      writeFileSync(path('quiet.txt'), text);
      const { code, out } = await check(path('quiet.txt'), '--model', 'register');
      rmSync(path('quiet.txt'));
      expect(code).toBe(3);
      expect(out).toContain('it holds no operation of a client');
    },
  );

  test('a file that is not there has no line', async () => {
    const { out } = await check(path('nowhere.edn'), '--model', 'register');
    expect(out).toMatch(/nowhere\.edn: (Error: )?ENOENT: no such file/);
  });

  test('one of a kind is not told in the plural', async () => {
    writeFileSync(path('one.txt'), '0\t:invoke\t:write\t1\n');
    const { out } = await check(path('one.txt'), '--model', 'register');
    rmSync(path('one.txt'));
    expect(out).toMatch(/ {2}1 operation, 1 key, /);
    expect(out).toContain('1 file: 1 pass, 0 fail, 0 unknown in ');
  });

  test('the time given includes reading: a file that takes longer to read is unknown', async () => {
    const lines = Array.from({ length: 60_000 }, (_, at) => `${at}\t:invoke\t:write\t${at}\n`);
    writeFileSync(path('long.txt'), lines.join(''));
    const { code, out } = await check(path('long.txt'), '--model', 'register', '--timeout', '1ms');
    rmSync(path('long.txt'));
    expect(code).toBe(3);
    expect(out).toContain('the time given was over while the file was read');
  });

  test('refuses a file that is too large, and names the limit', async () => {
    writeFileSync(path('large.log'), '');
    truncateSync(path('large.log'), FILE_BYTES_MAX + 1);
    const { code, out } = await check(path('large.log'), '--model', 'register');
    rmSync(path('large.log'));
    expect(code).toBe(2);
    expect(out).toContain('more than 268435456 (256 MiB) are not read');
  });

  test('draws the worst history as a page of its own', async () => {
    const page = path('page.html');
    await check(path('a-right.txt'), path('b-wrong.edn'), '--model', 'register', '-o', page);
    const html = readFileSync(page, 'utf8');
    rmSync(page);
    expect(html).toContain('not linearizable');
    expect(html).toContain("default-src 'none'");
    expect(html).toContain('Right would have been: <code>read → 1</code>');
    expect(html).not.toContain('<script');
  });
});
