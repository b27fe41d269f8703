/** One suite that the embedded proxy and the real Toxiproxy 2.12 both pass. */
import { afterAll, beforeAll, describe } from '@jest/globals';
import { apiConforms } from './conformance-api.ts';
import { errorsConform } from './conformance-errors.ts';
import { linksConform } from './conformance-links.ts';
import { toxicsConform } from './conformance-toxics.ts';

/** A running server that reaches, and is reached on, 127.0.0.1 of this machine. */
export type ToxiproxyServer = AsyncDisposable & { readonly url: string };

/** Asks the server under test, byte for byte. */
type Ask = (
  method: string,
  path: string,
  body?: unknown,
) => Promise<{ readonly status: number; readonly text: string; readonly type: string | null }>;

export type ProxyShown = {
  readonly name: string;
  readonly listen: string;
  readonly upstream: string;
  readonly enabled: boolean;
  readonly toxics: readonly unknown[];
};

/** What the parts of the suite share. Each test makes proxies of its own, by a name that no other uses. */
export type Subject = {
  ask: Ask;
  url(): string;
  /** A fresh name. */
  name(): string;
  /** Creates a proxy on a free port. */
  proxy(upstream: string): Promise<ProxyShown>;
  toxic(
    proxy: { readonly name: string },
    toxic: {
      readonly type: string;
      readonly stream?: 'upstream' | 'downstream';
      readonly name?: string;
      readonly toxicity?: number;
      readonly attributes?: Readonly<Record<string, number>>;
    },
  ): Promise<void>;
};

/** Defines the tests; to be called once a server in a test file. */
export const toxiproxyConforms = (which: string, open: () => Promise<ToxiproxyServer>): void => {
  describe(`${which} behaves as Toxiproxy 2.12 does`, () => {
    let server: ToxiproxyServer | undefined;
    let names = 0;

    beforeAll(async () => {
      server = await open();
    });
    afterAll(async () => {
      await server?.[Symbol.asyncDispose]();
    });

    const subject: Subject = {
      url: () => {
        if (server === undefined) throw new Error('the server is not open');
        return server.url;
      },
      async ask(method, path, body) {
        const response = await fetch(subject.url() + path, {
          method,
          ...(body === undefined
            ? {}
            : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        });
        const text = await response.text();
        return { status: response.status, text, type: response.headers.get('content-type') };
      },
      name: () => {
        names += 1;
        return `p${names}`;
      },
      async proxy(upstream) {
        const body = { name: subject.name(), listen: '127.0.0.1:0', upstream };
        const { status, text } = await subject.ask('POST', '/proxies', body);
        if (status !== 201) throw new Error(text);
        return JSON.parse(text) as ProxyShown;
      },
      async toxic(proxy, toxic) {
        const { status, text } = await subject.ask('POST', `/proxies/${proxy.name}/toxics`, toxic);
        if (status !== 200) throw new Error(text);
      },
    };

    apiConforms(subject);
    errorsConform(subject);
    linksConform(subject);
    toxicsConform(subject);
  });
};
