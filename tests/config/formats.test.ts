import t from 'tap';
import { objectionTo } from '../../config/formats.ts';

const cases: Readonly<
  Record<string, { readonly right: readonly string[]; readonly wrong: readonly string[] }>
> = {
  host: {
    right: [
      'localhost',
      'a',
      'meet.example.org',
      'MEET.example',
      '10.0.0.1',
      '::1',
      '2001:db8::1',
      '3com.example',
    ],
    wrong: [
      '',
      '-a',
      'a-',
      'a..b',
      '.a',
      'a.',
      'a_b',
      '1.2.3',
      '1.2.3.4.5',
      'a b',
      '[::1]',
      'fe80::1%eth0',
      'x'.repeat(64),
    ],
  },
  ip: {
    right: ['0.0.0.0', '::', '10.1.2.3', '2001:db8::1', 'fe80::1%eth0'],
    wrong: [
      '',
      '10.1',
      '010.0.0.1',
      '0x7f.0.0.1',
      '10.0.0.256',
      '::1::',
      '[::1]',
      'localhost',
      '10.0.0.1/24',
    ],
  },
  email: {
    right: ['help@example.org', 'a.b+c@localhost'],
    wrong: ['', 'help', '@example.org', 'help@', 'a b@example.org', 'Help <help@example.org>', 'a@b@c'],
  },
  'control-address': {
    right: [
      '127.0.0.1:7000',
      'localhost:1',
      'media:65535',
      '[::1]:80',
      '10.0.0.2:7000',
      '/run/x.sock',
      './x',
      'run/x',
    ],
    wrong: [
      '',
      'media',
      ':7000',
      '127.0.0.1',
      '127.0.0.1:0',
      '127.0.0.1:65536',
      '127.0.0.1:07',
      '::1:80',
      '[::]:80',
    ],
  },
  'time-zone': {
    right: ['Europe/Paris', 'America/Argentina/Buenos_Aires', 'Asia/Kolkata', 'Asia/Calcutta', 'UTC'],
    wrong: [
      '',
      'Paris',
      '+01:00',
      '-05',
      'Europe/Paris ',
      'Europe/Nowhere',
      '../etc/localtime',
      'Europe/Paris\n',
    ],
  },
  'secret-file': { right: ['secret', '/run/secrets/turn', '../x y'], wrong: ['a\0b', 'a\nb'] },
};

for (const [format, { right, wrong }] of Object.entries(cases)) {
  t.test(format, async (t) => {
    for (const text of right) t.equal(objectionTo(format, text), undefined, `right: ${text}`);
    for (const text of wrong) t.ok(objectionTo(format, text), `wrong: ${JSON.stringify(text)}`);
  });
}

t.test('public addresses carry no control', async (t) => {
  for (const text of [
    '8.8.8.8:80',
    '[2a00::1]:80',
    '[::ffff:8.8.8.8]:80',
    '0.0.0.0:80',
    '255.255.255.255:80',
  ]) {
    t.ok(objectionTo('control-address', text), text);
  }
});
