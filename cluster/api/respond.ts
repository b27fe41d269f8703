/** Responses, with the headers that every answer of an engine carries. Headers are shared: nobody changes a response. */
import type { ApiResponse, Json } from './seam.ts';
import { engine } from './engine.ts';

const identity = {
  'Api-Version': engine.apiVersion,
  Ostype: engine.os,
  Server: `Docker/${engine.version} (${engine.os})`,
} as const;

export const plainHeaders: Readonly<Record<string, string>> = Object.freeze({
  ...identity,
  'Content-Type': 'text/plain; charset=utf-8',
});
const jsonHeaders: Readonly<Record<string, string>> = Object.freeze({
  ...identity,
  'Content-Type': 'application/json',
});
const bareHeaders: Readonly<Record<string, string>> = Object.freeze({ ...identity });

/** 200 with a body. */
export const show = (body: Json): ApiResponse => ({ status: 200, headers: jsonHeaders, body });

/** 201 with a body. */
export const created = (body: Json): ApiResponse => ({ status: 201, headers: jsonHeaders, body });

/** 200 without a body. */
export const done: ApiResponse = Object.freeze({
  status: 200,
  headers: bareHeaders,
  body: undefined,
});

/** An error of the engine itself. */
export const refuse = (status: number, message: string): ApiResponse => ({
  status,
  headers: jsonHeaders,
  body: { message },
});

/**
 * Why there is no value, as a response. `unread`: what was given is none at all. The engine's router says so before anybody asks whether
 * this node is a manager; all other objections come after that.
 */
export type Failed = {
  readonly ok: false;
  readonly response: ApiResponse;
  readonly unread: boolean;
};

/** 400 for what cannot be read. */
export const unreadable = (message: string): Failed => ({
  ok: false,
  response: refuse(400, message),
  unread: true,
});

export const objectionable = (response: ApiResponse): Failed => ({
  ok: false,
  response,
  unread: false,
});

export const replyOf = ({ response, unread }: Failed) =>
  ({ type: 'reply', response, unread }) as const;

/** gRPC's codes as the engine maps them to HTTP. @source moby, daemon/server/httpstatus/status.go */
const statusOfCode = {
  InvalidArgument: 400,
  FailedPrecondition: 400,
  NotFound: 404,
  AlreadyExists: 409,
  Unimplemented: 501,
  DeadlineExceeded: 500,
  ResourceExhausted: 500,
  Unknown: 500,
} as const;
export type RpcCode = keyof typeof statusOfCode;

/** An error of SwarmKit's control API: the engine passes it on with its prefix. */
export const refuseRpc = (code: RpcCode, text: string): ApiResponse =>
  refuse(statusOfCode[code], `rpc error: code = ${code} desc = ${text}`);
