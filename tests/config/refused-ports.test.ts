import t from 'tap';
import { isRelayPort, refusedPorts } from '../../config/refused-ports.ts';

/** Fetch's way to the network, which ends here. */
const noNetwork = {
  dispatch(): never {
    throw new Error('not refused');
  },
};

/** Node's fetch follows the same standard as browsers do. */
async function isRefused(port: number): Promise<boolean> {
  try {
    await fetch(`http://127.0.0.1:${port}`, { dispatcher: noNetwork } as object);
  } catch (error) {
    const { message } = (error as Error).cause as Error;
    if (message === 'bad port') return true;
    if (message !== 'not refused') throw error;
  }
  return false;
}

t.test('the ports that are refused are those of the standard', async (t) => {
  const refused: number[] = [];
  for (let port = 1; port < 16_384; port++) if (await isRefused(port)) refused.push(port);
  t.same([...refusedPorts], refused);
});

t.test('where browsers use a relay', async (t) => {
  const ports = [0, 53, 79, 80, 81, 442, 443, 444, 853, 1023, 1024, 3478, 5060, 5349, 10_080, 65_535];
  t.same(ports.filter(isRelayPort), [80, 443, 1024, 3478, 5349, 65_535]);
});
