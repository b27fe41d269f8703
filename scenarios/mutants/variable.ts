/** Holds the bugs that are planted, for `apply.ts`: a list, as JSON. */
export const mutantsVariable = 'SCHISM_MUTANTS';
