import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import t from 'tap';
import { gatewayOf } from '../../app/clinic/sms-gateway.ts';

/** What the log is told of a gateway that fails: the reason, and nothing of the patient. */

const sms = { body: null, content_type: 'application/json', token_file: null } as const;
const failure = async (url: string) => {
  const gateway = gatewayOf({ clinic: { sms: { ...sms, url } } as never });
  const fault: unknown = await gateway?.send('+33612345678', 'Please come back').catch((thrown) => thrown);
  return fault instanceof Error ? `${fault.name}: ${fault.message} ${String(fault.cause ?? '')}` : 'sent';
};

t.test('a gateway that is away, and one that is no web server, are told apart', async (t) => {
  const server = createServer((socket) => socket.end('no HTTP\r\n\r\n')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/send?to={phone}&text={text}`;
  const garbled = await failure(url);
  t.match(garbled, /^GatewayFault: the gateway did not answer \(HTTPParserError\)/);
  server.close();
  const away = await failure(url);
  t.match(away, /\(ECONNREFUSED\)/);
  for (const told of [garbled, away]) t.notMatch(told, /612345678|come back/);
});
