/** Plays procedures against answers that a test makes up. */
import type { Json, JsonObject } from '../../../../harness/core/json.ts';
import type {
  Procedure,
  ProcedureContext,
  ProcedureResult,
  ProcedureStep,
} from '../../../../harness/core/target.ts';

export const nodes = [
  { name: 'm1', role: 'manager' },
  { name: 'm2', role: 'manager' },
  { name: 'w1', role: 'worker' },
] as const;

export const context = (given: Partial<ProcedureContext> = {}): ProcedureContext => ({
  nodes,
  selected: [],
  args: {},
  memory: new Map<string, Json>(),
  settings: {},
  leader: () => 'm1',
  managers: () => ['m1', 'm2'],
  ...given,
});

export type Call = Extract<ProcedureStep, { step: 'call' }>;
export type Answer = { readonly outcome: 'ok' | 'rejected' | 'unknown'; readonly output?: Json };
export const ok = (output: JsonObject = {}): Answer => ({ outcome: 'ok', output });
export const no: Answer = { outcome: 'rejected' };

/** Answers to a procedure's calls by operation and node; what else it does is done. Says what it did, in short. */
export const play = (
  procedure: Procedure,
  answer: (step: Call, times: number) => Answer,
  stepsMax = 500,
): readonly string[] => {
  const did: string[] = [];
  const times = new Map<string, number>();
  let result: ProcedureResult = { step: 'done' };
  const next = (): IteratorResult<ProcedureStep, void> => {
    try {
      return procedure.next(result);
    } catch (error) {
      did.push(`fails: ${(error as Error).message}`);
      return { done: true, value: undefined };
    }
  };
  for (let step = next(); step.done !== true; step = next()) {
    if (did.length >= stepsMax) throw new Error('it goes on and on');
    const { value } = step;
    result = { step: 'done' };
    if (value.step === 'call') {
      const what = `${value.operation} ${value.node}`;
      const before = times.get(what) ?? 0;
      times.set(what, before + 1);
      const { outcome, output } = answer(value, before);
      result = { step: 'call', outcome, output };
      did.push(outcome === 'ok' ? what : `${what} ✗`);
    } else if (value.step === 'read-file') {
      result = { step: 'file', bytes: undefined };
    } else if (value.step !== 'wait') did.push(`${value.step} ${value.node}`);
  }
  return did;
};
