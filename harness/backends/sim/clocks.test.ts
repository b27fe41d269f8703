import { describe, expect, test } from '@jest/globals';
import { Driven, plainProfile } from './testing/driven.ts';
import type { SimTarget } from './program.ts';
import { registerProgram } from './testing/register-nodes.ts';

describe('clocks', () => {
  test('clocks drift within their bound, wall clocks are off within theirs, and no monotonic one goes back', () => {
    const instants = new Map<string, { mono: number; wall: number; at: number }[]>();
    let now = () => 0;
    const target: SimTarget = {
      ...registerProgram,
      boot(boot) {
        const program = registerProgram.boot(boot);
        const list = instants.get(boot.name) ?? [];
        instants.set(boot.name, list);
        return {
          handle(event, instant) {
            list.push({ ...instant, at: now() });
            return program.handle(event as Parameters<typeof program.handle>[0], instant);
          },
        };
      },
    };
    const world = new Driven(5, {
      target,
      profile: { ...plainProfile, driftPpmMax: 1_000, wallOffMsMax: 500 },
    });
    now = () => world.simulation.now;
    world.pass(10_000);
    const rates = [...instants.values()].map((list) => {
      for (const [i, { mono }] of list.entries()) {
        expect(mono).toBeGreaterThanOrEqual(list[i - 1]?.mono ?? 0);
      }
      const [first, last] = [list[0], list.at(-1)];
      if (first === undefined || last === undefined) throw new Error('a node heard nothing');
      return (last.mono - first.mono) / (last.at - first.at);
    });
    for (const rate of rates) expect(Math.abs(rate - 1)).toBeLessThan(0.001_001);
    expect(new Set(rates.map((rate) => rate.toFixed(4))).size).toBeGreaterThan(1);
    const walls = [...instants.values()].map((list) => list[0]?.wall ?? 0);
    expect(new Set(walls).size).toBe(3);
    for (const wall of walls)
      expect(Math.abs(wall - Date.UTC(2026, 0, 1))).toBeLessThanOrEqual(500);
    expect(new Set([...instants.values()].map((list) => list[0]?.mono)).size).toBe(3);
  });

  test('a wake comes at the time that was asked for, by the clock of whoever asked', () => {
    let asked = 0;
    const late: number[] = [];
    const target: SimTarget = {
      ...registerProgram,
      boot: () => ({
        handle(event, now) {
          if (event.type === 'wake') late.push(now.mono - asked);
          asked = now.mono + 7.123;
          return [{ type: 'wake', at: asked }];
        },
      }),
    };
    const world = new Driven(5, {
      target,
      nodes: [{ name: 'm1', role: 'manager' }],
      profile: { ...plainProfile, driftPpmMax: 1_000 },
    });
    world.pass(1_000);
    expect(late.length).toBeGreaterThan(130);
    for (const ms of late) {
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(ms).toBeLessThan(0.003);
    }
  });
});
