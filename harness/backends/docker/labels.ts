/** Everything that a run makes in an engine carries this label with the run's id, so that it can be found and removed. */
export const runLabel = 'schism.run';

export const labelsOf = (run: string): Record<string, string> => ({ [runLabel]: run });

export const withLabel = (run: string): { readonly label: string[] } => ({
  label: [`${runLabel}=${run}`],
});
