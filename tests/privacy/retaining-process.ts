/** Runs retention over the folder of the first argument at the instant of the second, a record at a time, and says so. */
import { writeSync } from 'node:fs';
import { system } from '../../app/audit/audit-log.ts';
import { Archive } from './archive.ts';

const [folder = '', now = ''] = process.argv.slice(2);
const archive = await Archive.open(folder);
archive.now = Number(now);
const running = archive.retention({ batch: 1 }).run(system);
// A statement between two batches: so many are through by now.
for (let isOver = false; !isOver; ) {
  const [row] = await archive.database('retention_open').sum({ records: 'records' });
  writeSync(1, `${row?.records ?? 0}\n`);
  isOver = await Promise.race([
    running.then(() => true),
    new Promise<false>((go) => setImmediate(go, false)),
  ]);
}
await archive.database.destroy();
