/** The version prefix of a path, as clients negotiate it. */
import { engine } from './engine.ts';
import { refuse } from './respond.ts';
import type { ApiResponse } from './seam.ts';

/**
 * Why a path's version prefix (`1.41` of `/v1.41/nodes`) is not served, or `undefined` where it is.
 * @source moby, daemon/server/middleware/version.go
 */
export const refuseApiVersion = (asked: string): ApiResponse | undefined => {
  if (orderOf(asked) < orderOf(engine.apiVersionMin))
    return refuse(
      400,
      `client version ${asked} is too old. Minimum supported API version is ${engine.apiVersionMin}, please upgrade your client to a newer version`,
    );
  if (orderOf(asked) > orderOf(engine.apiVersion))
    return refuse(
      400,
      `client version ${asked} is too new. Maximum supported API version is ${engine.apiVersion}`,
    );
  return undefined;
};

/** Of two versions the newer one is greater. */
const orderOf = (version: string): number => {
  const [major, minor] = version.split('.');
  return Number(major) * 1_000 + Number(minor);
};
