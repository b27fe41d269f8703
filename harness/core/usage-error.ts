/** The user asked for something that cannot be: what, and what can be done instead. Exit code 2 at the command line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
