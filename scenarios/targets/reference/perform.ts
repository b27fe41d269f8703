import type { IncomingMessage } from 'node:http';
import { json, text } from 'node:stream/consumers';
import Docker from 'dockerode';
import type { ApiRequest } from '../../../cluster/api/seam.ts';
import type { Json } from '../../../harness/core/json.ts';
import type { CallResult } from '../../../harness/core/target.ts';

/** Whatever ends a call below HTTP. */
type DialError = Error & { readonly code?: string };

/** Nothing listens: the request never left. */
const neverSent: ReadonlySet<string | undefined> = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** `dockerode` would make an error of other answers, and keep their bodies to itself: here every answer is wanted as it came. */
const everyStatus = Object.fromEntries(
  Array.from({ length: 500 }, (_, place) => [100 + place, true]),
);

const bodyOf = async (answer: IncomingMessage): Promise<Json | undefined> => {
  if (answer.headers['content-type']?.startsWith('application/json') === true) {
    return (await json(answer)) as Json;
  }
  const body = await text(answer);
  return body === '' ? undefined : body;
};

const dial = (docker: Docker, request: ApiRequest, signal: AbortSignal): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const query = Object.keys(request.query).length > 0;
    docker.modem.dial(
      {
        path: query ? `${request.path}?` : request.path,
        method: request.method,
        headers: { ...request.headers },
        statusCodes: everyStatus,
        isStream: true,
        abortSignal: signal,
        options: {
          ...(query ? { _query: request.query } : {}),
          ...(request.body === undefined ? {} : { _body: request.body }),
        },
      },
      (error: DialError | null, answer: unknown) => {
        if (error === null) resolve(answer as IncomingMessage);
        else reject(error);
      },
    );
  });

/** Carries a request of the swarm's API to a node at `endpoint` (`127.0.0.1:PORT`) by `dockerode`, once. */
export const perform = async (
  endpoint: string,
  request: ApiRequest,
  timeoutMs: number,
): Promise<CallResult> => {
  const split = endpoint.lastIndexOf(':');
  const docker = new Docker({
    protocol: 'http',
    host: endpoint.slice(0, split),
    port: Number(endpoint.slice(split + 1)),
  });
  try {
    const answer = await dial(docker, request, AbortSignal.timeout(timeoutMs));
    const body = await bodyOf(answer);
    return { response: { status: answer.statusCode ?? 0, headers: {}, body } };
  } catch (thrown) {
    const error = thrown as DialError;
    return {
      failed: `${error.code ?? error.name}: ${error.message}`,
      sent: !neverSent.has(error.code),
    };
  }
};
