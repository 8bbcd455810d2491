import type { AuditAction } from '../../app/audit/actions.ts';
import { dayOf } from '../../app/console/day.ts';
import { DAY_MS } from '../../app/kernel/clock.ts';
import type { Role } from '../../app/kernel/roles.ts';
import { readSecret } from '../../config/secrets.ts';
import { asBrowser, RunningApp } from '../app/running-app.ts';
import { linksOf } from '../attacks/page-reading.ts';
import { type Inhabitant, Population } from '../attacks/population.ts';
import { type Amounts, type Filled, fillDatabase } from './console-data.ts';

/** Who looks: the reach decides which index a list goes by. The second administrator's organisation is a small one. */
const readers = [
  { name: 'owner', role: 'owner', organisation: 0 },
  { name: 'administrator', role: 'administrator', organisation: 0 },
  { name: 'small administrator', role: 'administrator', organisation: -1 },
  { name: 'member', role: 'member', organisation: 0 },
  { name: 'dpo', role: 'dpo', organisation: 0 },
] as const satisfies readonly { name: string; role: Role; organisation: number }[];
export type ReaderName = (typeof readers)[number]['name'];

export interface Page {
  readonly reader: ReaderName;
  /** What it is, without the values in its address. */
  readonly name: string;
  readonly path: string;
}
export interface Pair extends Page {
  readonly barePath: string;
}
/** An app with what is in its database and who is signed in. */
export class Side {
  readonly #app: RunningApp;
  readonly #filled: Filled;
  readonly #readers: ReadonlyMap<ReaderName, Inhabitant>;
  #read = 0;

  private constructor(app: RunningApp, filled: Filled, signedIn: ReadonlyMap<ReaderName, Inhabitant>) {
    this.#app = app;
    this.#filled = filled;
    this.#readers = signedIn;
  }

  static async start(amounts: Amounts): Promise<Side> {
    let filled: Filled | undefined;
    const options = {
      rateLimits: { pages: 1e9, misses: 1e9 },
      onTextFault: (_: unknown, key: string) => key,
    };
    const app = await RunningApp.start({}, options, async (config) => {
      const file = `${config.dataFolder}/app/linkello.sqlite`;
      filled = await fillDatabase(file, await readSecret(config, 'audit'), amounts);
    });
    if (filled === undefined) throw new Error('nothing was filled');
    const { organisations } = filled;
    const population = await Population.of(app);
    const signedIn = new Map<ReaderName, Inhabitant>();
    for (const { name, role, organisation } of readers) {
      const organisationId = organisations.at(organisation) ?? '';
      const reader = await population.person(organisationId, role, { name: `Reader ${role}` });
      await population.room(organisationId, reader.id, { name: 'Consultation of a reader' });
      signedIn.set(name, reader);
    }
    await population.close();
    return new Side(app, filled, signedIn);
  }

  async stop(): Promise<void> {
    await this.#app.stop();
  }

