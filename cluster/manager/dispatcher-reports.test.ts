import { describe, expect, test } from '@jest/globals';
import { reportBatchMs } from './reports.ts';
import { Leader, statusUpdate } from './testing/leader.ts';

describe('a report', () => {
  test('is acknowledged once it is committed, and no sooner', () => {
    const leader = new Leader();
    const session = leader.register('n1');
    leader.take();
    leader.held = true;
    leader.hear('n1', {
      type: 'status',
      session,
      batch: 4,
      updates: [statusUpdate('t1', 'failed')],
    });
    leader.wait(100);
    expect(leader.take()).toEqual([]);
    leader.release();
    expect(leader.last('status-ack')).toEqual({ type: 'status-ack', session, batch: 4 });
    expect(leader.store.task('t1')?.Status).toMatchObject({
      State: 'failed',
      Message: 'failed',
      Timestamp: '1970-01-01T00:00:00.005Z',
    });
  });

  test('of an earlier state changes nothing, and is acknowledged', () => {
    const leader = new Leader();
    const session = leader.register('n1');
    leader.report('n1', session, statusUpdate('t1', 'preparing'));
    expect(leader.last('status-ack').batch).toBe(1);
    expect(leader.store.task('t1')?.Status.State).toBe('running');
  });

  test('of a task of another node changes nothing, and is acknowledged', () => {
    const leader = new Leader();
    const session = leader.register('n2');
    leader.report('n2', session, statusUpdate('t1', 'failed'));
    expect(leader.last('status-ack').batch).toBe(1);
    leader.wait(100);
    expect(leader.store.task('t1')?.Status.State).toBe('running');
  });

  test('of an unknown task is acknowledged', () => {
    const leader = new Leader();
    const session = leader.register('n1');
    leader.report('n1', session, statusUpdate('nothing', 'failed'));
    expect(leader.last('status-ack').batch).toBe(1);
  });

  test('carries error, exit code and ports into the task', () => {
    const leader = new Leader();
    const session = leader.register('n1');
    const failed = { ...statusUpdate('t1', 'failed'), error: 'exit 3', exitCode: 3, ports: [8080] };
    leader.report('n1', session, failed);
    leader.wait(reportBatchMs);
    expect(leader.store.task('t1')?.Status).toMatchObject({
      Err: 'exit 3',
      ContainerStatus: { ContainerID: 't1', PID: 0, ExitCode: 3 },
      PortStatus: { Ports: [{ Protocol: 'tcp', PublishedPort: 8080, PublishMode: 'host' }] },
    });
  });

  test('in a session that is over is refused', () => {
    const leader = new Leader();
    leader.register('n1');
    leader.hear('n1', {
      type: 'status',
      session: 'old',
      batch: 1,
      updates: [statusUpdate('t1', 'failed')],
    });
    expect(leader.last('session-invalid').session).toBe('old');
    leader.wait(reportBatchMs);
    expect(leader.store.task('t1')?.Status.State).toBe('running');
  });
});
