import { expect, test } from '@jest/globals';
import { history, scan } from '../testing/histories.ts';
import { folderOpensWithItsKey } from './folder-opens-with-its-key.ts';

const judge = (...unreadable: readonly (readonly string[] | undefined)[]) =>
  folderOpensWithItsKey.judge(
    history({ scans: unreadable.map((files) => scan('m2', files && { unreadable: files })) }),
  );

test('what opens with the key file beside it is as it should be', () => {
  expect(judge([], [])).toMatchObject({ verdict: 'pass', tested: true });
});

test('a file that no key opens is lost', () => {
  expect(judge([], ['worker/tasks.json'])).toMatchObject({
    verdict: 'fail',
    summary: 'nobody can read worker/tasks.json of m2: no key of its key file opens it',
  });
});

test('a scan that tried to open nothing proves nothing', () => {
  expect(judge(undefined)).toMatchObject({ verdict: 'pass', tested: false });
});
