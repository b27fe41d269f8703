import { findsInLiveWorld } from './testing/live-findings.ts';

findsInLiveWorld('process', '30s');
