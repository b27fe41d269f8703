/** Guarantees of the user's own, out of `schism.config.ts`. */
import { z } from 'zod';
import { inWords, placeOf } from '../harness/shape-words.ts';
import type { History } from '../harness/core/history.ts';
import type { Property, Verdict } from '../harness/core/property.ts';
import { properties } from '../properties/index.ts';
import { told } from '../properties/told.ts';

const named = z.looseObject({
  name: z.string(),
  kind: z.enum(['safety', 'liveness', 'reached']),
  guarantee: z.string(),
  source: z.string(),
  judge: z.custom<Property['judge']>((value) => typeof value === 'function'),
});

const moment = z.looseObject({
  at: z.number(),
  node: z.string().optional(),
  text: z.string(),
});

const verdict = z
  .looseObject({ verdict: z.enum(['pass', 'fail', 'unknown']) })
  .pipe(
    z.discriminatedUnion('verdict', [
      z.looseObject({ verdict: z.literal('pass'), tested: z.boolean(), because: z.string() }),
      z.looseObject({ verdict: z.literal('fail'), summary: z.string(), moments: z.array(moment) }),
      z.looseObject({ verdict: z.literal('unknown'), missing: z.string() }),
    ]),
  );

/** Of the URL of `all-properties.ts`: the URL of a configuration, whose properties are added there. */
export const configParameter = 'config';

/** What a run itself is said to break where it could not be carried out. */
const reserved = 'problem';

/**
 * The properties that a configuration lists, each made safe: one that throws, or answers with no verdict, leaves its runs unjudged
 * and says why, and the runs are kept. What they say is told like what schism's own say, with the names that people know and what led to
 * it. Throws a sentence that names the place of what is wrong.
 */
export const ownProperties = (list: unknown): readonly Property[] => {
  if (!Array.isArray(list)) throw new Error('properties must be a list of properties');
  const own = list.map((value: unknown, place) => checked(value, `properties[${place}]`));
  const names = own.map(({ name }) => name);
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined)
    throw new Error(`two properties are named ${twice}; give one another name`);
  return own;
};

const checked = (value: unknown, place: string): Property => {
  const shape = named.safeParse(value, inWords);
  if (!shape.success) {
    const [issue] = shape.error.issues;
    const path = placeOf(issue?.path ?? []);
    const where = path === '' ? place : `${place}.${path}`;
    throw new Error(
      issue?.code === 'custom'
        ? `${where} must be a function of a history`
        : `${where} ${issue?.message ?? ''}`,
    );
  }
  const { name } = shape.data;
  if (!/^\S+$/.test(name))
    throw new Error(`${place}.name is ${JSON.stringify(name)}, expected a word without spaces`);
  if (properties.has(name) || name === reserved)
    throw new Error(`a property named ${name} comes with schism; give yours another name`);
  return told(guarded(value as Property));
};

/** What there is to judge by, with one's own last. */
export const withOwn = (own: readonly Property[]): ReadonlyMap<string, Property> =>
  new Map([...properties, ...own.map((property): [string, Property] => [property.name, property])]);

const guarded = (property: Property): Property => ({
  ...property,
  judge(history: History): Verdict {
    let answer: unknown;
    try {
      answer = property.judge(history);
    } catch (thrown) {
      return faulty(`the property itself failed: ${placed(thrown)}`);
    }
    if (answer instanceof Promise) {
      answer.catch(() => undefined);
      return faulty(
        'the property gave no verdict but a promise of one: judge is no async function',
      );
    }
    const shape = verdict.safeParse(answer, inWords);
    if (shape.success) return answer as Verdict;
    const [issue] = shape.error.issues;
    const wrong = `${placeOf(['answer', ...(issue?.path ?? [])])} ${issue?.message ?? ''}`;
    return faulty(`the property gave no verdict: its ${wrong}`);
  },
});

const faulty = (missing: string): Verdict => ({ verdict: 'unknown', missing, faulty: true });

/** With the line of code that it came from. */
const placed = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return String(thrown);
  const frame = /^\s+at (.*)$/m.exec(thrown.stack ?? '')?.[1];
  return `${thrown.name}: ${thrown.message}${frame === undefined ? '' : `, at ${frame}`}`;
};
