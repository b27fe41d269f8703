/** The reference cluster as the simulator runs it: the program of `cluster/node` in a modelled world. */
import type { ApiRequest, ApiResponse } from '../../../cluster/api/seam.ts';
import { defaultNodeConfig } from '../../../cluster/node/config.ts';
import { createNode } from '../../../cluster/node/node.ts';
import { decodePeerMessage, encodePeerMessage } from '../../../cluster/wire/codec.ts';
import type { PeerMessage } from '../../../cluster/wire/messages.ts';
import type { SimTarget } from '../../../harness/backends/sim/program.ts';
import { configurationOf } from './configuration.ts';
import { withDrawnSizes } from './drawn-sizes.ts';
import { fingerprintOf } from './fingerprint.ts';
import { peerAddress } from './names.ts';
import { SimulatedExecutor, type TaskEffect, type TaskEvent } from './simulated-executor.ts';
import { referenceSwarm } from './target.ts';

type Words = {
  readonly message: PeerMessage;
  readonly request: ApiRequest;
  readonly response: ApiResponse;
  readonly deviceEffect: TaskEffect;
  readonly deviceEvent: TaskEvent;
};

export const referenceInSim: SimTarget<Words> = {
  target: referenceSwarm,
  boot: ({ name, settings, random, cipher, files }) =>
    createNode({
      config: withDrawnSizes(
        {
          ...defaultNodeConfig,
          ...configurationOf(settings),
          name,
          advertiseAddr: peerAddress(name),
        },
        random,
      ),
      random,
      cipher,
      files,
    }),
  addressOf: peerAddress,
  request: (call) => call as ApiRequest,
  response: (response) => response,
  device: (_node, random, tell) => new SimulatedExecutor(random, tell),
  encode: encodePeerMessage,
  decode(bytes) {
    const message = decodePeerMessage(bytes);
    if (message === undefined) throw new Error('a message does not survive its encoding');
    return message;
  },
  fingerprint: fingerprintOf,
};
