/** Bytes of HTTP to request values and back. What is answered is decided elsewhere; here is only how it travels. */
import { once } from 'node:events';
import { http } from './node-http.ts';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { refuse } from '../api/respond.ts';
import type { ApiRequest, ApiResponse, Json } from '../api/seam.ts';
import type { HostPort } from './address.ts';
import { readRequest } from './http-request.ts';

export type HttpOptions = {
  readonly listen: HostPort;
  readonly bodyBytesMax: number;
  /** Asks the node. `abort` tells it that nobody waits any more. */
  ask(request: ApiRequest, answer: (response: ApiResponse) => void): { abort(): void };
};

export type HttpServer = {
  readonly bound: HostPort;
  close(): Promise<void>;
};

/** Rejects as `listen` does: the port is taken, or the host is not this machine's. */
export const startHttp = async (options: HttpOptions): Promise<HttpServer> => {
  const server = http.createServer((incoming, outgoing) => {
    void serve(incoming, outgoing, options).then(
      (response) => {
        if (response !== undefined) write(outgoing, response);
      },
      () => outgoing.destroy(),
    );
  });
  server.listen(options.listen);
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the server is not listening');
  return {
    bound: { host: bound.address, port: bound.port },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

/** The response, or `undefined` where its reader has gone. */
const serve = async (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { bodyBytesMax, ask }: HttpOptions,
): Promise<ApiResponse | undefined> => {
  const body = await readBody(incoming, bodyBytesMax);
  if (body === undefined) {
    outgoing.setHeader('Connection', 'close');
    return refuse(413, `request body too large: more than ${bodyBytesMax} bytes`);
  }
  const read = readRequest({
    method: incoming.method ?? 'GET',
    url: incoming.url ?? '/',
    headers: incoming.headers,
    body,
  });
  if (!read.ok) return read.response;
  return new Promise((resolve) => {
    const asked = ask(read.request, resolve);
    outgoing.on('close', () => {
      asked.abort();
      resolve(undefined);
    });
  });
};

/** `undefined`: longer than allowed. Rejects where the client went away in the middle. */
const readBody = async (incoming: IncomingMessage, bytesMax: number) => {
  const pieces: Buffer[] = [];
  let length = 0;
  // The connection has to live on for the answer, also when the rest of the body is not read.
  for await (const piece of incoming.iterator({ destroyOnReturn: false })) {
    if (!Buffer.isBuffer(piece)) continue;
    length += piece.length;
    if (length > bytesMax) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
};

const write = (outgoing: ServerResponse, { status, headers, body }: ApiResponse): void => {
  if (outgoing.destroyed) return;
  for (const [name, value] of Object.entries(headers)) outgoing.setHeader(name, value);
  outgoing.statusCode = status;
  const bytes = encodeBody(body, outgoing);
  outgoing.setHeader('Content-Length', bytes.length);
  // Node itself leaves the body of an answer to HEAD out.
  outgoing.end(bytes);
};

const encodeBody = (body: Json | undefined, outgoing: ServerResponse): Buffer => {
  if (body === undefined) return Buffer.alloc(0);
  const type = outgoing.getHeader('content-type');
  if (typeof body === 'string' && String(type).startsWith('text/plain')) return Buffer.from(body);
  if (type === undefined) outgoing.setHeader('Content-Type', 'application/json');
  return Buffer.from(`${JSON.stringify(body)}\n`);
};
