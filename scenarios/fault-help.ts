import type { FaultHelp } from '../harness/cli/registry.ts';

/** Faults as scenario files write them. The examples are read by a test. */
export const faultHelp: readonly FaultHelp[] = [
  {
    name: 'cut',
    what: 'links between two sides carry nothing, both ways or one; clients may be a side',
    example: '{ at: 1s, cut: leader, from: rest, for: 2s }',
  },
  {
    name: 'partition',
    what: 'groups lose sight of each other; a node in several is a bridge',
    example: '{ at: 1s, partition: [majority, [minority, clients]], for: 2s }',
  },
  {
    name: 'ring',
    what: 'every manager sees only its neighbours',
    example: '{ at: 1s, ring: managers, for: 2s }',
  },
  {
    name: 'delay',
    what: 'links become slow',
    example: '{ at: 1s, delay: leader, from: rest, by: 100ms, for: 2s }',
  },
  {
    name: 'flap',
    what: 'links come and go',
    example: '{ at: 1s, flap: leader, every: 500ms, for: 2s }',
  },
  {
    name: 'kill',
    what: 'processes end without warning and start again',
    example: '{ at: 1s, kill: leader, restartAfter: 1s }',
  },
  { name: 'pause', what: 'processes stand still', example: '{ at: 1s, pause: follower, for: 1s }' },
  {
    name: 'procedure',
    what: "a deed of the target's own, such as lock, drain, promote, demote",
    example: '{ at: 1s, procedure: lock, on: follower }',
  },
];
