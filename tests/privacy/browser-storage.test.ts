import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import ts from 'typescript';
import { browserStorage, type StoredInBrowser } from '../../app/inventory/browser-storage.ts';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../app/kernel/clock.ts';
import { Clinic } from '../identity/clinic.ts';
import type { CookieAttributes, Visitor } from '../identity/visitor.ts';

const app = join(import.meta.dirname, '../../app');
const terms = { sessionDays: 14, linkMinutes: 15 };
const cookies = browserStorage.filter(({ kind }) => kind === 'cookie');
const longestSeconds = ({ lifetime }: StoredInBrowser) => {
  const time = lifetime(terms);
  if (time === null) return 0;
  if (time === 'kept') return Number.POSITIVE_INFINITY;
  return ('days' in time ? time.days * DAY_MS : time.minutes * MINUTE_MS) / SECOND_MS;
};

const parse = (pattern: string) =>
  globSync(pattern, { cwd: app }).map((name) =>
    ts.createSourceFile(name, readFileSync(join(app, name), 'utf8'), ts.ScriptTarget.Latest, true),
  );

function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren()) yield* nodesOf(child);
}

t.test('the cookies that the code sets are the declared ones', async (t) => {
  const found = new Set<string>();
  for (const program of parse('**/*.ts')) {
    const constants = new Map<string, string>();
    for (const node of nodesOf(program)) {
      if (ts.isVariableDeclaration(node) && node.initializer && ts.isStringLiteralLike(node.initializer))
        constants.set(node.name.getText(), node.initializer.text);
      if (ts.isStringLiteralLike(node) && /^set-cookie$/i.test(node.text))
        t.fail(`${program.fileName} sets a cookie by itself: ${node.parent.getText()}`);
      if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) continue;
      if (!/^(?:setCookie|cookie|clearCookie)$/.test(node.expression.name.text)) continue;
      const [name] = node.arguments;
      const said = name && ts.isStringLiteralLike(name) ? name.text : constants.get(name?.getText() ?? '');
      t.ok(said, `${program.fileName} names its cookie where it stands: ${node.getText()}`);
      found.add(said ?? '');
    }
  }
  t.strictSame([...found].sort(), cookies.map(({ name }) => name).sort());
});

/** What keeps something in a browser, by what a program calls it. */
const stores: readonly [RegExp, StoredInBrowser['kind'] | null][] = [
  [/^localStorage$/, 'localStorage'],
  [/^sessionStorage$/, 'sessionStorage'],
  [/^indexedDB$/, 'indexedDB'],
  [/^cookie$|^cookieStore$/, 'cookie'],
  [/^caches$|^serviceWorker$|^storage$|^SharedWorker$/, null],
];

t.test('what the pages’ own code keeps in a browser is declared, and nothing else is', async (t) => {
  const programs = parse('client/**/*.ts');
  t.ok(programs.length > 10);
  const found = new Set<string>();
  for (const program of programs) {
    const nodes = [...nodesOf(program)];
    const constants = new Map(
      nodes.flatMap((node) =>
        ts.isVariableDeclaration(node) && node.initializer && ts.isStringLiteralLike(node.initializer)
          ? [[node.name.getText(), node.initializer.text] as const]
          : [],
      ),
    );
    for (const node of nodes) {
      if (!ts.isIdentifier(node)) continue;
      const [, kind] = stores.find(([word]) => word.test(node.text)) ?? [];
      if (kind === undefined) continue;
      // `localStorage.getItem(KEY)`: by a name that stands in the same file.
      const call = node.parent.parent;
      const [key] = ts.isCallExpression(call) ? call.arguments : [];
      const name = key && (ts.isStringLiteralLike(key) ? key.text : constants.get(key.getText()));
      t.ok(name, `${program.fileName} names what it keeps where it stands: ${call.getText()}`);
      found.add(`${kind} ${name}`);
    }
  }
  const declared = browserStorage.filter(({ kind }) => kind !== 'cookie');
  t.strictSame([...found].sort(), declared.map(({ kind, name }) => `${kind} ${name}`).sort());
});

t.test('the cookies of a real visit are as declared', async (t) => {
  const clinic = await Clinic.open(t, {
    sites: [{ host: 'localhost' }],
    sign_in: { session_days: terms.sessionDays, link_minutes: terms.linkMinutes },
  });
  const stranger = clinic.visitor();
  for (const path of ['/', '/privacy', '/cookies', '/sign-in', '/trust', '/nothing', '/r/some-room'])
    await stranger.get(path);
  t.strictSame([...stranger.cookies], [], 'nothing is set for who only looks');

  const visitor = clinic.visitor();
  await visitor.get('/?lang=fr');
  await clinic.person('marie@example.org');
  const { linkPath } = await clinic.ask('marie@example.org', visitor);
  check(t, visitor);
  await visitor.get(linkPath);
  await visitor.get('/account');
  check(t, visitor);
  const seen = [...visitor.attributes.keys()];
  for (const name of ['language', '__Host-sign-in', '__Host-session']) t.ok(seen.includes(name), name);
});

/** Every cookie of a browser is declared, and no weaker and no longer than it says. */
function check(t: Test, { attributes }: Visitor): void {
  for (const [name, found] of attributes) {
    const declared = cookies.find((each) => each.name === name);
    t.ok(declared, `${name} is declared`);
    if (declared === undefined || isOver(found)) continue;
    const { path, samesite, domain } = found;
    t.match({ path, samesite }, { path: '/', samesite: 'Lax' }, name);
    t.equal(domain, undefined, `${name} is of this host alone`);
    t.ok('secure' in found && 'httponly' in found, `${name} goes by HTTPS, and no script reads it`);
    const longest = longestSeconds(declared);
    const seconds = Number(found['max-age']);
    t.ok(seconds > 0 && seconds <= longest, `${name}: ${seconds} of at most ${longest} seconds`);
  }
}

const isOver = (found: CookieAttributes) => found['max-age'] === '0' || Date.parse(found.expires ?? '') <= 0;
