import { describe, expect, test } from '@jest/globals';
import { Driven, plainProfile, put } from './testing/driven.ts';
import type { DiskOperation, SimTarget } from './program.ts';
import { registerProgram } from './testing/register-nodes.ts';

describe('programs that break their word', () => {
  test('one that throws ends the run, with what it said', () => {
    const world = new Driven();
    world.call('m2', { op: 'crash', value: 0 });
    world.pass(10);
    expect(world.simulation.thrown).toMatchObject({ node: 'm2', message: 'told to crash' });
  });

  test('one that is never content with being woken ends the run', () => {
    const target: SimTarget = {
      ...registerProgram,
      boot: () => ({ handle: (_event, now) => [{ type: 'wake', at: now.mono }] }),
    };
    const world = new Driven(1, { target }).pass(10_000);
    expect(world.simulation.thrown?.message).toBe(
      'it asked 10000 times on end to be woken at once',
    );
  });

  const meddling = (
    meddle: (event: { readonly type: string }, effects: readonly unknown[]) => void,
  ): SimTarget => ({
    ...registerProgram,
    boot(boot) {
      const program = registerProgram.boot(boot);
      return {
        handle(event, now) {
          meddle(event, []);
          const effects = program.handle(event as Parameters<typeof program.handle>[0], now);
          meddle(event, effects);
          return effects;
        },
      };
    },
  });

  test('in strict runs a sender that goes on with its message is noticed', () => {
    let sent: { count: number } | undefined;
    const target = meddling((event, effects) => {
      if (event.type === 'wake' && sent !== undefined) sent.count += 1;
      for (const effect of effects as readonly { readonly type: string }[]) {
        if (effect.type === 'send')
          sent = (effect as unknown as { readonly message: { count: number } }).message;
      }
    });
    const loose = new Driven(1, { target }).pass(200);
    expect(loose.simulation.thrown).toBeUndefined();
    const slow = { ...plainProfile, delayMin: 20_000, strict: true };
    const strict = new Driven(1, { target, profile: slow }).pass(200);
    expect(strict.simulation.thrown?.message).toBe('a message changed after it was sent');
  });

  test('in strict runs a receiver that changes a message is noticed', () => {
    const target = meddling((event) => {
      if (event.type === 'message' && 'message' in event) {
        (event.message as { count: number }).count = 0;
      }
    });
    const loose = new Driven(1, { target }).pass(50);
    expect(loose.simulation.thrown).toBeUndefined();
    const strict = new Driven(1, { target, profile: { ...plainProfile, strict: true } }).pass(50);
    expect(strict.simulation.thrown?.message).toBe('a message was changed by its receiver');
  });

  test('in strict runs bytes may not change once they are given to the disk', () => {
    let given: Uint8Array | undefined;
    const target = meddling((event, effects) => {
      if (event.type === 'message' && given !== undefined) given[3] = (given[3] ?? 0) + 1;
      for (const effect of effects as readonly { readonly type: string }[]) {
        if (effect.type !== 'persist') continue;
        const [first] = (effect as unknown as { readonly operations: readonly DiskOperation[] })
          .operations;
        if (first?.op === 'append') given = first.bytes;
      }
    });
    const [loose, noticed] = [false, true].map((strict) => {
      given = undefined;
      const world = new Driven(1, { target, profile: { ...plainProfile, strict } });
      for (let count = 0; count < 20; count += 1) {
        world.call('m2', put(count));
        world.pass(3);
      }
      return world.simulation.thrown?.message;
    });
    expect(loose).toBeUndefined();
    expect(noticed).toMatch(/^the bytes of persist \d+ changed/);
  });

  test('strict runs go as loose ones do', () => {
    const [loose, strict] = [false, true].map((value) => {
      const world = new Driven(3, { profile: { ...plainProfile, strict: value } });
      world.call('m1', put(1));
      return world.pass(100).simulation.digest;
    });
    expect(strict).toBe(loose);
  });
});
