import { expect, test } from '@jest/globals';
import type { DiskOperation } from '../ports.ts';
import { Effects } from './effects.ts';
import { PersistPipeline } from './persist-pipeline.ts';

const write = (file: string): DiskOperation => ({ op: 'write', file, bytes: new Uint8Array(0) });
const begin = (files: readonly string[] = []) => {
  const effects = new Effects();
  const pipeline = new PersistPipeline(
    effects,
    new Map(files.map((file) => [file, new Uint8Array(0)])),
  );
  const flushed = (): readonly (readonly string[])[] => {
    pipeline.flush();
    return effects
      .take()
      .map((effect) =>
        effect.type === 'persist' ? effect.operations.map(({ file }) => file) : [],
      );
  };
  return { pipeline, flushed };
};

test('one persist is under way at a time, and what comes meanwhile goes out together', () => {
  const { pipeline, flushed } = begin();
  const done: string[] = [];
  pipeline.add([write('a')], () => done.push('a'));
  expect(flushed()).toEqual([['a']]);
  pipeline.add([write('b')], () => done.push('b'));
  pipeline.add([write('c')], () => done.push('c'));
  expect(flushed()).toEqual([]);
  pipeline.persisted(1);
  expect(done).toEqual(['a']);
  expect(flushed()).toEqual([['b', 'c']]);
  pipeline.persisted(2);
  expect(done).toEqual(['a', 'b', 'c']);
});

test('who only waits is called at once, after what is under way, or after what still waits', () => {
  const { pipeline, flushed } = begin();
  const done: string[] = [];
  pipeline.whenDurable(() => done.push('idle'));
  expect(done).toEqual(['idle']);
  pipeline.add([write('a')]);
  flushed();
  pipeline.whenDurable(() => done.push('under way'));
  pipeline.add([write('b')]);
  pipeline.whenDurable(() => done.push('waiting'));
  pipeline.persisted(1);
  expect(done).toEqual(['idle', 'under way']);
  flushed();
  pipeline.persisted(2);
  expect(done).toEqual(['idle', 'under way', 'waiting']);
});

test('a removal knows the files that were there, and those asked for since, and begins with the one named', () => {
  const { pipeline, flushed } = begin(['raft/1', 'key']);
  pipeline.add([write('raft/2'), { op: 'remove', file: 'raft/1' }]);
  pipeline.remove(() => true, 'raft/2');
  expect(flushed()).toEqual([['raft/2', 'raft/1', 'raft/2', 'key']]);
});
