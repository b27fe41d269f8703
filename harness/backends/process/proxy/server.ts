import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { ApiError } from './api-error.ts';
import { loopback } from './listen-address.ts';
import { Metrics } from './metrics.ts';
import { ProxyCollection } from './proxy-collection.ts';
import type { ProxySurroundings } from './proxy.ts';
import { routes, type Answer, type Route } from './routes.ts';
import { asApiError, shownError } from './shown.ts';

/** Listens on 127.0.0.1, on a port of the kernel's choice unless one is given, and serves Toxiproxy's API. */
export const serveProxies = async (
  port: number,
  starved: ProxySurroundings['starved'],
): Promise<{ readonly url: string }> => {
  const metrics = new Metrics();
  const table = routes(new ProxyCollection({ metrics, starved }), metrics);
  const server = createServer((request, response) => {
    void answer(table, request, response).then(({ status, body, text, type }) => {
      const content = text ?? (body === undefined ? '' : JSON.stringify(body));
      response.statusCode = status;
      // As Go's `http.Error` sends it, also where the text is JSON.
      if (type === undefined && content !== '') plain(response);
      else if (type !== undefined) response.setHeader('content-type', type);
      response.end(content);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: loopback, port, exclusive: true }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return { url: `http://${loopback}:${address.port}` };
};

const plain = (response: ServerResponse): void => {
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.setHeader('x-content-type-options', 'nosniff');
};

const answer = async (
  table: readonly Route[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer> => {
  const parts = pathOf(request.url ?? '/');
  const matching = table.filter(({ path }) => matches(path, parts));
  if (matching.length === 0) return { status: 404, text: '404 page not found\n' };
  const route = matching.find(
    ({ methods }) => methods === 'any' || methods.includes(request.method ?? ''),
  );
  if (route === undefined) return { status: 405 };
  response.setHeader('x-toxiproxy-request-id', randomBytes(10).toString('hex'));
  // A page in a browser must not drive the proxies of the machine that it is shown on.
  if (request.headers['user-agent']?.startsWith('Mozilla/') === true)
    return { status: 403, text: 'User agent not allowed\n' };
  try {
    const parameters = parts.filter((_, index) => route.path[index] === '*');
    return await route.handle(parameters, await bodyOf(request));
  } catch (thrown) {
    const error = asApiError(thrown);
    return { status: error.status, text: `${JSON.stringify(shownError(error))}\n` };
  }
};

const pathOf = (url: string): readonly string[] => {
  const [path = ''] = url.split('?');
  try {
    return decodeURIComponent(path).slice(1).split('/');
  } catch {
    return [];
  }
};

const matches = (path: readonly string[], parts: readonly string[]): boolean =>
  path.length === parts.length &&
  path.every((part, index) => (part === '*' ? parts[index] !== '' : part === parts[index]));

const bodyBytesMax = 1 << 20;

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > bodyBytesMax) throw new ApiError('request body too large', 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};
