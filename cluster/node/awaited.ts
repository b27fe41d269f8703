/** A client that waits until this node has got somewhere: one at a time, because each of them changes what the node is. */
import type { ApiResponse } from '../api/seam.ts';

export type Reply = (response: ApiResponse) => void;

export type Awaited = {
  readonly reply: Reply;
  /** Monotonic milliseconds. */
  readonly deadline: number;
  /** The answer, once there is one. */
  readonly outcome: () => ApiResponse | undefined;
  /** The answer where it takes too long; the node goes on all the same. */
  readonly late: ApiResponse;
};
