/** Something outside of us went wrong: where, what, and what to do next. Exit code 4 at the command line. */
export class LiveFailure extends Error {
  override readonly name = 'LiveFailure';
  /** The node, link or server that failed. */
  readonly place: string;
  readonly nextStep: string;

  constructor(
    failure: { readonly place: string; readonly what: string; readonly nextStep: string },
    options?: ErrorOptions,
  ) {
    super(`${failure.place}: ${failure.what}; ${failure.nextStep}`, options);
    this.place = failure.place;
    this.nextStep = failure.nextStep;
  }
}

/** Also for errors of another realm, as a test runner's sandbox has: `instanceof` does not know those. */
export const isError = (thrown: unknown): thrown is NodeJS.ErrnoException =>
  Object.prototype.toString.call(thrown) === '[object Error]';

/** The text of whatever was thrown. */
export const messageOf = (thrown: unknown): string =>
  isError(thrown) ? thrown.message : String(thrown);

/** The system's code, such as `ENOENT`, where there is one. */
export const codeOf = (thrown: unknown): string | undefined =>
  isError(thrown) ? thrown.code : undefined;
