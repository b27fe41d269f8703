/** How verdicts are told to people: with the names that they know, and with what led to what was found. */
import type { History } from '../harness/core/history.ts';
import type { Property, Verdict } from '../harness/core/property.ts';
import { backgroundOf } from './background.ts';
import { named } from './names.ts';
import { broken } from './verdicts.ts';

/** The same guarantee, judged alike: only the words are other ones. */
export const told = (property: Property): Property => ({
  ...property,
  judge: (history) => inWords(property.judge(history), history),
});

const inWords = (verdict: Verdict, history: History): Verdict => {
  switch (verdict.verdict) {
    case 'pass':
      return { ...verdict, because: named(verdict.because, history) };
    case 'unknown':
      return { ...verdict, missing: named(verdict.missing, history) };
    case 'fail': {
      const summary = named(verdict.summary, history);
      const moments = verdict.moments.map((of) => ({ ...of, text: named(of.text, history) }));
      return broken(summary, [...backgroundOf({ summary, moments }, history), ...moments]);
    }
  }
};
