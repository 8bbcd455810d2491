import t from 'tap';
import { Voices } from '../../media/voices.ts';

function room(limit: number) {
  const changes: string[][] = [];
  const voices = new Voices(limit, (changed) => changes.push([...changed].toSorted()));
  const forwarded = (...peerIds: string[]) =>
    peerIds.filter((peerId) => voices.isForwarded(peerId)).join(' ');
  return { voices, changes, forwarded: () => forwarded('ana', 'ben', 'cleo', 'dan', 'eve') };
}

t.test('all voices are forwarded while they are few', (t) => {
  const { voices, changes, forwarded } = room(3);
  for (const peerId of ['ana', 'ben', 'cleo']) voices.opened(peerId);
  t.equal(forwarded(), 'ana ben cleo');
  voices.heard(['cleo', 'ana']);
  voices.heard([]);
  t.equal(forwarded(), 'ana ben cleo', 'silence takes nobody out');
  t.same(changes, [['ana'], ['ben'], ['cleo']]);
  voices.shut('ben');
  voices.shut('ben');
  t.equal(forwarded(), 'ana cleo');
  t.same(changes.length, 4);
  t.end();
});

t.test('of many, those who were heard last', (t) => {
  const { voices, changes, forwarded } = room(2);
  for (const peerId of ['ana', 'ben', 'cleo', 'dan']) voices.opened(peerId);
  voices.heard(['ana']);
  voices.heard(['ben']);
  voices.heard([]);
  t.equal(forwarded(), 'ana ben', 'who fell silent is forwarded until somebody else is heard');
  voices.heard(['dan']);
  t.equal(forwarded(), 'ben dan', 'the one who was quiet for longest makes way');
  t.same(changes.at(-1), ['ana', 'dan']);
  voices.heard(['ana', 'cleo', 'dan']);
  t.equal(forwarded(), 'ana cleo', 'of those heard at once, the loudest');
  voices.shut('ana');
  t.equal(forwarded(), 'cleo dan', 'a place that becomes free is taken');
  t.end();
});

t.test('who has just unmuted is forwarded, but takes nobody the word', (t) => {
  const { voices, forwarded } = room(2);
  for (const peerId of ['ana', 'ben', 'cleo']) voices.opened(peerId);
  voices.heard(['ana']);
  voices.opened('dan');
  t.equal(forwarded(), 'ana dan');
  voices.heard(['ana', 'dan']);
  voices.opened('eve');
  t.equal(forwarded(), 'ana dan', 'both are speaking');
  t.end();
});

t.test('who has no microphone on is not counted', (t) => {
  const { voices, forwarded } = room(1);
  voices.opened('ana');
  voices.heard(['ben', 'ana']);
  t.equal(forwarded(), 'ana');
  t.end();
});
