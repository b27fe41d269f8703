import { describe, expect, test } from '@jest/globals';
import { assigned, first, managers, Probe } from './testing/probe.ts';

describe('reports', () => {
  const statuses = (probe: Probe) =>
    probe.take().flatMap(({ message }) => (message.type === 'status' ? [message] : []));

  test('carry the newest state only, soon once it runs', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.wait(20);
    expect(statuses(probe)).toEqual([]);
    probe.report('t', 'ready');
    probe.report('t', 'running', { ports: [8080] });
    probe.wait(20);
    expect(statuses(probe)).toEqual([
      {
        type: 'status',
        session: 'session',
        batch: 1,
        updates: [
          expect.objectContaining({
            taskId: 't',
            state: 'running',
            message: 'started',
            ports: [8080],
          }),
        ],
      },
    ]);
  });

  test('of a long way there are sent as well', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.wait(150);
    expect(statuses(probe)[0]?.updates[0]?.state).toBe('preparing');
  });

  test('are sent again until they are acknowledged, and then no more', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.report('t', 'failed', { exitCode: 3, error: 'exit 3' });
    probe.wait(600);
    const sent = statuses(probe);
    expect(sent.map(({ batch }) => batch)).toEqual([1, 2]);
    probe.hear(first, { type: 'status-ack', session: 'session', batch: 1 });
    probe.hear(first, { type: 'heartbeat-ack', session: 'session', beat: 1, managers });
    probe.wait(500);
    expect(statuses(probe)).toHaveLength(1);
    probe.hear(first, { type: 'status-ack', session: 'session', batch: 3 });
    probe.hear(first, { type: 'heartbeat-ack', session: 'session', beat: 2, managers });
    probe.wait(900);
    expect(statuses(probe)).toEqual([]);
  });

  test('that were overtaken while they were under way are followed by the newer state', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.report('t', 'ready');
    probe.report('t', 'running');
    probe.wait(20);
    probe.report('t', 'complete', { exitCode: 0 });
    probe.hear(first, { type: 'status-ack', session: 'session', batch: 1 });
    probe.wait(20);
    expect(statuses(probe).map(({ updates }) => updates[0]?.state)).toEqual([
      'running',
      'complete',
    ]);
  });

  test('go to the next session as well', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.report('t', 'failed');
    probe.wait(20);
    probe.hear(first, { type: 'session-invalid', session: 'session', removed: false });
    probe.wait(200);
    probe.open('next');
    expect(statuses(probe)).toEqual([expect.objectContaining({ session: 'next' })]);
  });

  test('are made anew where the leader knows less than the agent', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.report('t', 'ready');
    probe.report('t', 'running');
    probe.wait(20);
    probe.hear(first, { type: 'status-ack', session: 'session', batch: 1 });
    probe.take();
    probe.assign([assigned('t', { state: 'preparing' })], {
      complete: false,
      appliesTo: 1,
      sequence: 2,
    });
    probe.wait(20);
    expect(statuses(probe).map(({ updates }) => updates[0]?.state)).toEqual(['running']);
  });

  test('are not made of tasks that are no longer assigned', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.assign([], { complete: false, appliesTo: 1, sequence: 2, remove: ['t'] });
    probe.report('t', 'shutdown');
    probe.wait(300);
    expect(statuses(probe)).toEqual([]);
    expect(probe.changes.at(-1)).toBe('t shutdown');
  });
});
