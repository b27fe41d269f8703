import type { ApiRequest } from '../../../../cluster/api/seam.ts';
import type { Effect, Intent, Sighting } from '../../../../harness/core/history.ts';
import type { Json, JsonObject } from '../../../../harness/core/json.ts';
import type {
  CallResult,
  Memory,
  OperationKind,
  Reading,
} from '../../../../harness/core/target.ts';
import { fieldsOf, messageOf } from '../../../../models/swarm-answers.ts';
import { swarmOutcome, type Ended, type SwarmOutcome } from '../../../../models/swarm-outcomes.ts';
import { ownValue } from '../own-values.ts';

/** How a call to the API ended, with the body of its answer. */
export type Answered = SwarmOutcome & {
  /** `undefined`: no answer came. */
  readonly status: number | undefined;
  readonly text: string;
  readonly body: Json | undefined;
};

/** What an answer shows, beside its status and text. */
export type Shows = Pick<Reading, 'seen' | 'complete'> & { readonly output?: JsonObject };

/** One operation of Docker's API: the request that it makes, and what its answer says. */
export type ApiKind = {
  readonly name: string;
  readonly effect: Effect;
  readonly outcome?: (ended: Ended) => SwarmOutcome;
  request(args: JsonObject, memory: Memory): ApiRequest | undefined;
  intent?(args: JsonObject, request: ApiRequest, memory: Memory): Intent;
  shown?(request: ApiRequest): Json;
  /** Only ever asked about calls that were answered. May remember something for the client. */
  read?(
    answered: Answered,
    asked: { readonly args: JsonObject; readonly request: ApiRequest },
    memory: Memory,
  ): Shows;
};

const answeredOf = (result: CallResult, judge: (ended: Ended) => SwarmOutcome): Answered => {
  if ('failed' in result) {
    const { outcome, decided } = judge(result);
    return { outcome, decided, status: undefined, text: result.failed, body: undefined };
  }
  const response = result.response as { readonly status: number; readonly body?: Json };
  const good = response.status >= 200 && response.status < 300;
  const text = good ? '' : messageOf(response.body);
  const { outcome, decided } = judge({ status: response.status, text });
  return { outcome, decided, status: response.status, text, body: response.body };
};

/** What a history keeps of an answer. Written out for answers that are good, which most are. */
const outputOf = ({ status, text }: Answered, shown: JsonObject | undefined): JsonObject => {
  if (status !== undefined && text === '')
    return shown === undefined ? { status } : { status, ...shown };
  return { ...(status !== undefined && { status }), ...(text !== '' && { text }), ...shown };
};

const nothingSeen: readonly Sighting[] = [];

/** The harness's view of an API operation: outcomes by the classes of the swarm API, bodies reduced to what is looked at. */
export const operationKind = (kind: ApiKind): OperationKind => {
  const judge = kind.outcome ?? swarmOutcome;
  const { intent, shown } = kind;
  return {
    name: kind.name,
    effect: kind.effect,
    request: (args, memory) => kind.request(args, memory),
    ...(intent && {
      intent: (args, request, memory) => intent(args, request as ApiRequest, memory),
    }),
    ...(shown && { shown: (request) => shown(request as ApiRequest) }),
    read(args, request, result, memory) {
      const answered = answeredOf(result, judge);
      const asked = { args, request: request as ApiRequest };
      const shows =
        answered.status === undefined ? undefined : kind.read?.(answered, asked, memory);
      return {
        outcome: answered.outcome,
        decided: answered.decided && kind.effect !== 'local',
        output: outputOf(answered, shows?.output),
        seen: shows?.seen ?? nothingSeen,
        complete: shows?.complete ?? false,
      };
    },
  };
};

const noHeaders = Object.freeze({});

/** A request without headers; `query` and `body` where given. */
export const apiRequest = (
  method: ApiRequest['method'],
  path: string,
  { query = {}, body }: { readonly query?: ApiRequest['query']; readonly body?: Json } = {},
): ApiRequest => ({ method, path, query, headers: noHeaders, body });

/** An argument that must be there, as text; numbers are written out. */
export const textArgument = (args: JsonObject, name: string): string => {
  const value = args[name];
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new Error(`this operation needs the argument ${name}`);
};

/**
 * The spec with a mark that no other write of the run leaves: the argument `value` where there is one, as clients have it. An operation
 * that is tried again is another write, so it gets another mark.
 */
export const marked = (spec: JsonObject, args: JsonObject, memory: Memory): JsonObject => {
  const mark = args.value === undefined ? ownValue(memory) : textArgument(args, 'value');
  return { ...spec, Labels: { ...(fieldsOf(spec.Labels) as JsonObject), mark } };
};

/** The version that an update names. */
export const versionIn = ({ query }: ApiRequest): number => Number(query.version);
