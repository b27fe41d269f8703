import { describe, expect, test } from '@jest/globals';
import { assigned, Probe } from './testing/probe.ts';

describe('a task', () => {
  test('is prepared, started and stopped, and its states only move on', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.report('t', 'ready');
    probe.report('t', 'running');
    probe.report('t', 'preparing');
    probe.assign([assigned('t', { desired: 'shutdown', state: 'running' })], {
      complete: false,
      appliesTo: 1,
      sequence: 2,
    });
    probe.report('t', 'shutdown');
    expect(probe.orders).toEqual(['prepare t', 'start t', 'stop t 1000']);
    expect(probe.changes).toEqual(
      ['accepted', 'preparing', 'ready', 'starting', 'running', 'shutdown'].map((s) => `t ${s}`),
    );
  });

  test('that is desired ready waits there until it may run', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t', { desired: 'ready' })]);
    probe.report('t', 'ready');
    expect(probe.orders).toEqual(['prepare t']);
    const change = { complete: false, appliesTo: 1, sequence: 2 };
    probe.assign([assigned('t', { state: 'ready' })], change);
    expect(probe.orders).toEqual(['prepare t', 'start t']);
  });

  test('that fails before it was started is rejected', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.report('t', 'failed', { error: 'No such image' });
    expect(probe.changes.at(-1)).toBe('t rejected');
  });

  test('that was never begun is shut down without the executor', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t', { desired: 'shutdown' })]);
    expect(probe.orders).toEqual([]);
    expect(probe.changes).toEqual(['t shutdown']);
  });

  test('is not begun again by an older assignment that wants it to run', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t', { desired: 'shutdown' })]);
    probe.assign([assigned('t')], { complete: false, appliesTo: 1, sequence: 2 });
    expect(probe.orders).toEqual([]);
  });
});

describe('a restarted agent', () => {
  const withTask = (change: (probe: Probe) => void): Probe => {
    const before = new Probe();
    before.open();
    before.assign([assigned('t'), assigned('u', { desired: 'shutdown', state: 'running' })]);
    change(before);
    return new Probe({ files: before.files });
  };

  test('starts its tasks again before any manager answers', () => {
    const probe = withTask((before) => {
      before.report('t', 'ready');
      before.report('t', 'running');
    });
    expect(probe.orders).toEqual(['prepare t']);
    probe.report('t', 'ready');
    expect(probe.orders).toEqual(['prepare t', 'start t']);
  });

  test('does not start again what had ended', () => {
    const probe = withTask((before) => {
      before.report('t', 'complete', { exitCode: 0 });
    });
    expect(probe.orders).toEqual([]);
  });

  test('stops what it then learns is no longer its own', () => {
    const probe = withTask(() => undefined);
    probe.open();
    probe.assign([]);
    expect(probe.orders).toEqual(['prepare t', 'stop t 1000']);
  });

  test('says again how a task ended where nobody heard it', () => {
    const probe = withTask((before) => {
      before.report('t', 'complete', { exitCode: 0 });
    });
    probe.open();
    probe.assign([assigned('t')]);
    probe.wait(20);
    expect(probe.take().map(({ message }) => message)).toContainEqual(
      expect.objectContaining({ updates: [expect.objectContaining({ state: 'complete' })] }),
    );
  });

  test.each(['', '{', '{"tasks":7}', '{"tasks":[{"state":"running"}]}', 'null'])(
    'begins with nothing where its file says %j',
    (text) => {
      const files = new Map([['worker/tasks.json', new TextEncoder().encode(text)]]);
      expect(new Probe({ files }).orders).toEqual([]);
    },
  );
});
