/** One HTTP request, all of it read, as the value that the API decides on. */
import type { IncomingHttpHeaders } from 'node:http';
import { refuse } from '../api/respond.ts';
import type { ApiRequest, ApiResponse, Json } from '../api/seam.ts';
import { pageNotFound } from '../api/texts.ts';
import { refuseApiVersion } from '../api/version.ts';

export type RawRequest = {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

export type RequestRead =
  | { readonly ok: true; readonly request: ApiRequest }
  | { readonly ok: false; readonly response: ApiResponse };

export const readRequest = (raw: RawRequest): RequestRead => {
  const mark = raw.url.indexOf('?');
  const encodedPath = mark === -1 ? raw.url : raw.url.slice(0, mark);
  const { version, rest } = splitVersion(encodedPath);
  const unfit = version === undefined ? undefined : refuseApiVersion(version);
  if (unfit !== undefined) return { ok: false, response: unfit };
  const method = methods.find((known) => known === raw.method);
  // No route has another one, and the engine says no more of it.
  if (method === undefined) return { ok: false, response: pageNotFound };
  const path = decode(rest);
  if (path === undefined) return refused(400, `invalid URL escape in ${encodedPath}`);
  const body = readBody(raw);
  if (!body.ok) return refused(400, body.why);
  const query = Object.fromEntries(new URLSearchParams(mark === -1 ? '' : raw.url.slice(mark + 1)));
  const headers = readHeaders(raw.headers);
  return { ok: true, request: { method, path, query, headers, body: body.json } };
};

const methods = ['GET', 'HEAD', 'POST', 'DELETE', 'PUT'] as const;

const refused = (status: number, message: string): RequestRead => ({
  ok: false,
  response: refuse(status, message),
});

/** `/v1.41/nodes` → version `1.41`, rest `/nodes`. */
const splitVersion = (path: string) => {
  const groups = /^\/v(?<version>\d+\.\d+)(?<rest>\/.*)$/.exec(path)?.groups;
  return { version: groups?.version, rest: groups?.rest ?? path };
};

const decode = (path: string): string | undefined => {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
};

/** Names in lower case, as Node gives them; a header that came several times is joined. */
const readHeaders = (headers: IncomingHttpHeaders): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );

type BodyRead =
  | { readonly ok: true; readonly json: Json | undefined }
  | { readonly ok: false; readonly why: string };

/** A decoder of the log renames this key, as a guard; a store that reads the log would then differ from the one that wrote it. */
const refuseProto = (key: string, value: unknown): unknown => {
  if (key === '__proto__') throw new Error('no key may be called "__proto__"');
  return value;
};

const readBody = ({ body, headers }: RawRequest): BodyRead => {
  if (body.length === 0) return { ok: true, json: undefined };
  const type = headers['content-type'] ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    return {
      ok: false,
      why: `unsupported Content-Type header (${type}): must be 'application/json'`,
    };
  }
  try {
    // JSON.parse makes nothing but JSON.
    return { ok: true, json: JSON.parse(body.toString('utf8'), refuseProto) as Json };
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    return { ok: false, why: syntaxProblem(why, body.toString('utf8').length) };
  }
};

/** In the engine's words where a body ends too early or too late, else in this platform's. */
const syntaxProblem = (why: string, length: number): string => {
  if (why.startsWith('Unexpected non-whitespace character after JSON'))
    return 'unexpected content after JSON';
  const at = /at position (\d+)/.exec(why)?.[1];
  const early = why === 'Unexpected end of JSON input' || Number(at) === length;
  return `invalid JSON: ${early ? 'unexpected EOF' : why}`;
};
