/** Names the file that says which bugs are planted, for `apply.ts`. */
export const mutantsVariable = 'SCHISM_MUTANTS';
