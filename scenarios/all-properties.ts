import type { Property } from '../harness/core/property.ts';
import { configParameter, ownProperties, withOwn } from './own-properties.ts';

const config = new URL(import.meta.url).searchParams.get(configParameter);
const own =
  config === null
    ? []
    : ownProperties(
        ((await import(config)) as { readonly default: { readonly properties: unknown } }).default
          .properties,
      );

/** For worker threads, which load it by name. */
export const allProperties: readonly Property[] = [...withOwn(own).values()];
