import { describe, expect, test } from '@jest/globals';
import { defaultNodeConfig } from '../node/config.ts';
import type { AgentMessage } from './messages.ts';
import { assigned, first, managers, Probe, registrations, second, third } from './testing/probe.ts';

/** The registration that it just sent. */
const registration = (probe: Probe): AgentMessage & { readonly type: 'register' } => {
  const message = probe.take().at(-1)?.message;
  if (message?.type !== 'register') throw new Error('It does not register');
  return message;
};

describe('an agent looking for a session', () => {
  test('registers with the first manager at once, under its own name', () => {
    const probe = new Probe();
    expect(probe.take()).toEqual([
      {
        to: first,
        message: expect.objectContaining({
          type: 'register',
          nodeId: 'w',
          hostname: 'worker',
          address: '10.0.0.9:2377',
        }),
      },
    ]);
  });

  test('tries one manager after the other while none answers, more and more seldom', () => {
    const probe = new Probe();
    probe.wait(10_000);
    const tried = registrations(probe);
    expect(tried.slice(0, 4)).toEqual([first, second, third, first]);
    expect(tried.length).toBeLessThan(13);
  });

  test('is patient with managers behind slow links', () => {
    const probe = new Probe();
    let answered = false;
    for (let tries = 0; tries < 6 && !answered; tries += 1) {
      const last = probe.take().at(-1);
      if (last?.message.type !== 'register') throw new Error('It does not register');
      probe.wait(1_200);
      const { nonce } = last.message;
      const change = { session: 'session', heartbeatMs: 500, managers };
      probe.hear(last.to, { type: 'session', nonce, ...change });
      probe.take();
      probe.wait(500);
      answered = probe.sent.some(({ message }) => message.type === 'heartbeat');
      probe.wait(1_500);
    }
    expect(answered).toBe(true);
  });

  test('follows a hint at once', () => {
    const probe = new Probe();
    const message = registration(probe);
    probe.hear(first, { type: 'not-leader', nonce: message.nonce, leader: third, managers });
    expect(registrations(probe)).toEqual([third]);
  });

  test('takes a hint that is a node id as well', () => {
    const probe = new Probe();
    const message = registration(probe);
    probe.hear(first, { type: 'not-leader', nonce: message.nonce, leader: 'm2', managers });
    expect(registrations(probe)).toEqual([second]);
  });

  test('pauses when two managers send it to and fro', () => {
    const probe = new Probe();
    const asked: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      const last = probe.take().at(-1);
      if (last?.message.type !== 'register') break;
      asked.push(last.to);
      const leader = last.to === first ? second : first;
      probe.hear(last.to, { type: 'not-leader', nonce: last.message.nonce, leader, managers });
    }
    expect(asked.slice(0, 2).toSorted()).toEqual([first, second]);
    expect(asked.length).toBeLessThan(10);
    expect(probe.agent.deadline).toBeGreaterThan(probe.now);
  });

  test('does not listen to answers to what it no longer asks', () => {
    const probe = new Probe();
    const message = registration(probe);
    probe.wait(600);
    probe.hear(first, {
      type: 'session',
      nonce: message.nonce,
      session: 'late',
      heartbeatMs: 500,
      managers,
    });
    probe.wait(2_000);
    expect(probe.take().some(({ message: sent }) => sent.type === 'heartbeat')).toBe(false);
  });

  test('learns managers that it did not know', () => {
    const probe = new Probe({ managers: managers.slice(0, 1) });
    const message = registration(probe);
    probe.hear(first, { type: 'not-leader', nonce: message.nonce, leader: undefined, managers });
    expect(probe.agent.managers).toHaveLength(3);
    probe.wait(500);
    expect(registrations(probe)[0]).toBe(second);
  });

  test('sleeps where it knows no manager at all', () => {
    const probe = new Probe({ managers: [] });
    expect(probe.agent.deadline).toBeUndefined();
    expect(probe.take()).toEqual([]);
  });
});

describe('an agent in a session', () => {
  test('sends heartbeats, and nothing else', () => {
    const probe = new Probe();
    probe.open();
    for (let beat = 1; beat <= 3; beat += 1) {
      probe.wait(500);
      expect(probe.take()).toEqual([
        { to: first, message: { type: 'heartbeat', session: 'session', beat } },
      ]);
      probe.hear(first, { type: 'heartbeat-ack', session: 'session', beat, managers });
    }
  });

  test('goes to another manager after two unanswered heartbeats, before it counts as down', () => {
    const probe = new Probe();
    probe.open();
    const asks = (): boolean => probe.sent.some(({ message }) => message.type === 'register');
    while (!asks() && probe.now < 10_000) probe.wait(10);
    expect(registrations(probe)).toEqual([second]);
    expect(probe.now).toBeGreaterThanOrEqual(1_000);
    expect(probe.now).toBeLessThan(defaultNodeConfig.graceFactor * 500);
  });

  test('goes to the new leader when its manager says that it leads no longer', () => {
    const probe = new Probe();
    probe.open();
    probe.hear(first, { type: 'not-leader', nonce: '', leader: second, managers });
    expect(registrations(probe)).toEqual([second]);
  });

  test('registers again when its session is no longer known', () => {
    const probe = new Probe();
    probe.open();
    probe.hear(first, { type: 'session-invalid', session: 'session', removed: false });
    probe.wait(500);
    expect(registrations(probe)).toHaveLength(1);
  });

  test('stops everything and asks nobody any more once its node was removed', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.report('t', 'ready');
    probe.report('t', 'running');
    probe.hear(first, { type: 'session-invalid', session: 'session', removed: true });
    expect(probe.orders.at(-1)).toBe('stop t 1000');
    probe.report('t', 'shutdown');
    probe.take();
    expect(probe.agent.deadline).toBeUndefined();
    probe.wait(60_000);
    expect(probe.take()).toEqual([]);
  });

  test('is not disturbed by messages of other sessions', () => {
    const probe = new Probe();
    probe.open();
    probe.hear(second, { type: 'session-invalid', session: 'other', removed: true });
    probe.assign([assigned('t')], { session: 'other' });
    probe.hear(second, { type: 'not-leader', nonce: '', leader: third, managers });
    expect(probe.orders).toEqual([]);
    probe.wait(500);
    expect(probe.take().map(({ message }) => message.type)).toEqual(['heartbeat']);
  });
});

describe('an agent that leaves', () => {
  test('stops every task, says so to the dispatcher, and is done', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.report('t', 'ready');
    probe.report('t', 'running');
    probe.take();
    probe.step({ type: 'leave' });
    expect(probe.left).toBe(false);
    probe.report('t', 'shutdown');
    expect(probe.left).toBe(true);
    expect(probe.take().map(({ message }) => message.type)).toEqual(['status', 'leave']);
    expect(probe.agent.deadline).toBeUndefined();
  });

  test('takes nothing more in', () => {
    const probe = new Probe();
    probe.open();
    probe.assign([assigned('t')]);
    probe.step({ type: 'leave' });
    probe.assign([assigned('u')], { complete: false, appliesTo: 1, sequence: 2 });
    expect(probe.orders).toEqual(['prepare t', 'stop t 1000']);
  });

  test('leaves at once where it has neither tasks nor a session', () => {
    const probe = new Probe({ managers: [] });
    probe.step({ type: 'leave' });
    expect(probe.left).toBe(true);
  });
});
