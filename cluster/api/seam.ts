/**
 * The Docker Engine API as values. Only `server/` knows bytes of HTTP; the simulator's clients and `dockerode` issue the
 * same requests. Paths carry no version prefix.
 */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

export type ApiRequest = {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE' | 'PUT';
  /** As `/services/create`, decoded. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json | undefined;
};

export type ApiResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** `undefined`: no body. A string with a text/plain content type is sent as it is; all else as JSON. */
  readonly body: Json | undefined;
};
