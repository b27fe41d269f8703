/** Everything that nodes say to each other. Each message may be lost, duplicated, delayed and reordered. */
import type { ApiRequest, ApiResponse } from '../api/seam.ts';
import type { AgentMessage, DispatcherMessage } from '../agent/messages.ts';
import type { Member, RaftMessage } from '../raft/types.ts';

/** A node that wants in. It may be sent again, with the same `nonce`; a manager that does not lead passes it on. */
export type JoinRequest = {
  readonly nonce: string;
  readonly token: string;
  readonly address: string;
  readonly hostname: string;
  readonly availability: 'active' | 'pause' | 'drain';
};

export type JoinAnswer = { readonly nonce: string } & (
  | {
      readonly ok: true;
      readonly nodeId: string;
      readonly clusterId: string;
      readonly role: 'manager' | 'worker';
      /** Managers only. */
      readonly raftId: string | undefined;
      /** What node traffic proves itself with. */
      readonly secret: Uint8Array;
      /** Managers of an autolocked swarm seal their keys under this from the start; `undefined` where it is off. */
      readonly unlockKey: Uint8Array | undefined;
      readonly unlockKeyVersion: number;
      readonly managers: readonly Member[];
    }
  | { readonly ok: false; readonly status: number; readonly message: string }
);

export type PeerMessage =
  | { readonly type: 'raft'; readonly message: RaftMessage }
  | { readonly type: 'join'; readonly request: JoinRequest }
  | { readonly type: 'join-answer'; readonly answer: JoinAnswer }
  /**
   * A request handed on to the leader, once; a write is never sent again. `term`: the one in which the target is known to
   * lead. Only the leader of that very term acts on it, so that no late copy can, not even after a restart.
   */
  | {
      readonly type: 'forward';
      readonly id: string;
      readonly term: number;
      readonly request: ApiRequest;
    }
  | { readonly type: 'forward-answer'; readonly id: string; readonly response: ApiResponse }
  /** Of an answer that is too large for one message, as JSON text. `answer` tells apart what was answered twice. */
  | {
      readonly type: 'forward-answer-part';
      readonly id: string;
      readonly answer: string;
      /** From 0. */
      readonly part: number;
      readonly parts: number;
      readonly bytes: Uint8Array;
    }
  /** An unlocked manager asks under which unlock key the swarm stands by now, before it votes or serves. */
  | { readonly type: 'seal-question'; readonly nonce: string; readonly raftId: string }
  /** `confirmed`: by a leader that still led when it was asked. Otherwise by a manager that knows no leader. */
  | {
      readonly type: 'seal-answer';
      readonly nonce: string;
      readonly confirmed: boolean;
      readonly version: number;
      readonly unlockKey: Uint8Array | undefined;
    }
  | { readonly type: 'agent'; readonly message: AgentMessage }
  | { readonly type: 'dispatcher'; readonly message: DispatcherMessage };
