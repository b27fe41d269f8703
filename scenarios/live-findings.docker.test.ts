import { findsInLiveWorld } from './testing/live-findings.ts';

// Made smaller on processes: that is the same code, and takes less time.
findsInLiveWorld('docker', '0s');
