import { isMainThread } from 'node:worker_threads';
import { groups } from './process-groups.ts';

// Loaded before app and SFU, by NODE_OPTIONS: puts each into its group before it opens a socket.
const program = /\/(app|media)\/main\.ts$/.exec(process.argv[1] ?? '')?.[1];
if (isMainThread && program !== undefined) process.setgid?.(program === 'app' ? groups.app : groups.sfu);
