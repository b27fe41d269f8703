import { describe, expect, test } from '@jest/globals';
import { joinOutcome, lockedText, swarmOutcome, unlockOutcome } from './swarm-outcomes.ts';

const sequence = 'rpc error: code = Unknown desc = update out of sequence';
const leaderless = 'rpc error: code = Unknown desc = The swarm does not have a leader.';
const lost =
  'rpc error: code = Unknown desc = raft: failed to process the request: node lost leader status';

describe('how an answer of the API is read', () => {
  test.each([
    [200, '', 'ok', true],
    [201, '', 'ok', true],
    [404, 'service a not found', 'rejected', true],
    [
      404,
      "rpc error: code = NotFound desc = can't find manager in raft memberlist",
      'rejected',
      false,
    ],
    [409, 'name conflicts with an existing object', 'rejected', true],
    [500, sequence, 'rejected', true],
    [400, 'ContainerSpec: image reference must be provided', 'rejected', false],
    [401, 'swarm could not be unlocked: invalid key provided', 'rejected', false],
    [403, 'Permission denied', 'rejected', false],
    [501, 'service mode change is not allowed', 'rejected', true],
    [503, lockedText, 'rejected', false],
    [500, 'rpc error: code = DeadlineExceeded desc = context deadline exceeded', 'unknown', false],
    [500, lost, 'unknown', false],
    [500, leaderless, 'unknown', false],
    [502, 'bad gateway', 'unknown', false],
  ] as const)('%i %s is %s', (status, text, outcome, decided) => {
    expect(swarmOutcome({ status, text })).toEqual({ outcome, decided });
  });

  test('a call that never left the client did not happen; one that did may have', () => {
    expect(swarmOutcome({ failed: 'connection refused', sent: false }).outcome).toBe('rejected');
    expect(swarmOutcome({ failed: 'connection reset', sent: true }).outcome).toBe('unknown');
  });

  test('a join that timed out goes on in the background', () => {
    const text =
      'Timeout was reached before node joined. The attempt to join the swarm will continue in the background.';
    expect(joinOutcome({ status: 503, text }).outcome).toBe('unknown');
    expect(joinOutcome({ status: 503, text: lockedText }).outcome).toBe('rejected');
  });

  test('a manager that left while it came back from its lock may have taken the key', () => {
    const outcome = (text: string) => unlockOutcome({ status: 503, text }).outcome;
    expect(outcome('This node is not part of a swarm')).toBe('unknown');
    expect(outcome('invalid key')).toBe('rejected');
  });
});
