export type { Problem } from './event.ts';
export { ednValue } from './edn.ts';
export { operationsOf, type ReadHistory } from './operations.ts';
export { eventsOf, formatOf } from './recognise.ts';
export { MODEL_NAMES, type ModelName, type Reading } from './vocabulary.ts';
