import { findsInLiveWorld } from './live-findings.ts';

findsInLiveWorld('process', '30s');
