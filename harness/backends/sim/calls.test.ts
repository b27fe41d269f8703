import { describe, expect, test } from '@jest/globals';
import { cut, Driven, get, loud, ok, put } from './testing/driven.ts';
import { chanceBase } from './profile.ts';
import type { SimTarget } from './program.ts';
import { registerProgram } from './testing/register-nodes.ts';

describe('calls', () => {
  test('a put is answered once it is durable and another node has it', () => {
    const world = new Driven();
    const first = world.call('m1', put(7));
    const second = (world.pass(10), world.call('m2', get));
    world.pass(10);
    expect([world.resultOf(first), world.resultOf(second)]).toEqual([ok([7]), ok([7])]);
  });

  test('what is never answered times out as sent, and the node learns that the client went away', () => {
    const world = new Driven();
    const id = world.call('m1', { op: 'hang', value: 0 }, 30);
    world.pass(40);
    expect(world.resultOf(id)).toEqual({ failed: 'timed out', sent: true });
    expect(world.observations('m1').at(-1)).toMatchObject({ text: 'request aborted' });
  });

  test('a device answers after a time of its own', () => {
    const world = new Driven();
    const id = world.call('m1', { op: 'task', value: 0 });
    world.pass(20);
    expect(world.resultOf(id)).toEqual(ok([]));
    const soon = new Driven();
    const ids = Array.from({ length: 8 }, () => soon.call('m1', { op: 'task', value: 0 }));
    // There and back takes 0.6 ms at most, and whole milliseconds of the device's own are drawn.
    soon.pass(0.9);
    const answered = ids.filter((of) => soon.resultOf(of) !== undefined);
    expect(answered.length).toBeLessThan(ids.length);
  });

  test('what a device sees is an observation of its node', () => {
    const target: SimTarget = {
      ...registerProgram,
      device(node, random, tell) {
        const device = registerProgram.device(node, random, tell);
        return {
          ...device,
          due(ticket) {
            tell({ kind: 'executor', id: 't1', state: 'running' });
            return device.due(ticket);
          },
        };
      },
    };
    const world = new Driven(1, { target });
    world.call('m2', { op: 'task', value: 0 });
    world.pass(20);
    expect(world.observations('m2').at(-1)).toMatchObject({
      ...{ kind: 'executor', id: 't1', state: 'running' },
      ...{ boot: '1', seq: 2 },
    });
  });

  test('a dead node refuses, and nothing was sent', () => {
    const world = new Driven();
    world.begin({ deed: 'kill', node: 'm1' });
    world.pass(100);
    const id = world.call('m1', get);
    world.pass(5);
    expect(world.resultOf(id)).toEqual({ failed: 'connection refused', sent: false });
  });

  test('a node that dies with a request leaves its client with a broken connection', () => {
    const world = new Driven();
    const id = world.call('m1', { op: 'hang', value: 0 });
    world.pass(5).begin({ deed: 'kill', node: 'm1' });
    world.pass(100);
    expect(world.resultOf(id)).toEqual({ failed: 'connection reset', sent: true });
  });

  test.each([
    ['drop', { failed: 'timed out', sent: true }],
    ['refuse', { failed: 'connection refused', sent: false }],
    ['reset', { failed: 'connection reset', sent: true }],
  ] as const)('a client link cut by %s fails as such a link does', (mode, expected) => {
    const world = new Driven();
    world.begin(cut([{ from: 'client', to: 'm1' }], mode));
    const id = world.call('m1', get, 50);
    world.pass(60);
    expect(world.resultOf(id)).toEqual(expected);
  });

  test('refusing a client link closes the connections that are open', () => {
    const world = new Driven();
    const id = world.call('m1', { op: 'hang', value: 0 });
    world.pass(5).begin(cut([{ from: 'client', to: 'm1' }], 'refuse'));
    world.pass(5);
    expect(world.resultOf(id)).toEqual({ failed: 'connection closed', sent: true });
  });

  test('a noisy world breaks connections behind requests that were carried out', () => {
    const world = new Driven(1, { profile: loud({ breakage: chanceBase }) });
    const id = world.call('m1', put(5));
    world.pass(20);
    expect(world.resultOf(id)).toEqual({ failed: 'connection reset', sent: true });
    expect(world.observations('m1').at(-1)).toMatchObject({ kind: 'commit', index: 1 });
  });
});
