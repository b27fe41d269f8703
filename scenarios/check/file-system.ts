/**
 * What `schism check` needs of `node:fs`. An `import` of that module loads its streams too, since they are among its names, and
 * takes as long as judging a file.
 */
export const { mkdirSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } =
  process.getBuiltinModule('node:fs');
