import t from 'tap';
import { Check } from 'typebox/value';
import { IceServer } from '../../app/meetings/messages.ts';
import { iceServers, issueCredentials } from '../../turn/credentials.ts';

const https = { port: 8443, address: '::' };
const turn = {
  enabled: true,
  port: 3478,
  tls_port: 5349,
  relay_ports: { min: 49160, max: 49359 },
  credential_seconds: 14_400,
  secret_file: null,
  socket: null,
};

t.test('credentials', async (t) => {
  const given = {
    secret: 'north',
    participantId: 'V1StGXR8_Z5jdHi6B-myT',
    nowMs: 1_700_000_000_999,
    lifetimeSeconds: 600,
  };
  t.strictSame(issueCredentials(given), {
    username: '1700000600:V1StGXR8_Z5jdHi6B-myT',
    // printf 1700000600:V1StGXR8_Z5jdHi6B-myT | openssl dgst -sha1 -hmac north -binary | base64
    credential: 'vJ7axHhNE2Gqvy1GNjo9gMhQguU=',
  });
  t.match(
    issueCredentials({ ...given, lifetimeSeconds: 0.5 }).username,
    /^1700000001:/,
    'whole seconds, rounded up',
  );

  for (const participantId of ['', 'a:b', 'a b', 'é', 'a\n', 'x'.repeat(129)]) {
    t.throws(() => issueCredentials({ ...given, participantId }), RangeError, JSON.stringify(participantId));
  }
  for (const lifetimeSeconds of [0, -1, Number.NaN]) {
    t.throws(() => issueCredentials({ ...given, lifetimeSeconds }), RangeError);
  }
});

t.test('ICE servers', async (t) => {
  const credentials = { username: '1:a', credential: 'b' };
  const servers = iceServers({ turn, https }, 'meet.example.org', credentials);
  t.strictSame(servers, [
    {
      urls: [
        'turn:meet.example.org:3478?transport=udp',
        'turn:meet.example.org:3478?transport=tcp',
        'turns:meet.example.org:5349?transport=tcp',
        'turns:meet.example.org:8443?transport=tcp',
      ],
      username: '1:a',
      credential: 'b',
    },
  ]);
  t.ok(
    servers.every((server) => Check(IceServer, server)),
    'as the signalling contract has them',
  );
  for (const host of ['2001:db8::10', '[2001:db8::10]']) {
    t.equal(
      iceServers({ turn, https }, host, credentials)[0]?.urls[0],
      'turn:[2001:db8::10]:3478?transport=udp',
    );
  }
  t.strictSame(iceServers({ turn: { ...turn, enabled: false }, https }, 'meet.example.org', credentials), []);
});
