import { once } from 'node:events';
import { DateTime } from 'luxon';
import WebSocket from 'ws';
import type { AreaChoices, AreaRole } from '../../app/clinic/area.ts';
import { usualFields } from '../../app/clinic/area.ts';
import type { HoldMessage, HoldView } from '../../app/clinic/hold-view.ts';
import type { StaffMessage, StaffView } from '../../app/clinic/staff-view.ts';
import { VISIT_COOKIE } from '../../app/clinic/visit-cookie.ts';
import { type Database, openDatabase } from '../../app/database/open.ts';
import type { ServerOptions } from '../../app/server-options.ts';
import { load, send } from '../app/form.ts';
import { type Answer, asBrowser, RunningApp } from '../app/running-app.ts';
import { type SignedIn, signedIn } from '../app/signed-in.ts';
import { until } from '../deadline.ts';

/** A department that asks for a name alone, open at all hours. */
export const usualChoices: AreaChoices = {
  name: 'Cardiology',
  timeZone: 'Europe/Paris',
  openingHours: null,
  closedDays: [],
  supportContact: 'Call 01 23 45 67 89.',
  pleaseRead: { en: '', fr: '' },
  fields: usualFields,
  shows: 'place',
  showsNumber: true,
  minutesPerVisit: 10,
  tooLongMinutes: 20,
  letterMinutes: null,
  afterClosing: 'serve',
};

const sameSite = { 'sec-fetch-site': 'same-origin' } as const;

/** A hospital's app with waiting areas, those who work there, and a clock that a test moves. */
export class Ward {
  readonly app: RunningApp;
  readonly database: Database;
  /** A Tuesday not long ago, 12:00 in Paris: certificates are valid by this clock and by the machine's. */
  now: number;
  readonly #sockets = new Set<WebSocket>();

  readonly #noon: DateTime;

  private constructor(app: RunningApp, database: Database, noon: DateTime) {
    this.app = app;
    this.database = database;
    this.now = noon.toMillis();
    this.#noon = noon;
  }

  static async open(
    settings: Record<string, unknown> = {},
    options: Omit<Partial<ServerOptions>, 'config' | 'secrets' | 'logStream'> = {},
  ): Promise<Ward> {
    let ward: Ward | undefined;
    const noon = DateTime.now()
      .setZone('Europe/Paris')
      .minus({ weeks: 1 })
      .set({ weekday: 2, hour: 12, minute: 0, second: 0, millisecond: 0 });
    const app = await RunningApp.start(
      { sites: [{ host: 'localhost', name: 'Clinic North', edition: 'med' }], ...settings },
      {
        clock: () => ward?.now ?? noon.toMillis(),
        // Time passes where a test says so.
        clinicLookMs: 3_600_000,
        arrivalsOfNetwork: 1e6,
        rateLimits: { pages: 1e9, misses: 1e9 },
        ...options,
      },
    );
    ward = new Ward(app, await openDatabase(app.databaseFile), noon);
    return ward;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    await this.database.destroy();
    await this.app.stop();
  }

  /** Somebody of the staff, with a role in these areas. */
  async colleague(
    name: string,
    ...roles: readonly (readonly [areaId: string, role: AreaRole])[]
  ): Promise<Colleague> {
    const person = await signedIn(this.app, 'member', { name });
    for (const [areaId, role] of roles) await this.setRole(person, areaId, role);
    return new Colleague(this, person);
  }

  async setRole(
    person: Pick<SignedIn, 'id'>,
    areaId: string,
    role: AreaRole,
    getsLetters = false,
  ): Promise<void> {
    await this.database('area_members').insert({
      area_id: areaId,
      person_id: person.id,
      role,
      gets_letters: Number(getsLetters),
      created_at: this.now,
    });
  }

  /** An area, made by an administrator. */
  async area(
    choices: Partial<AreaChoices> = {},
    organisation = 'Clinic North',
  ): Promise<{ id: string; slug: string }> {
    const administrator = await signedIn(this.app, 'administrator', { organisation });
    const person = await this.database('people').where({ id: administrator.id }).first();
    const made = await this.app.app.clinic.areas.make(
      {
        person: {
          id: person.id,
          organisationId: person.organisation_id,
          email: person.email,
          name: person.name,
          language: 'en',
          role: 'administrator',
          status: 'active',
          createdAt: 0,
          signedInAt: null,
        },
        actor: { kind: 'person', id: person.id, requestId: null },
      },
      { ...usualChoices, ...choices },
      null,
    );
    if ('faults' in made) throw new Error(JSON.stringify(made.faults));
    return made.area;
  }

  /** A patient's browser at a door; they are not in yet. */
  patient(slug: string): Patient {
    return new Patient(this, slug);
  }

  /** A patient who came in under this name. */
  async arrived(slug: string, name: string, fields: Readonly<Record<string, string>> = {}): Promise<Patient> {
    const patient = this.patient(slug);
    // Nobody comes in the same millisecond as somebody else.
    this.now += 1;
    const answer = await patient.comeIn({ name, ...fields });
    if (answer.status !== 303) throw new Error(`${name} was not let in: ${answer.status} ${answer.text}`);
    return patient;
  }

