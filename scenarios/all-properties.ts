import type { Property } from '../harness/core/property.ts';
import { ownProperties, withOwn } from './own-properties.ts';

/** Of this module's URL: the URL of a configuration, whose properties are added. */
export const configParameter = 'config';

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
