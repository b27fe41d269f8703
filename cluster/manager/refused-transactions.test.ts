import { describe, expect, test } from '@jest/globals';
import { sampleService } from '../store/testing/sample-objects.ts';
import { Leader } from './testing/leader.ts';

describe('a transaction that was refused', () => {
  test('is made anew when it is run again', () => {
    const leader = new Leader();
    leader.register('n1');
    leader.held = true;
    leader.write((open) => open.create('service', sampleService('second')));
    leader.refuseWaiting();
    leader.release();
    expect(leader.store.tasksOfService('service-second')).toHaveLength(1);
  });

  test('is made anew after a while where nobody runs it again', () => {
    const leader = new Leader();
    leader.register('n1');
    leader.held = true;
    leader.write((open) => open.create('service', sampleService('second')));
    leader.refuseWaiting();
    leader.dropWaiting();
    leader.held = false;
    leader.wait(1_100);
    expect(leader.store.tasksOfService('service-second')).toHaveLength(1);
  });
});
