/** What runs on the caught-up leader only: orchestrators, scheduler, dispatcher, reaper. */
import type { AgentMessage, DispatcherMessage } from '../agent/messages.ts';
import type { NodeConfig } from '../node/config.ts';
import type { Instant, Random } from '../ports.ts';
import type { StoreEvent, Transaction, View } from '../store/types.ts';

/**
 * A change that a control loop wants. `run` is called when its turn comes, on the state of that moment, so it decides anew
 * whether there is still anything to do; several may end up in one log entry.
 */
export type ManagerTransaction = { readonly name: string; run(transaction: Transaction): void };

export type ManagerInput =
  | { readonly type: 'start' }
  | { readonly type: 'tick' }
  /** The events of one applied log entry. */
  | { readonly type: 'committed'; readonly events: readonly StoreEvent[] }
  | {
      readonly type: 'agent';
      /** As the transport has authenticated it. */
      readonly nodeId: string;
      readonly address: string;
      readonly message: AgentMessage;
    };

export type ManagerOutput = {
  readonly transactions: readonly ManagerTransaction[];
  /** `to` is an advertised address. */
  readonly messages: readonly { readonly to: string; readonly message: DispatcherMessage }[];
};

/** Made anew for each leadership and dropped, whole, when it ends: nothing of it runs on. */
export type Manager = {
  step(input: ManagerInput, now: Instant): ManagerOutput;
  /**
   * Somebody else has written the actions of `transaction` behind the first `from`. What the control loops want because of them may
   * run in the same transaction: so a service and its tasks become one log entry.
   */
  follow(transaction: Transaction, from: number, now: Instant): readonly ManagerTransaction[];
  /** When the next `tick` is due, monotonic milliseconds. */
  readonly deadline: number | undefined;
};

export type ManagerBoot = {
  readonly config: NodeConfig;
  readonly random: Random;
  /** Reads the store as applied. */
  readonly view: View;
  /** Of the managers known to Raft, for agents. */
  managers(): readonly { readonly nodeId: string; readonly address: string }[];
};
