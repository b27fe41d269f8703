import { HttpClient } from 'toxiproxy-node-client/dist/HttpClient.js';
import { isError, messageOf } from '../../../core/thrown.ts';

/** What a Toxiproxy answered, in its own words, or why it did not answer (`status` is `undefined` then). */
export class ToxiproxyFailure extends Error {
  override readonly name = 'ToxiproxyFailure';
  readonly status: number | undefined;

  constructor(message: string, status: number | undefined, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

type Method = 'GET' | 'POST' | 'DELETE';

/** The client's transport, with two things that its own lacks: the server's message is kept, and a request ends in time. */
export class PatientHttp extends HttpClient {
  readonly #timeoutMs: number;

  constructor(timeoutMs: number) {
    super();
    this.#timeoutMs = timeoutMs;
  }

  override get: HttpClient['get'] = async (url) => dataOf(await this.#ask('GET', url));

  override post: HttpClient['post'] = async (url, body) =>
    dataOf(await this.#ask('POST', url, body));

  override async delete(url: string): Promise<void> {
    await this.#ask('DELETE', url);
  }

  override getText(url: string): Promise<string> {
    return this.#ask('GET', url);
  }

  async #ask(method: Method, url: string, body?: unknown): Promise<string> {
    const response = await fetch(url, {
      method,
      signal: AbortSignal.timeout(this.#timeoutMs),
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    }).catch((thrown: unknown) => {
      const cause = isError(thrown) ? (thrown.cause ?? thrown) : thrown;
      throw new ToxiproxyFailure(`${method} ${url}: ${messageOf(cause)}`, undefined, {
        cause: thrown,
      });
    });
    const text = await response.text();
    if (response.ok) return text;
    throw new ToxiproxyFailure(
      `${method} ${url}: ${response.status} ${ownWords(text)}`,
      response.status,
    );
  }
}

/** The caller names the type, as the client's own transport lets it. */
const dataOf = (text: string): { data: never } => ({
  data: (text === '' ? undefined : JSON.parse(text)) as never,
});

/** `{"error":"proxy not found","status":404}` → `proxy not found`. */
const ownWords = (text: string): string => {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && 'error' in parsed)
      return String(parsed.error);
  } catch {
    // Not JSON: what the server wrote is its own words already.
  }
  return text.trim();
};
