/** The code of an error that the system caused, such as `EADDRINUSE`; `undefined` for any other. */
export const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
