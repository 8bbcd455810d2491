import t from 'tap';
import {
  decodeStun,
  encodeStun,
  errorCode,
  isSignedWith,
  readXorAddress,
  uint32,
} from '../../scripts/doctor/wire/stun.ts';

const bytes = (hex: string) => Buffer.from(hex.replaceAll(/\s/g, ''), 'hex');

// RFC 5769, sections 2.2 and 2.3: answers to a request of ICE, with the password below.
const key = Buffer.from('VOkJxbRl1RmTxUk/WvJxBt');
const samples = {
  '192.0.2.1': bytes(`
    0101003c 2112a442 b7e7a701bc34d686fa87dfae
    8022000b 7465737420766563746f7220
    00200008 0001a147e112a643
    00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7
    80280004 c07d4c96`),
  '2001:db8:1234:5678:11:2233:4455:6677': bytes(`
    01010048 2112a442 b7e7a701bc34d686fa87dfae
    8022000b 7465737420766563746f7220
    00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9
    00080014 a382954e4be67bf11784c97c8292c275bfe3ed41
    80280004 c8fb0b4c`),
};

t.test('the samples of RFC 5769 are read and their signatures hold', async (t) => {
  for (const [address, sample] of Object.entries(samples)) {
    const message = decodeStun(sample);
    t.match(message, { method: 'binding', kind: 'success', transaction: 'b7e7a701bc34d686fa87dfae' });
    if (!message) return;
    t.ok(isSignedWith(message, key), address);
    t.notOk(isSignedWith(message, Buffer.from('another')), 'by another key');
    const forged = decodeStun(Buffer.from(sample));
    if (forged) forged.bytes.writeUInt8(0x21, 30);
    t.notOk(forged && isSignedWith(forged, key), 'or with another content');
    // The address is of a type that only ICE's other side needs; TURN's are written alike.
    const at = sample.indexOf(bytes('0020'), 34);
    const value = sample.subarray(at + 4, at + 4 + sample.readUInt16BE(at + 2));
    t.same(readXorAddress(value, message.transaction), { address, port: 32853 });
  }
});

t.test('what is written can be read, signed and with a checksum as in the samples', async (t) => {
  for (const address of ['192.0.2.77', '2001:db8::77']) {
    const peer = { address, port: 44300 };
    const { bytes, transaction } = encodeStun({
      method: 'permit',
      kind: 'request',
      values: [
        ['xorPeerAddress', peer],
        ['username', Buffer.from('évariste')],
        ['lifetime', uint32(600)],
      ],
      key,
      fingerprint: true,
    });
    const message = decodeStun(bytes);
    t.match(message, { method: 'permit', kind: 'request', transaction });
    if (!message) return;
    t.ok(isSignedWith(message, key));
    t.same(readXorAddress(message.values.xorPeerAddress ?? Buffer.alloc(0), transaction), peer);
    t.equal(message.values.username?.toString(), 'évariste', 'without what fills it up');
    t.same(message.values.fingerprint?.length, 4);
  }
});

t.test('what is none is none', async (t) => {
  const [sample] = Object.values(samples);
  if (!sample) throw new Error('there is no sample');
  for (let length = 0; length < sample.length; length++)
    t.equal(decodeStun(sample.subarray(0, length)), null);
  const longer = Buffer.from(sample);
  longer.writeUInt16BE(0xffff, 22);
  t.equal(decodeStun(longer), null, 'an attribute longer than the message');
  t.equal(decodeStun(Buffer.from('GET / HTTP/1.1\r\nHost: meet.example.org\r\n\r\n')), null);
  const refusal = bytes('01130010 2112a442 000000000000000000000001 0009000c 00000401556e617574686f72');
  const message = decodeStun(refusal);
  t.equal(message && errorCode(message), 401);
});
