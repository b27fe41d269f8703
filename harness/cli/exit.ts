/** How a command ends: the exit codes that scripts rely on. */
export const exitCodes = {
  pass: 0,
  violated: 1,
  usage: 2,
  inconclusive: 3,
  environment: 4,
  internal: 70,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Commands named in a failure of the harness, as they work where this program was called. */
export const asCalledHere = (
  message: string,
  { invocation }: { readonly invocation: string },
): string => message.replaceAll('`schism ', `\`${invocation} `);

/** The machine lacks something: what, and the command that mends it. Exit code 4. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}
