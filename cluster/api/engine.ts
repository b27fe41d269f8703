/** Which engine this node says it is, and which versions of the API it speaks. */
export const engine = {
  version: '27.5.1',
  apiVersion: '1.47',
  apiVersionMin: '1.24',
  os: 'linux',
  architecture: 'x86_64',
  goArchitecture: 'amd64',
  kernel: '0.0.0-schism',
} as const;
