import type { NodeConfig } from '../../../cluster/node/config.ts';
import type { Random } from '../../../cluster/ports.ts';

/**
 * The sizes of one boot in the simulator: each as configured, or much smaller. With the usual ones no run of some seconds needs a
 * second chunk of a snapshot, a second segment of the log, or to wait for a follower.
 */
export const withDrawnSizes = (config: NodeConfig, random: Random): NodeConfig => {
  const orSmaller = (name: keyof NodeConfig, usual: number, small: number): number =>
    random.integer(`size of ${name}`, 2) === 0 ? usual : Math.min(usual, small);
  const { snapshotIntervalEntries: interval } = config;
  return {
    ...config,
    messageBytesMax: orSmaller('messageBytesMax', config.messageBytesMax, 1_024),
    inflightMessagesMax: orSmaller('inflightMessagesMax', config.inflightMessagesMax, 2),
    snapshotChunkBytes: orSmaller('snapshotChunkBytes', config.snapshotChunkBytes, 1_024),
    segmentBytesMax: orSmaller('segmentBytesMax', config.segmentBytesMax, 4_096),
    trailingEntries: orSmaller('trailingEntries', config.trailingEntries, 0),
    snapshotIntervalEntries: orSmaller(
      'snapshotIntervalEntries',
      interval,
      Math.ceil(interval / 4),
    ),
  };
};
