import { findsInLiveWorld } from './live-findings.ts';

findsInLiveWorld('docker');
