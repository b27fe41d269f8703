import { expect, test } from '@jest/globals';
import { serviceSpecText, shownService, shownTask } from './swarm-answers.ts';

const template = {
  ContainerSpec: { Image: 'schism/crash', Args: ['300'], Env: ['MARK=7'] },
  RestartPolicy: { Condition: 'on-failure', Delay: 200e6 },
  Placement: { Constraints: ['node.role==worker'] },
};
const spec = {
  Name: 'lighthouse-a',
  Labels: { mark: '7', lifetime: '300' },
  TaskTemplate: template,
  Mode: { Replicated: { Replicas: 3 } },
  UpdateConfig: {
    Parallelism: 2,
    Delay: 150e6,
    Monitor: 500e6,
    FailureAction: 'pause',
    Order: 'start-first',
  },
};

test('a spec is told by whom it was written, and by all that clients write', () => {
  expect(serviceSpecText(spec)).toBe(
    '7: schism/crash 300 MARK=7 restarted: on-failure after 200 ms ×3 on node.role==worker updated: 2 at once after 150 ms, start-first, pause within 500 ms lifetime=300',
  );
  expect(serviceSpecText({ Labels: { mark: '8' }, Mode: { Global: {} } })).toBe('8: everywhere');
});

test.each([
  ['scale', { ...spec, Mode: { Replicated: { Replicas: 2 } } }],
  ['label', { ...spec, Labels: { mark: '7' } }],
  ['constraint', { ...spec, TaskTemplate: { ...template, Placement: undefined } }],
  ['environment', { ...spec, TaskTemplate: { ...template, ContainerSpec: { Image: 'x' } } }],
  ['update', { ...spec, UpdateConfig: undefined }],
  ['delay', { ...spec, UpdateConfig: { ...spec.UpdateConfig, Delay: 0 } }],
  ['policy', { ...spec, TaskTemplate: { ...template, RestartPolicy: undefined } }],
])('one that lost its %s is another one', (_what, lost) => {
  expect(serviceSpecText(lost)).not.toBe(serviceSpecText(spec));
});

test('a task says what it was made from in the words of its service, whatever the placement', () => {
  const made = { ...template, Placement: undefined };
  const { template: asked } = shownService({ Spec: spec });
  expect(shownTask({ Spec: made }).template).toBe(asked);
  expect(shownTask({ Spec: { ContainerSpec: { Image: 'schism/crash' } } }).template).not.toBe(
    asked,
  );
});

test('a service whose update was paused says so', () => {
  expect(shownService({ Spec: spec, UpdateStatus: { State: 'paused' } }).paused).toBe(true);
  expect(shownService({ Spec: spec, UpdateStatus: { State: 'completed' } })).not.toHaveProperty(
    'paused',
  );
});

test.each([
  ['updating', 'UpdateConfig', 'start-first', true],
  ['updating', 'UpdateConfig', 'stop-first', undefined],
  ['updating', 'RollbackConfig', 'start-first', undefined],
  ['rollback_started', 'RollbackConfig', 'start-first', true],
  ['completed', 'UpdateConfig', 'start-first', undefined],
])('a service that is %s, its %s %s, keeps old tasks: %s', (State, config, Order, keepsOld) => {
  const shown = shownService({ Spec: { Name: 's', [config]: { Order } }, UpdateStatus: { State } });
  expect(shown.keepsOld).toBe(keepsOld);
});

test.each([
  ['two at once after 150 ms', spec.UpdateConfig, { ms: 150, places: 2 }],
  ['one after the other without a wait', { Parallelism: 1 }, { ms: 0, places: 1 }],
  ['all at once', { Parallelism: 0, Delay: 150e6 }, undefined],
  ['as nobody said, which is one after the other', undefined, { ms: 0, places: 1 }],
])('a service says how its updates take places: %s', (_what, UpdateConfig, updateWaits) => {
  expect(shownService({ Spec: { ...spec, UpdateConfig } }).updateWaits).toEqual(updateWaits);
});
