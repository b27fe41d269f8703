/** Closes a switch over a union: a member that was forgotten stops the build here. */
export const unreachable = (value: never): never => {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
};
