export type { Problem } from './event.ts';
export { ednValue } from './edn.ts';
export type { ReadHistory } from './pairing.ts';
export { formatOf, historyOf } from './recognise.ts';
export { MODEL_NAMES, type ModelName, type Reading } from './vocabulary.ts';
