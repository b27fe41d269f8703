/** What an engine assumes where a service's spec says nothing. @source swarmkit, api/defaults/service.go */
import type { NodeConfig } from '../node/config.ts';
import { isFields } from './body.ts';
import type { Fields } from './body.ts';
import type { Json } from './seam.ts';

const second = 1_000_000_000;

const updateDefaults: Fields = {
  Parallelism: 1,
  FailureAction: 'pause',
  Monitor: 5 * second,
  MaxFailureRatio: 0,
  Order: 'stop-first',
};

const specDefaults = (config: NodeConfig): Fields => ({
  TaskTemplate: {
    ContainerSpec: { StopGracePeriod: 10 * second, DNSConfig: {} },
    Resources: { Limits: {}, Reservations: {} },
    RestartPolicy: { Condition: 'any', Delay: config.restartDelayMs * 1_000_000, MaxAttempts: 0 },
    Placement: {},
  },
  UpdateConfig: updateDefaults,
  RollbackConfig: updateDefaults,
  EndpointSpec: { Mode: 'vip' },
});

/** The service as it is shown, with its spec completed. */
export const withServiceDefaults = (shown: Json, config: NodeConfig): Json => {
  if (!isFields(shown)) return shown;
  return { ...shown, Spec: completed(shown.Spec ?? {}, specDefaults(config)) };
};

/** Given fields win; parts are completed field by field. */
const completed = (given: Json, defaults: Json): Json => {
  if (!isFields(given) || !isFields(defaults)) return given;
  const whole: Record<string, Json | undefined> = { ...given };
  for (const key in defaults) {
    const standard = defaults[key];
    if (standard === undefined) continue;
    const present = given[key];
    whole[key] = present === undefined ? standard : completed(present, standard);
  }
  return whole;
};
