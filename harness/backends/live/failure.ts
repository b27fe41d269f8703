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
