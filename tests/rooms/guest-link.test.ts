import fc from 'fast-check';
import t from 'tap';
import { GuestLinks } from '../../app/rooms/guest-link.ts';

const links = new GuestLinks('a secret of more than enough characters');
const id = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 24, maxLength: 24 });
const generation = fc.integer({ min: 1, max: 1_000_000 });

t.test('a link names its invitation and proves it', async (t) => {
  fc.assert(
    fc.property(id, generation, (id, linkGeneration) => {
      const token = links.tokenOf({ id, linkGeneration });
      return (
        /^[A-Za-z0-9_-]{38}$/.test(token) &&
        links.invitationIdOf(token) === id &&
        links.proves(token, { id, linkGeneration })
      );
    }),
  );
  t.pass();
});

t.test('no other link does: another secret, another invitation, an earlier link', async () => {
  const others = new GuestLinks('another secret of more than enough characters');
  fc.assert(
    fc.property(id, id, generation, (id, otherId, linkGeneration) => {
      fc.pre(id !== otherId);
      const invitation = { id, linkGeneration };
      return (
        !links.proves(others.tokenOf(invitation), invitation) &&
        !links.proves(links.tokenOf({ ...invitation, id: otherId }), invitation) &&
        !links.proves(links.tokenOf({ id, linkGeneration: linkGeneration + 1 }), invitation)
      );
    }),
  );
});

t.test('a changed character makes it another, the last one included', async (t) => {
  const invitation = { id: 'b'.repeat(24), linkGeneration: 1 };
  const token = links.tokenOf(invitation);
  const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];
  for (const [index, was] of [...token].entries()) {
    for (const character of alphabet.filter((each) => each !== was)) {
      const changed = token.slice(0, index) + character + token.slice(index + 1);
      if (links.proves(changed, invitation)) t.fail(`${changed} proves what only ${token} does`);
    }
  }
  t.ok(links.proves(token, invitation));
});

t.test('what cannot be a token names nothing', async (t) => {
  const tricks = [
    '',
    'x',
    'x'.repeat(37),
    'x'.repeat(39),
    `${'x'.repeat(37)}=`,
    `${'x'.repeat(37)}\n`,
    '../../etc',
    'é'.repeat(38),
    'x'.repeat(10_000),
  ];
  for (const trick of tricks) {
    t.equal(links.invitationIdOf(trick), null, JSON.stringify(trick.slice(0, 40)));
    t.notOk(links.proves(trick, { id: 'b'.repeat(24), linkGeneration: 1 }));
  }
});
