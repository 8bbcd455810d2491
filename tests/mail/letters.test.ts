import t from 'tap';
import { PostOffice, someLetter, withRelay } from './post-office.ts';
import { TestRelay } from './relay.ts';

t.test('a letter arrives as it was meant, in both languages', async (t) => {
  const relay = await TestRelay.start();
  const folder = t.testdir();
  const post = await withRelay(folder, relay);
  t.teardown(async () => {
    await post.close();
    await relay.stop();
  });

  const name = `Éloïse ${'Very-Long-Name '.repeat(8)}`;
  const id = await post.post(
    someLetter({
      kind: 'sign_in',
      to: { email: 'zoe@clinic.example', name, language: 'fr' },
      subject: 'Votre lien de connexion – à utiliser dans les 15 minutes, s’il vous plaît',
      blocks: [
        { kind: 'paragraph', text: 'Bonjour <b>Éloïse</b> & Cie,\nvoici votre lien.' },
        { kind: 'action', label: 'Se connecter', url: 'https://meet.hospital.example/sign-in/x?a=1&b=2' },
        { kind: 'code', label: 'Code', code: '042 137' },
        { kind: 'facts', rows: [['Appareil', 'Firefox, Windows']] },
      ],
      isSensitive: true,
    }),
  );
  await post.delivery.pass();

  t.equal(relay.taken.length, 1);
  const [taken] = relay.taken;
  t.match(taken, {
    from: 'meet@hospital.example',
    to: ['zoe@clinic.example'],
    isEncrypted: true,
    user: null,
  });
  if (taken === undefined) return;
  const { parsed, raw } = taken;
  t.equal(parsed.subject, 'Votre lien de connexion – à utiliser dans les 15 minutes, s’il vous plaît');
  t.match(parsed.from?.value, [{ address: 'meet@hospital.example', name: 'Clinique du Nord' }]);
  t.match(parsed.to, { value: [{ address: 'zoe@clinic.example' }] });
  t.match((parsed.to as { value: { name: string }[] }).value[0]?.name, /^Éloïse Very-Long-Name .*…$/);
  t.equal(parsed.messageId, `<${id}@meet.hospital.example>`);
  t.equal(parsed.headers.get('auto-submitted'), 'auto-generated');
  t.equal(parsed.headers.get('content-language'), 'fr');
  t.match(parsed.text, /Bonjour <b>Éloïse<\/b> & Cie,\nvoici votre lien\./);
  t.match(parsed.text, /^https:\/\/meet\.hospital\.example\/sign-in\/x\?a=1&b=2$/m, 'a line of its own');
  t.match(parsed.text, /Appareil\u00a0: Firefox, Windows/);
  t.match(parsed.text, /\n-- \nCHU Nord vous envoie ce courriel/);
  t.match(parsed.text, /parce que quelqu’un, sans doute vous, a demandé à se connecter/);
  const html = String(parsed.html);
  t.match(html, /<html lang="fr">/);
  t.match(html, /Bonjour &lt;b&gt;Éloïse&lt;\/b&gt; &amp; Cie,<br>voici votre lien\./);
  t.match(html, />042 137</);
  const loaded = html.match(/(?:src|srcset|background|@import|url\()\s*[=(]?\s*["']?https?:/gi);
  t.equal(loaded, null, 'nothing is loaded from anywhere');
  t.notMatch(html, /<img|<script|<link|<form|<iframe/i);
  for (const line of raw.split('\r\n')) t.ok(line.length <= 998, 'RFC 5322, section 2.1.1');
  t.notMatch(raw, /\P{ASCII}/u, 'needs no relay that takes more than ASCII');

  const row = await post.row(id);
  t.match(row, {
    state: 'sent',
    subject: '',
    text: '',
    html: '',
    attachments: '[]',
    attempts: 1,
    last_fault: null,
  });
  t.ok(row.done_at);
});

t.test('nothing that people type gets into a header', async (t) => {
  const relay = await TestRelay.start();
  const post = await withRelay(t.testdir(), relay);
  t.teardown(async () => {
    await post.close();
    await relay.stop();
  });
  const evil = 'x\r\nBcc: spy@evil.example\r\n\r\n<script>1</script>';
  const tricks = [
    evil,
    'x\nBcc: spy@evil.example',
    'x\u2028Bcc: spy@evil.example',
    'x\u0085Bcc: spy@evil.example',
    '"x" <spy@evil.example>, y',
    'x <spy@evil.example>',
    '=?utf-8?Q?x=0D=0ABcc:_spy@evil.example?=',
    'x\u202Eelpmaxe.live@yps\u0000',
  ];
  for (const trick of tricks) {
    await post.post(
      someLetter({
        to: { email: 'zoe@clinic.example', name: trick, language: 'en' },
        subject: trick,
        siteName: trick,
        blocks: [
          { kind: 'paragraph', text: trick },
          { kind: 'facts', rows: [[trick, trick]] },
          { kind: 'code', label: trick, code: trick },
        ],
      }),
    );
  }
  await post.delivery.pass();
  t.equal(relay.taken.length, tricks.length);
  for (const { to, parsed, raw } of relay.taken) {
    t.same(to, ['zoe@clinic.example']);
    t.equal(parsed.bcc, undefined);
    t.equal(parsed.cc, undefined);
    t.match(parsed.to, { value: [{ address: 'zoe@clinic.example' }] });
    t.equal((parsed.to as { value: unknown[] }).value.length, 1);
    t.match(parsed.from?.value, [{ address: 'meet@hospital.example' }]);
    t.equal(parsed.from?.value.length, 1);
    const head = raw.slice(0, raw.indexOf('\r\n\r\n'));
    t.notMatch(head, /^bcc:/im);
    t.notMatch(String(parsed.html), /<script>/);
    t.notMatch(`${parsed.subject}${parsed.from?.text}${parsed.text}`, /[\p{Cc}--\n]|[\u2028\u202e]/v);
  }
});

t.test('a letter goes to one address, and leads to our own pages only', async (t) => {
  const post = await PostOffice.open({ folder: t.testdir(), relay: null });
  t.teardown(() => post.close());
  const bad = [
    'x',
    '@x.example',
    'x@',
    'a b@x.example',
    'x@y.example\r\nRCPT TO:<spy@evil.example>',
    'x@y.example, spy@evil.example',
    'x@y.example>',
    '<x@y.example>',
    '"x\\r\\n"@y.example',
    'x@[127.0.0.1]',
    'x@-y.example',
    'é@y.example',
    `${'x'.repeat(65)}@y.example`,
    `x@${'y'.repeat(64)}.example`,
  ];
  for (const email of bad) {
    const letter = someLetter({ to: { email, name: 'x', language: 'en' } });
    await t.rejects(post.post(letter), TypeError, email);
  }
  for (const url of ['http://meet.example/', 'javascript:alert(1)', '/sign-in', 'data:text/html,x']) {
    await t.rejects(post.post(someLetter({ blocks: [{ kind: 'action', label: 'x', url }] })), TypeError, url);
  }
  t.same(await post.database('letters').count({ count: '*' }), [{ count: 0 }]);
});

t.test('an appointment is where calendars look for it', async (t) => {
  const relay = await TestRelay.start();
  const post = await withRelay(t.testdir(), relay);
  t.teardown(async () => {
    await post.close();
    await relay.stop();
  });
  const content = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Linkello//EN',
    'METHOD:REQUEST',
    'BEGIN:VEVENT',
    'UID:1@meet.hospital.example',
    'DTSTAMP:20300101T000000Z',
    'DTSTART:20300102T090000Z',
    'SUMMARY:Réunion d’équipe',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');
  await post.post(
    someLetter({
      kind: 'invitation',
      attachments: [
        { fileName: 'invitation.ics', contentType: 'text/calendar; charset=utf-8; method=REQUEST', content },
      ],
    }),
  );
  await post.delivery.pass();
  const [taken] = relay.taken;
  t.ok(taken);
  if (taken === undefined) return;
  const { parsed, raw } = taken;
  t.match(raw, /Content-Type: multipart\/alternative/);
  t.match(raw, /Content-Type: text\/calendar; charset=utf-8; method=REQUEST/i, 'among the alternatives');
  t.match(raw, /Content-Disposition: attachment; filename=invitation\.ics/, 'and as a file');
  const files = parsed.attachments.filter(({ filename }) => filename === 'invitation.ics');
  t.ok(files.length > 0);
  for (const file of files) t.equal(file.content.toString('utf8'), content);
});

t.test('a letter for nobody does the same work and keeps nothing', async (t) => {
  const relay = await TestRelay.start();
  const post = await withRelay(t.testdir(), relay);
  t.teardown(async () => {
    await post.close();
    await relay.stop();
  });
  const letter = someLetter({ kind: 'sign_in', isSensitive: true });
  const known = await post.post(letter);
  const id = await post.database.transaction((transaction) => post.outbox.postVoid(transaction, letter));
  const [row, same] = [await post.row(id), await post.row(known)];
  t.equal(row.state, 'void');
  for (const name of ['recipient', 'recipient_name', 'subject', 'text', 'html'] as const) {
    t.equal(row[name].trim(), '', name);
    t.equal(row[name].length, same[name].length, `${name} is as long`);
  }
  await post.delivery.pass();
  t.same(
    relay.taken.flatMap(({ to }) => to),
    ['zoe@clinic.example'],
  );
  t.equal(await post.database('letters').where({ id }).first(), undefined, 'and is gone');
});

t.test('a letter that is taken back is not sent', async (t) => {
  const relay = await TestRelay.start();
  const post = await withRelay(t.testdir(), relay);
  t.teardown(async () => {
    await post.close();
    await relay.stop();
  });
  const id = await post.post(someLetter());
  const withdraw = () => post.database.transaction((transaction) => post.outbox.withdraw(transaction, id));
  t.equal(await withdraw(), true);
  t.equal(await withdraw(), false);
  await post.delivery.pass();
  t.equal(relay.taken.length, 0);
  t.match(await post.row(id), { state: 'withdrawn', text: '', html: '', subject: '' });
});

t.test('what is rolled back is not sent', async (t) => {
  const relay = await TestRelay.start();
  const post = await withRelay(t.testdir(), relay);
  t.teardown(async () => {
    await post.close();
    await relay.stop();
  });
  let wakings = 0;
  post.outbox.onPosted = () => {
    wakings += 1;
  };
  const fails = post.database.transaction(async (transaction) => {
    await post.outbox.post(transaction, someLetter());
    throw new Error('something else went wrong');
  });
  await t.rejects(fails, /something else/);
  await post.delivery.pass();
  t.equal(relay.taken.length, 0);
  t.equal(wakings, 0);
  await post.post(someLetter());
  t.equal(wakings, 1, 'and is sent at once otherwise');
});
