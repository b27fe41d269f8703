import type { Property } from '../harness/core/property.ts';
import { properties } from '../properties/index.ts';

/** For worker threads, which load it by name. */
export const allProperties: readonly Property[] = [...properties.values()];
