import { describe, expect, test } from '@jest/globals';
import { assigned, first, Probe, registrations } from './testing/probe.ts';

describe('assignments', () => {
  test('are confirmed once they are durable, and no sooner', () => {
    const probe = new Probe({ slowDisk: true });
    probe.open();
    probe.assign([assigned('t')]);
    expect(probe.take()).toEqual([]);
    probe.write();
    expect(probe.take()).toEqual([
      { to: first, message: { type: 'assigned', session: 'session', sequence: 1 } },
    ]);
  });

  test('of a complete set in parts are in force once all of them are there, each taken once and in order', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('old'), assigned('kept')]);
    probe.hear(first, { type: 'session-invalid', session: 'session', removed: false });
    probe.wait(500);
    probe.open('next');
    probe.take();
    const before = probe.orders.length;
    const part = (sequence: number, id: string, more?: true): void => {
      const change = { session: 'next', sequence, appliesTo: sequence - 1 };
      probe.assign([assigned(id)], more === undefined ? change : { ...change, more });
    };
    part(1, 'kept', true);
    part(2, 'new', true);
    part(1, 'kept', true);
    part(2, 'new', true);
    expect(probe.orders.slice(before)).toEqual([]);
    part(3, 'last');
    part(3, 'last');
    expect(probe.orders.slice(before)).toEqual(['prepare new', 'prepare last', 'stop old 1000']);
    const confirmed = probe
      .take()
      .flatMap(({ message }) => (message.type === 'assigned' ? [message.sequence] : []));
    expect(confirmed).toEqual([1, 2, 2, 2, 3, 3]);
  });

  test('in parts leave nothing to a session that comes in between', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('early')], { more: true });
    probe.hear(first, { type: 'session-invalid', session: 'session', removed: false });
    probe.wait(500);
    probe.open('next');
    probe.assign([assigned('late')], { sequence: 2, appliesTo: 1 });
    probe.assign([assigned('t')], { session: 'next' });
    expect(probe.orders).toEqual(['prepare t']);
  });

  test('in parts of which one is missing are of no use, and a new session is looked for', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('a')], { more: true });
    probe.take();
    probe.assign([assigned('c')], { sequence: 3, appliesTo: 2 });
    expect(probe.orders).toEqual([]);
    probe.wait(500);
    expect(registrations(probe)).toHaveLength(1);
  });

  test('that come twice are confirmed twice and carried out once', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.take();
    probe.assign([assigned('t')]);
    expect(probe.take().map(({ message }) => message.type)).toEqual(['assigned']);
    expect(probe.orders).toEqual(['prepare t']);
  });

  test('on top of what it has change only what they name', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('a'), assigned('b')]);
    probe.assign([assigned('c')], { complete: false, appliesTo: 1, sequence: 2, remove: ['a'] });
    expect(probe.orders).toEqual(['prepare a', 'prepare b', 'prepare c', 'stop a 1000']);
  });

  test('on top of what it does not have end the session', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('a')], { complete: false, appliesTo: 1, sequence: 2 });
    expect(probe.orders).toEqual([]);
    probe.take();
    probe.wait(500);
    expect(registrations(probe)).toHaveLength(1);
  });

  test('that are complete stop what they leave out', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('a'), assigned('b')]);
    probe.hear(first, { type: 'session-invalid', session: 'session', removed: false });
    probe.wait(200);
    probe.open('next');
    probe.assign([assigned('b')], { session: 'next' });
    expect(probe.orders.filter((order) => order.startsWith('stop'))).toEqual(['stop a 1000']);
  });
});
