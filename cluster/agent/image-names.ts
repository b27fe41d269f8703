/** Images that every node has, and what their names come to. */

/** By repository: an HTTP server, one that ends after so long or never, one that fails. */
export const imageNames: readonly string[] = ['schism/echo', 'schism/sleep', 'schism/crash'];

/** `docker.io/schism/echo:latest@sha256:…` → `schism/echo`. */
export const repositoryOf = (image: string): string =>
  image
    .replace(/@.*$/, '')
    .replace(/:[^:/]*$/, '')
    .replace(/^docker\.io\//, '');