  /** Milliseconds at the server until the answer was out. */
  async measure(reader: ReaderName, path: string): Promise<number> {
    const { status } = await this.#ask(reader, path);
    if (status !== 200) throw new Error(`${path} answers ${status} to ${reader}`);
    for (;;) {
      const entry = this.#app.log.slice(this.#read).find(({ msg }) => msg === 'request');
      this.#read = this.#app.log.length;
      if (typeof entry?.durationMs === 'number') return entry.durationMs;
      // It is written when the last byte is on its way.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Every page of the console: of the app with nothing in it by itself, of the other one in its order. */
  async pages(): Promise<Page[]>;
  async pages(bare: readonly Page[]): Promise<Pair[]>;
  async pages(bare?: readonly Page[]): Promise<Page[] | Pair[]> {
    const pages: Page[] = [];
    for (const { name: reader } of readers) {
      for (const route of this.#app.app.routeTable) {
        const isOfPeople = route.access !== 'anyone' && route.access !== 'service';
        if (route.method !== 'GET' || !isOfPeople || NO_PAGE.test(route.url)) continue;
        const path = this.#fill(route.url, reader);
        const { status, text } = await this.#ask(reader, path);
        if (status === 404 || status === 303) continue;
        pages.push({ reader, name: route.url, path });
        if (/<table/.test(text)) pages.push(...(await this.#variants(reader, route.url, path, text)));
      }
    }
    if (!bare) return pages;
    const ofBare = new Map(bare.map(({ reader, name, path }) => [`${reader} ${name}`, path]));
    return pages.map((page) => {
      const first = ofBare.get(`${page.reader} ${page.name.replace(/ .*/, '')}`) ?? page.path;
      return { ...page, barePath: ofBare.get(`${page.reader} ${page.name}`) ?? first };
    });
  }

  /** A list: sorted by each column, its last page, searched, and by each filter. */
  async #variants(reader: ReaderName, name: string, path: string, text: string): Promise<Page[]> {
    const at = (query: string) => `${path}?${query}`;
    const asked: (readonly [string, string])[] = [];
    const sorts = [
      ...new Set(
        [...text.matchAll(/[?;&]sort(?:=|&#x3D;)(-?\w+)/g)].map(([, sort = '']) => sort.replace('-', '')),
      ),
    ];
    for (const sort of sorts) {
      asked.push(
        [`sorted by ${sort}`, at(`sort=${sort}`)],
        [`sorted by ${sort}, downwards`, at(`sort=-${sort}`)],
      );
      for (const [there, back] of [
        [sort, `-${sort}`],
        [`-${sort}`, sort],
      ]) {
        const cursor = await this.#cursorOf(reader, at(`sort=${back}`));
        if (cursor !== null) asked.push([`sorted by ${there}, last page`, at(`sort=${there}&at=${cursor}`)]);
      }
    }
    if (/name="q"/.test(text)) {
      for (const search of ['barb', 'lea barbar', 'anna', 'consultation', 'example', 'nobody-is-called-so']) {
        asked.push([`search “${search}”`, at(`q=${encodeURIComponent(search)}`)]);
      }
      const [sort] = sorts;
      if (sort) asked.push(['search “anna”, downwards', at(`q=anna&sort=-${sort}`)]);
    }
    for (const [, filter = '', options = ''] of text.matchAll(
      /<select[^>]* name="(\w+)"[^>]*>(.*?)<\/select>/gs,
    )) {
      if (filter === 'action') continue;
      for (const [, value] of options.matchAll(/<option value="(\w+)"/g)) {
        asked.push([`${filter} ${value}`, at(`${filter}=${value}`)]);
        if (/name="q"/.test(text))
          asked.push([`${filter} ${value}, search “anna”`, at(`${filter}=${value}&q=anna`)]);
      }
    }
    if (path === '/console/audit') asked.push(...(await this.#auditVariants()));
    return asked.map(([what, each]) => ({ reader, name: `${name} ${what}`, path: each }));
  }

  /** The cursor behind the first page of a list; null if there is one page only. */
  async #cursorOf(reader: ReaderName, path: string): Promise<string | null> {
    const { text } = await this.#ask(reader, path);
    const next = linksOf(text, path).find((link) => /[?&]at=/.test(link));
    return next === undefined ? null : new URL(next, 'https://site.invalid').searchParams.get('at');
  }

  async #auditVariants(): Promise<(readonly [string, string])[]> {
    const path = '/console/audit';
    const people = this.#filled.people;
    const [busy, other] = [people[2], people[people.length >> 1]];
    const action: AuditAction = 'room.changed';
    const today = Date.now();
    const day = (ago: number) => dayOf(today - ago * DAY_MS);
    const id = (each: { readonly id: string } | undefined) => each?.id ?? 'f'.repeat(24);
    const room = this.#filled.rooms[0] ?? '';
    const queries = [
      ['one action', `action=${action}`],
      ['a rare action', 'action=audit.verified'],
      ['a busy person', `who=${id(busy)}`],
      ['a person', `who=${id(other)}`],
      ['a person by address', `who=${encodeURIComponent(other?.email ?? '')}`],
      ['a busy person, one action', `who=${id(busy)}&action=${action}`],
      ['a room', `object=${room}`],
      ['a room, one action', `object=${room}&action=${action}`],
      ['a day', `from=${day(100)}&to=${day(100)}`],
      ['from a day on', `from=${day(300)}`],
      ['up to a day', `to=${day(300)}`],
      [
        'a day, one action, a busy person',
        `from=${day(200)}&to=${day(200)}&action=${action}&who=${id(busy)}`,
      ],
      ['a day long ago, a rare action', 'from=2001-01-01&to=2001-01-01&action=audit.verified'],
    ] as const;
    const older = `${today - 364 * DAY_MS}-1000`;
    return [
      ...queries.map(([what, query]) => [what, `${path}?${query}`] as const),
      ['last page', `${path}?older=${older}`],
      ['one action, last page', `${path}?action=${action}&older=${older}`],
      ['a busy person, last page', `${path}?who=${id(busy)}&older=${older}`],
    ];
  }

  #ask(reader: ReaderName, path: string) {
    const headers = { ...asBrowser, ...this.#readers.get(reader)?.headers };
    return this.#app.ask(path, { headers });
  }

  /** A path to something that the reader has, or that there is. */
  #fill(url: string, reader: ReaderName): string {
    const { id = '', organisationId = '' } = this.#readers.get(reader) ?? {};
    const own = this.#filled.people.find((person) => person.organisationId === organisationId)?.id ?? id;
    const values: Readonly<Record<string, string>> = {
      'people/:id': own,
      'organisations/:id': organisationId,
      'rooms/:id': this.#filled.rooms[0] ?? '',
      ':invitationId': this.#filled.invitations[0] ?? '',
      ':letterId': this.#filled.letters[0] ?? '',
    };
    return Object.entries(values).reduce(
      (path, [pattern, value]) => path.replace(pattern, pattern.replace(/:\w+$/, value)),
      url,
    );
  }
}

/** Files, and pages of what only lives for a moment. */
const NO_PAGE = /\.csv$|\/export$|^\/console\/meetings\/:id|importId|^\/confirm/;
