import { z } from 'zod';
import type { Mutant } from '../../harness/core/run.ts';

/** A planted bug as it is written down, one YAML file each. */
export const mutantSchema: z.ZodType<Mutant> = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected lower-case words with hyphens'),
  title: z.string().min(1),
  source: z.string().min(1),
  expect: z.array(z.string().min(1)).min(1),
  patches: z
    .array(
      z.strictObject({
        file: z.string().min(1),
        find: z.string().min(1),
        replace: z.string(),
      }),
    )
    .min(1),
});
