import { describe, expect, test } from '@jest/globals';
import { EventQueue, kinds } from './event-queue.ts';
import { hashChoices } from './hash-choices.ts';

describe('the queue', () => {
  test('events come by their times, and at one time in the order in which they were asked for', () => {
    const queue = new EventQueue();
    const draws = hashChoices(1, 1).stream('tick', '');
    const asked = Array.from({ length: 3_000 }, (_, number) => ({ number, tick: draws.next(200) }));
    for (const { number, tick } of asked) queue.add(tick, kinds.timeout).number = number;
    const taken: number[] = [];
    while (queue.size > 0) taken.push(queue.take().number);
    const expected = [...asked].sort((a, b) => a.tick - b.tick || a.number - b.number);
    expect(taken).toEqual(expected.map(({ number }) => number));
  });

  test('taking and asking may alternate', () => {
    const queue = new EventQueue();
    const draws = hashChoices(2, 1).stream('tick', '');
    let now = 0;
    for (let i = 0; i < 5_000; i += 1) {
      queue.add(now + draws.next(50), kinds.timeout);
      if (draws.next(3) === 0) continue;
      expect(queue.nextTick).toBeGreaterThanOrEqual(now);
      now = queue.nextTick;
      queue.release(queue.take());
    }
    expect(now).toBeGreaterThan(100);
  });

  test('an empty queue has no next time', () => {
    const queue = new EventQueue();
    expect(queue.nextTick).toBe(Infinity);
    queue.add(5, kinds.timeout);
    expect(queue.nextTick).toBe(5);
    queue.take();
    expect(queue.nextTick).toBe(Infinity);
  });

  test('records are used again and forget what they held', () => {
    const queue = new EventQueue();
    const first = queue.add(1, kinds.message);
    first.payload = 'x';
    queue.release(queue.take());
    const second = queue.add(2, kinds.timeout);
    expect(second).toBe(first);
    expect(second.payload).toBeUndefined();
  });

  test('a record that was kept can be put back', () => {
    const queue = new EventQueue();
    queue.add(1, kinds.message).number = 7;
    const kept = queue.take();
    queue.add(3, kinds.timeout);
    queue.again(2, kept);
    expect(queue.nextTick).toBe(2);
    expect(queue.take().number).toBe(7);
  });
});
