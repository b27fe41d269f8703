import { describe, expect, test } from '@jest/globals';
import { taskStates } from './objects.ts';
import {
  agentMayReport,
  isAssigned,
  isLegalTransition,
  isTerminal,
  isWanted,
  taskStateRank,
  taskTransitions,
} from './task-transitions.ts';

describe('the states of a task', () => {
  test('have the numbers that SwarmKit gives them', () => {
    expect(taskStates.map((state) => taskStateRank[state])).toEqual([
      0, 64, 192, 256, 320, 384, 448, 512, 576, 640, 704, 768, 800, 832,
    ]);
  });

  test.each(taskTransitions)('only ever move on: $from → $to by the $by', ({ from, to }) => {
    expect(taskStateRank[to]).toBeGreaterThan(taskStateRank[from]);
  });

  test('are never observed as remove', () => {
    expect(taskTransitions.filter(({ to }) => to === 'remove')).toEqual([]);
  });

  test('end only once', () => {
    expect(taskTransitions.filter(({ from }) => isTerminal(from))).toEqual([]);
  });

  test.each([
    ['new', 'pending', true],
    ['pending', 'assigned', true],
    ['assigned', 'accepted', true],
    ['assigned', 'running', true],
    ['assigned', 'complete', true],
    ['accepted', 'rejected', true],
    ['running', 'complete', true],
    ['running', 'orphaned', true],
    ['assigned', 'orphaned', true],
    ['new', 'assigned', false],
    ['new', 'running', false],
    ['pending', 'running', false],
    ['pending', 'orphaned', false],
    ['running', 'starting', false],
    ['failed', 'orphaned', false],
    ['complete', 'failed', false],
    ['running', 'remove', false],
    ['running', 'running', false],
  ] as const)('may go from %s to %s: %s', (from, to, legal) => {
    expect(isLegalTransition(from, to)).toBe(legal);
  });

  test('that an agent reports stand for the steps between them', () => {
    expect(agentMayReport('assigned', 'running')).toBe(true);
    expect(agentMayReport('running', 'ready')).toBe(false);
    expect(agentMayReport('pending', 'running')).toBe(false);
    expect(agentMayReport('running', 'orphaned')).toBe(false);
  });

  test('tell what was given to a node, what ended, and what is wanted', () => {
    const those = (holds: (state: (typeof taskStates)[number]) => boolean): string =>
      taskStates.filter(holds).join(' ');
    expect(those(isAssigned)).toBe('assigned accepted preparing ready starting running');
    expect(those(isTerminal)).toBe('complete shutdown failed rejected remove orphaned');
    expect(those(isWanted)).toBe('new pending assigned accepted preparing ready starting running');
  });
});
