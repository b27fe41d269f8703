import { describe, expect, test } from '@jest/globals';
import type { DispatcherMessage } from '../agent/messages.ts';
import { sampleTask } from '../store/testing/sample-objects.ts';
import { encodePeerMessage } from '../wire/codec.ts';
import { reportBatchMs } from './reports.ts';
import { Leader, onN1, statusUpdate } from './testing/leader.ts';

type Assigned = DispatcherMessage & { readonly type: 'assignments' };

describe('assignments', () => {
  test('are sent again until they are confirmed', () => {
    const leader = new Leader();
    leader.ask('n1', 'x');
    const { session } = leader.last('session');
    leader.take();
    const beat = (): void => {
      leader.hear('n1', { type: 'heartbeat', session, beat: 1 });
      leader.wait(1_000);
    };
    beat();
    expect(leader.take().filter(({ message }) => message.type === 'assignments')).toHaveLength(2);
    leader.hear('n1', { type: 'assigned', session, sequence: 1 });
    beat();
    expect(leader.take().filter(({ message }) => message.type === 'assignments')).toEqual([]);
  });

  /** Confirms what is told until nothing more is; each message comes twice, because the first confirmation is lost. */
  const allTold = (leader: Leader, session: string): readonly Assigned[] => {
    const told: Assigned[] = [];
    for (let waiting = true; waiting;) {
      const before = leader.take().find(({ message }) => message.type === 'assignments')?.message;
      waiting = before?.type === 'assignments';
      if (before?.type !== 'assignments') break;
      leader.hear('n1', { type: 'heartbeat', session, beat: 1 });
      leader.wait(600);
      expect(leader.last('assignments')).toEqual(before);
      leader.take();
      expect(encodePeerMessage({ type: 'dispatcher', message: before }).length).toBeLessThan(
        2 << 20,
      );
      told.push(before);
      leader.hear('n1', { type: 'assigned', session, sequence: before.sequence });
    }
    return told;
  };

  test('that are large together come in parts, one after the other, at first as changes later', () => {
    const leader = new Leader();
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const large = (id: string, desired: 'running' | 'shutdown') =>
      sampleTask(id, {
        ...onN1(id),
        DesiredState: desired,
        Spec: { ContainerSpec: { Image: 'schism/echo', Env: [`X=${'x'.repeat(600_000)}`] } },
      });
    leader.write((open) => {
      for (const name of names) open.create('task', large(name, 'running'));
    });
    leader.take();
    const registration = { nonce: 'x', nodeId: 'n1', hostname: 'h', address: 'n1:1' };
    leader.hear('n1', { type: 'register', ...registration });
    const { session } = leader.last('session');
    const parts = allTold(leader, session);
    expect(parts.map(({ complete, more }) => [complete, more])).toEqual([
      [true, true],
      [true, true],
      [true, true],
      [true, undefined],
    ]);
    expect(parts.map(({ sequence, appliesTo }) => sequence - appliesTo)).toEqual([1, 1, 1, 1]);
    const ids = parts.flatMap(({ update: some }) => some.map(({ id }) => id));
    expect(ids).toEqual([...names, 't1', 't2']);
    leader.write((open) => {
      for (const name of names) open.update('task', large(name, 'shutdown'), undefined);
    });
    const changes = allTold(leader, session);
    expect(changes.map(({ complete, more }) => [complete, more])).toEqual([
      [false, undefined],
      [false, undefined],
      [false, undefined],
    ]);
    expect(changes.flatMap(({ update: some }) => some.map(({ id }) => id))).toEqual(names);
  });

  test('tell only what changed, on top of what is confirmed', () => {
    const leader = new Leader();
    leader.register('n1');
    leader.take();
    leader.write((open) => {
      open.update('task', sampleTask('t1', { ...onN1('t1'), DesiredState: 'shutdown' }), undefined);
    });
    expect(leader.last('assignments')).toMatchObject({
      complete: false,
      appliesTo: 1,
      sequence: 2,
      update: [{ id: 't1', desired: 'shutdown' }],
      remove: [],
    });
  });

  test('gather what changes while others are under way', () => {
    const leader = new Leader();
    const session = leader.register('n1');
    const shut = (id: string): void => {
      leader.write((open) => {
        open.update('task', sampleTask(id, { ...onN1(id), DesiredState: 'remove' }), undefined);
      });
    };
    leader.take();
    shut('t1');
    shut('t2');
    const sent = leader.take().filter(({ message }) => message.type === 'assignments');
    expect(sent).toHaveLength(1);
    leader.hear('n1', { type: 'assigned', session, sequence: 2 });
    const next = leader.last('assignments');
    expect(next).toMatchObject({ sequence: 3, appliesTo: 2 });
    expect(next.update).toContainEqual(expect.objectContaining({ id: 't2', desired: 'remove' }));
  });

  test('take back tasks that have ended or are gone', () => {
    const leader = new Leader();
    const session = leader.register('n1');
    leader.report('n1', session, statusUpdate('t2', 'shutdown'));
    leader.wait(reportBatchMs);
    expect(leader.last('assignments')).toMatchObject({ update: [], remove: ['t2'] });
  });

  test('are not repeated because of what the agent itself reported', () => {
    const leader = new Leader();
    leader.write((open) => {
      open.create(
        'task',
        sampleTask('t3', {
          ...onN1('t1'),
          Slot: 1,
          DesiredState: 'shutdown',
          Status: { Timestamp: '', State: 'assigned', Message: '' },
        }),
      );
    });
    const session = leader.register('n1');
    leader.take();
    leader.report('n1', session, statusUpdate('t3', 'running'));
    leader.wait(reportBatchMs);
    expect(leader.store.task('t3')?.Status.State).toBe('running');
    expect(leader.take().map(({ message }) => message.type)).toEqual(['status-ack']);
  });
});