  /** Sets the clock to a time of the ward's Tuesday, in Paris: `13:00`. */
  at(time: string): void {
    const [hour = 0, minute = 0] = time.split(':').map(Number);
    this.now = this.#noon.set({ hour, minute }).toMillis();
  }

  /** Lets time pass, and whatever is due happen. */
  async pass(ms: number): Promise<void> {
    this.now += ms;
    await this.app.app.clinic.timekeeper.look();
  }

  async socket(path: string, headers: Readonly<Record<string, string>>): Promise<WebSocket> {
    const socket = new WebSocket(`wss://localhost:${this.app.port}${path}`, {
      ca: this.app.authorityPem,
      headers,
      origin: `https://localhost:${this.app.port}`,
    });
    this.#sockets.add(socket);
    return socket;
  }
}

/** A browser of a patient's: it keeps the cookie that it gets. */
export class Patient {
  readonly slug: string;
  cookie: string | null = null;
  readonly #ward: Ward;

  constructor(ward: Ward, slug: string) {
    this.#ward = ward;
    this.slug = slug;
  }

  get headers(): { cookie: string; 'sec-fetch-site': 'same-origin' } {
    return { cookie: this.cookie === null ? '' : `${VISIT_COOKIE}=${this.cookie}`, ...sameSite };
  }

  async load(path = `/w/${this.slug}`): Promise<Answer> {
    return this.#kept(await load(this.#ward.app, this, path));
  }

  async send(path: string, fields: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.#kept(await send(this.#ward.app, this, path, fields));
  }

  /** Opens the door's page, and sends its form. */
  async comeIn(fields: Readonly<Record<string, string>>): Promise<Answer> {
    await this.load();
    return this.send(`/w/${this.slug}`, fields);
  }

  async hold(): Promise<HoldView> {
    const { status, text } = await this.#ward.app.ask(`/w/${this.slug}/wait.json`, { headers: this.headers });
    if (status !== 200) throw new Error(`no hold view: ${status}`);
    return JSON.parse(text) as HoldView;
  }

  /** Keeps the page open. */
  async wait(): Promise<Listener<HoldMessage>> {
    return Listener.on(await this.#ward.socket(`/w/${this.slug}/live`, this.headers));
  }

  #kept(answer: Answer): Answer {
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const [, value] = new RegExp(`^${VISIT_COOKIE}=([^;]+)`).exec(line) ?? [];
      if (value !== undefined) this.cookie = value;
    }
    return answer;
  }
}

/** A browser of somebody of the staff. */
export class Colleague {
  readonly id: string;
  readonly person: SignedIn;
  readonly #ward: Ward;

  constructor(ward: Ward, person: SignedIn) {
    this.#ward = ward;
    this.person = person;
    this.id = person.id;
  }

  async view(): Promise<StaffView> {
    const { status, text } = await this.#ward.app.ask('/clinic/queue.json', { headers: this.person.headers });
    if (status !== 200) throw new Error(`no staff view: ${status}`);
    return JSON.parse(text) as StaffView;
  }

  /** The id of a patient's visit, as this colleague sees it. */
  async idOf(name: string): Promise<string> {
    const found = (await this.view()).visits.find((each) => each.name === name);
    if (found === undefined) throw new Error(`${name} is not seen`);
    return found.id;
  }

  /** Does something as the page's script does; answers the status and what was said. */
  async act(
    path: string,
    fields: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly status: number; readonly said: Readonly<Record<string, unknown>> }> {
    const { status, text } = await this.#ward.app.ask(path, {
      method: 'POST',
      headers: {
        ...this.person.headers,
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams(fields).toString(),
    });
    return { status, said: JSON.parse(text) };
  }

  load(path: string): Promise<Answer> {
    return this.#ward.app.ask(path, { headers: { ...this.person.headers, ...asBrowser } });
  }

  async watch(): Promise<Listener<StaffMessage>> {
    return Listener.on(await this.#ward.socket('/clinic/live', { cookie: this.person.headers.cookie }));
  }
}

/** What came over a socket. */
export class Listener<Message> {
  readonly messages: Message[] = [];
  readonly socket: WebSocket;
  closeCode: number | null = null;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => this.messages.push(JSON.parse(String(data)) as Message));
    socket.on('close', (code) => {
      this.closeCode = code;
    });
    socket.on('error', () => {});
  }

  static async on<Message>(socket: WebSocket): Promise<Listener<Message>> {
    const listener = new Listener<Message>(socket);
    await once(socket, 'open');
    return listener;
  }

  /** The first message that fits, whether it came already or not. */
  async until(what: string, fits: (message: Message) => boolean): Promise<Message> {
    const found = await until(what, () => this.messages.find(fits));
    if (found === undefined) throw new Error(what);
    return found;
  }

  /** Ends it as a network does that is gone. */
  cut(): void {
    this.socket.terminate();
  }
}
