/** Also for errors of another realm, as a test runner's sandbox has: `instanceof` does not know those. */
export const isError = (
  thrown: unknown,
): thrown is Error & { readonly code?: string; readonly syscall?: string } =>
  Object.prototype.toString.call(thrown) === '[object Error]';

/** The text of whatever was thrown. */
export const messageOf = (thrown: unknown): string =>
  isError(thrown) ? thrown.message : String(thrown);

/** The system's code, such as `ENOENT`, where there is one. */
export const codeOf = (thrown: unknown): string | undefined =>
  isError(thrown) ? thrown.code : undefined;
