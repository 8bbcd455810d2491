import t from 'tap';
import { pieces } from '../../app/client/meeting/linkify.ts';

/** The addresses found in a text. */
const found = (text: string) =>
  pieces(text).flatMap(({ text: shown, href }) => (href === undefined ? [] : [shown]));

t.test('addresses are found where they end', async (t) => {
  for (const [text, addresses] of [
    ['see https://example.org/a?b=c&d=e#f.', ['https://example.org/a?b=c&d=e#f']],
    ['(https://example.org/a_(b))', ['https://example.org/a_(b)']],
    ['« https://example.org/été », voilà', ['https://example.org/été']],
    ['<https://example.org>', ['https://example.org']],
    ['http://one.example, https://two.example!', ['http://one.example', 'https://two.example']],
    ['https://example.org/\nnext line', ['https://example.org/']],
    ['HTTPS://EXAMPLE.ORG', ['HTTPS://EXAMPLE.ORG']],
    ['no address: example.org, ftp://x.example', []],
    ['https://', []],
  ] as const)
    t.same(found(text), addresses, text);
});

t.test('nothing else becomes a link, and nothing is lost', async (t) => {
  for (const text of [
    'javascript:alert(1) data:text/html,x https:evil',
    'xhttps://example.org',
    '<a href="https://example.org" onclick="x">y</a>',
    'https://exa mple.org "https://example.org"onmouseover=x',
    '',
  ]) {
    const all = pieces(text);
    t.equal(all.map((piece) => piece.text).join(''), text);
    for (const { href } of all) t.match(href ?? 'https:', /^https?:/);
  }
  t.same(found('xhttps://example.org'), [], 'in the middle of a word');
});

t.test('a long text is looked through quickly', async (t) => {
  // Each of these is quadratic or worse in a careless pattern; a run that does not end is caught by tap's own limit.
  for (const text of [
    `https://${'.'.repeat(2_000)}`,
    `https://e.org/${')'.repeat(1_980)}`,
    'https://'.repeat(250),
  ])
    t.equal(
      pieces(text)
        .map((piece) => piece.text)
        .join(''),
      text,
    );
});
