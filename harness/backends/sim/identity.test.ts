import { describe, expect, test } from '@jest/globals';
import { Driven } from './testing/driven.ts';
import type { SimTarget } from './program.ts';
import { registerProgram } from './testing/register-nodes.ts';

describe('identity', () => {
  test('a sender is known by id only where both ends prove the same secret', () => {
    const senders = new Map<string, Set<string | undefined>>();
    const target: SimTarget = {
      ...registerProgram,
      boot(boot) {
        const program = registerProgram.boot(boot);
        const known = new Set<string | undefined>();
        senders.set(boot.name, known);
        return {
          handle(event, now) {
            if (event.type === 'message' && 'from' in event) known.add(event.from.nodeId);
            const effects = program.handle(event as Parameters<typeof program.handle>[0], now);
            if (boot.name !== 'm3') return effects;
            return effects.map((effect) =>
              effect.type === 'identity'
                ? {
                    type: 'identity',
                    identity: { nodeId: 'x', clusterId: 'c', secret: Uint8Array.of(9) },
                  }
                : effect,
            );
          },
        };
      },
    };
    new Driven(1, { target }).pass(100);
    expect(senders.get('m1')).toEqual(new Set(['id-m2', undefined]));
    expect(senders.get('m2')).toEqual(new Set(['id-m1', undefined]));
    expect(senders.get('m3')).toEqual(new Set([undefined]));
  });
});
