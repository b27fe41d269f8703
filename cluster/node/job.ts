/** A request on its way to an answer, whoever asked: a client here, a client of another manager, or this node itself. */
import type { ApiRequest, ApiResponse } from '../api/seam.ts';

export type Job = {
  readonly request: ApiRequest;
  /** It may be asked again without harm. */
  readonly isRead: boolean;
  /** It came from another manager, and is not handed on a second time. */
  readonly forwarded: boolean;
  /** Monotonic milliseconds. */
  readonly deadline: number;
  readonly answer: (response: ApiResponse) => void;
  /** It has its answer; what still happens on its behalf is told to nobody. */
  settled: boolean;
};

/** Answers once; later answers are dropped. */
export const settle = (job: Job, response: ApiResponse): void => {
  if (job.settled) return;
  job.settled = true;
  job.answer(response);
};

/** Reads may be asked again without harm. */
export const isRead = ({ method }: ApiRequest): boolean => method === 'GET' || method === 'HEAD';
