/** How agents register, and what keeps their sessions alive. */
import { describe, expect, test } from '@jest/globals';
import { defaultNodeConfig } from '../node/config.ts';
import { Leader } from './testing/leader.ts';

describe('a registration', () => {
  test('is told of a manager that came in right after another one was answered', () => {
    const leader = new Leader();
    leader.register('n1');
    leader.managers = [...leader.managers, { nodeId: 'n2', address: 'n2:1' }];
    leader.register('n2');
    expect(leader.last('session').managers).toEqual(leader.managers);
  });

  test('opens a session and tells all tasks of the node', () => {
    const leader = new Leader();
    leader.ask('n1', 'x');
    expect(leader.last('session')).toMatchObject({
      nonce: 'x',
      heartbeatMs: defaultNodeConfig.dispatcherHeartbeatMs,
      managers: [{ nodeId: 'm', address: 'm:1' }],
    });
    const { complete, sequence, update: told, remove } = leader.last('assignments');
    expect({ complete, sequence, remove }).toEqual({ complete: true, sequence: 1, remove: [] });
    expect(told.map(({ id, desired, state }) => [id, desired, state])).toEqual([
      ['t1', 'running', 'running'],
      ['t2', 'shutdown', 'running'],
    ]);
    expect(leader.store.node('n1')?.Status.State).toBe('ready');
  });

  test('that comes twice gets the same session', () => {
    const leader = new Leader();
    const session = leader.register('n1');
    expect(leader.register('n1')).toBe(session);
  });

  test('anew ends the session before it', () => {
    const leader = new Leader();
    const before = leader.register('n1', 'a');
    const session = leader.register('n1', 'b');
    leader.hear('n1', { type: 'heartbeat', session: before, beat: 1 });
    expect(leader.last('session-invalid')).toMatchObject({ session: before, removed: false });
    leader.hear('n1', { type: 'heartbeat', session, beat: 1 });
    expect(leader.last('heartbeat-ack')).toMatchObject({ session, beat: 1 });
  });

  test.each([
    ['a node that was removed', 'gone', true],
    ['a node that nobody knows', 'stranger', false],
  ])('of %s is refused', (_who, nodeId, removed) => {
    const leader = new Leader();
    leader.ask(nodeId, 'x');
    expect(leader.take()).toEqual([
      { to: `${nodeId}:1`, message: { type: 'session-invalid', session: 'x', removed } },
    ]);
  });

  test('of one node cannot use the session of another', () => {
    const leader = new Leader();
    const session = leader.register('n1');
    leader.hear('n2', { type: 'heartbeat', session, beat: 1 });
    expect(leader.last('session-invalid').session).toBe(session);
  });
});

describe('heartbeats', () => {
  test('keep a node ready without a single write, and leave the leader asleep most of the time', () => {
    const leader = new Leader();
    const session = leader.register('n1');
    leader.wait(500);
    leader.hear('n1', { type: 'heartbeat', session, beat: 0 });
    leader.wait(5_000);
    const again = leader.register('n1', 'again');
    leader.wait(100);
    const { sequence } = leader.last('assignments');
    leader.hear('n1', { type: 'assigned', session: again, sequence });
    const { Version } = leader.store.node('n1') ?? {};
    const before = leader.ticks;
    for (let beat = 0; beat < 120; beat += 1) {
      leader.hear('n1', { type: 'heartbeat', session: again, beat });
      leader.wait(500);
    }
    expect(leader.store.node('n1')).toMatchObject({ Status: { State: 'ready' }, Version });
    // In a minute: a look at everything each 5 s, and one at the nodes each second.
    expect(leader.ticks - before).toBeLessThan(80);
  });

  test('that stop let the node be down, and its session be over', () => {
    const leader = new Leader();
    const session = leader.register('n1');
    leader.wait(1_600);
    expect(leader.store.node('n1')?.Status.State).toBe('down');
    leader.hear('n1', { type: 'heartbeat', session, beat: 1 });
    expect(leader.last('session-invalid')).toMatchObject({ session, removed: false });
    leader.register('n1', 'again');
    expect(leader.store.node('n1')?.Status).toMatchObject({ State: 'ready', Message: '' });
  });

  test('that stop keep the node up where it registers anew while the failure is being written', () => {
    const leader = new Leader();
    leader.register('n1');
    leader.held = true;
    leader.wait(1_600);
    leader.register('n1', 'again');
    leader.release();
    expect(leader.store.node('n1')?.Status.State).toBe('ready');
  });
});
