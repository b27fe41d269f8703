/** Proxies, toxics and errors as the API shows them. */
import { messageOf } from '../../../core/thrown.ts';
import { ApiError } from './api-error.ts';
import { shortestFloat32 } from './go-struct.ts';
import type { Proxy } from './proxy.ts';
import type { Toxic } from './toxic.ts';

export const asApiError = (thrown: unknown): ApiError =>
  thrown instanceof ApiError ? thrown : new ApiError(messageOf(thrown), 500);

export const shownError = ({ message, status }: ApiError): object => ({ error: message, status });

export const shown = ({ name, listen, upstream, enabled, toxics }: Proxy): unknown => ({
  name,
  listen,
  upstream,
  enabled,
  Logger: {},
  toxics: toxics.all.map(shownToxic),
});

export const shownToxic = ({ attributes, name, kind, stream, toxicity }: Toxic): unknown => ({
  attributes,
  name,
  type: kind.type,
  stream,
  toxicity: shortestFloat32(toxicity),
});
