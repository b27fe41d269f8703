import { expect, test } from '@jest/globals';
import { defaultNodeConfig } from '../../../cluster/node/config.ts';
import { withDrawnSizes } from './drawn-sizes.ts';

const config = { ...defaultNodeConfig, name: 'm1', advertiseAddr: 'm1:2377', trailingEntries: 10 };
const always = (drawn: number) => ({
  integer: () => drawn,
  bytes: (_purpose: string, length: number) => new Uint8Array(length),
});

test('sizes are as configured, or much smaller, and everything else is left alone', () => {
  expect(withDrawnSizes(config, always(0))).toEqual(config);
  expect(withDrawnSizes(config, always(1))).toEqual({
    ...config,
    messageBytesMax: 1_024,
    inflightMessagesMax: 2,
    snapshotChunkBytes: 1_024,
    segmentBytesMax: 4_096,
    trailingEntries: 0,
    snapshotIntervalEntries: 2_500,
  });
});

test('what is configured to be smaller stays so', () => {
  const small = { ...config, snapshotChunkBytes: 1_024, snapshotIntervalEntries: 1 };
  expect(withDrawnSizes(small, always(1))).toMatchObject({
    snapshotChunkBytes: 1_024,
    snapshotIntervalEntries: 1,
  });
});
