import { appliance, nameServers } from './addresses.ts';
import { border } from './border.ts';
import { LookedUp } from './looked-up.ts';
import { layNetworks, output, within } from './network.ts';
import { inGroup } from './process-groups.ts';
import { judge } from './verdict.ts';

// A process beside the appliance looks up one name and says nothing else; what is told of it goes to standard output.

await layNetworks();
const lookedUp = await LookedUp.listen();
await border.watch();
const program = `
  const resolver = new (require('node:dns').promises.Resolver)({ timeout: 500, tries: 1 });
  resolver.setServers(['${nameServers[0]}']);
  resolver.resolve4('updates.vendor.example').catch(() => undefined);`;
const [file = '', ...args] = [...within(appliance), ...inGroup('app'), process.execPath, '-e', program];
await output(file, ...args);
const { foreign, isComplete } = judge(await border.read(), lookedUp.all);
lookedUp.stop();
process.stdout.write(JSON.stringify({ foreign, isComplete }), () => process.exit());
