import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import WebSocket from 'ws';
import { columnsOf } from '../../app/clinic/area-rows.ts';
import { VISIT_COOKIE } from '../../app/clinic/visit-cookie.ts';
import { type Database, openDatabase } from '../../app/database/open.ts';
import { newId } from '../../app/kernel/ids.ts';
import { newToken } from '../../app/kernel/single-use-token.ts';
import { type SignedIn, signedIn } from '../app/signed-in.ts';
import { Appliance } from '../appliance.ts';
import { usualChoices } from '../clinic/ward.ts';
import { until, within } from '../deadline.ts';

/**
 * How long it takes from a patient's form to every view of the staff that shows them, in a full house and in an empty
 * one: both in one run on one machine, one arrival of each in turn, so that the ratio means something on any machine.
 */

const TIMES = 60;
const WARM_UP = 5;
const MOST_MS = 200;
const MOST_RATIO = 3;

/** How many areas each view shows. */
const AREAS_OF_VIEW = 3;

/** How long the app is watched while nobody does anything, in milliseconds. */
const IDLE_MS = 10_000;

/** Linux counts the time of processes in hundredths of a second (proc(5), `_SC_CLK_TCK`). */
const TICK_MS = 10;

const full = { areas: 20, patients: 500, views: 60 };
const empty = { areas: 1, patients: 0, views: 1 };

/** @returns whether arrivals kept to the limits. */
export async function benchWaiting(print: (line: string) => void, times = TIMES): Promise<boolean> {
  const houses: House[] = [];
  try {
    const full_ = await House.open(full);
    houses.push(full_);
    const empty_ = await House.open(empty);
    houses.push(empty_);
    print(
      `${full.patients} patients wait in ${full.areas} areas, ${full.views} views of the staff are open;`,
    );
    print(`the other one has ${empty.areas} area and ${empty.views} view.\n`);
    for (let turn = 0; turn < WARM_UP; turn += 1) for (const house of houses) await house.arrive();
    const idle = await full_.watch(() => new Promise((resolve) => setTimeout(resolve, IDLE_MS)));
    const [fullMs, emptyMs]: [number[], number[]] = [[], []];
    const busy = await full_.watch(async () => {
      for (let turn = 0; turn < times; turn += 1) {
        fullMs.push(...(await full_.arrive()));
        emptyMs.push(...(await empty_.arrive()));
      }
    });
    const [ofFull, ofEmpty] = [median(fullMs), median(emptyMs)];
    const ratio = ofFull / ofEmpty;
    const row = (what: string, value: string) => print(`${what.padEnd(52)} ${value}`);
    const ms = (values: readonly number[]) =>
      `median ${median(values).toFixed(1)} ms, longest ${Math.max(...values).toFixed(1)} ms (${values.length})`;
    row('from the form to a view, full house', ms(fullMs));
    row('from the form to a view, empty house', ms(emptyMs));
    row('ratio of medians', ratio.toFixed(2));
    row('app, nobody comes: share of a core', `${(100 * idle.share).toFixed(1)} %`);
    row('app, while they came: share of a core', `${(100 * busy.share).toFixed(1)} %`);
    row('app, an arrival', `${(busy.cpuMs / times).toFixed(1)} ms of a core`);
    row('app, memory', `${await full_.memory()} MB, empty house ${await empty_.memory()} MB`);
    const isKept = ofFull < MOST_MS && ratio <= MOST_RATIO;
    print(`\n${isKept ? 'within' : 'BEYOND'} ${MOST_MS} ms and a ratio of ${MOST_RATIO}`);
    return isKept;
  } finally {
    for (const house of houses) await house.close();
  }
}

/** Areas, and where their doors are. */
type Doors = readonly { readonly id: string; readonly slug: string }[];

/** A view of the staff that is open, and who waits for what it is told. */
interface View {
  readonly areaIds: ReadonlySet<string>;
  readonly socket: WebSocket;
  readonly awaited: Map<string, (at: number) => void>;
}

/** An appliance of its own, with people in its waiting rooms. */
class House {
  readonly #appliance: Appliance;
  readonly #agent: Agent;
  readonly #ca: string;
  readonly #areas: Doors;
  readonly #views: View[] = [];
  readonly #sockets: WebSocket[] = [];
  /** Rejects when a page is closed that the bench needs. */
  readonly #broken = Promise.withResolvers<never>();
  #isOver = false;
  #arrivals = 0;

  private constructor(appliance: Appliance, ca: string, areas: Doors) {
    this.#appliance = appliance;
    this.#ca = ca;
    this.#agent = new Agent({ ca, keepAlive: true });
    this.#areas = areas;
    // Whoever waits for something hears of it.
    this.#broken.promise.catch(() => {});
  }

  static async open({ areas, patients, views }: typeof full): Promise<House> {
    const appliance = await Appliance.start({ sites: [{ host: '127.0.0.1', edition: 'med' }] });
    const staff: SignedIn[] = [];
    for (let count = 0; count < views; count += 1) staff.push(await signedIn(appliance, 'member'));
    const database = await openDatabase(appliance.databaseFile);
    const organisationId = staff[0]?.organisationId ?? '';
    const made = Array.from({ length: areas }, (_, index) => ({ id: newId(), slug: `area-${index}` }));
    const tokens = await fill(database, organisationId, made, patients, staff);
    await database.destroy();
    const house = new House(appliance, await appliance.authority(), made);
    try {
      await house.#openPages(made, tokens, staff);
    } catch (fault) {
      await house.close();
      throw fault;
    }
    return house;
  }

  async #openPages(areas: Doors, tokens: readonly string[], staff: readonly SignedIn[]): Promise<void> {
    for (const [index, token] of tokens.entries()) {
      const path = `/w/${areas[index % areas.length]?.slug}/live`;
      await this.#socket(path, `${VISIT_COOKIE}=${token}`);
    }
    for (const [index, { headers }] of staff.entries()) {
      const socket = await this.#socket('/clinic/live', headers.cookie);
      const areaIds = new Set(areasOf(index, areas).map(({ id }) => id));
      const view: View = { areaIds, socket, awaited: new Map() };
      socket.on('message', (data) => {
        const at = performance.now();
        const message = JSON.parse(String(data));
        if (message.type === 'visit') view.awaited.get(message.visit.name)?.(at);
      });
      this.#views.push(view);
    }
    const first = staff[0]?.headers.cookie ?? '';
    const seen = async () => JSON.parse((await this.#ask('/clinic/queue.json', first)).text);
    await until(
      'all patients to be there',
      seen,
      ({ visits }) => visits.every(({ lostAt }: { lostAt: number | null }) => lostAt === null),
      120_000,
    );
  }

  /** Somebody comes in; how long it took until each view that shows their area had them, in milliseconds. */
  async arrive(): Promise<number[]> {
    const area = this.#areas[this.#arrivals % this.#areas.length];
    const name = `Arrival ${this.#arrivals}`;
    this.#arrivals += 1;
    if (area === undefined) throw new Error('there are areas');
    const cookie = `${VISIT_COOKIE}=${newToken().token}`;
    const entitled = this.#views.filter(({ areaIds }) => areaIds.has(area.id));
    const startedAt = performance.now();
    const seen = Promise.all(
      entitled.map(
        ({ awaited }) => new Promise<number>((resolve) => awaited.set(name, (at) => resolve(at - startedAt))),
      ),
    );
    const { status } = await this.#ask(`/w/${area.slug}`, cookie, `name=${encodeURIComponent(name)}`);
    if (status !== 303) throw new Error(`the form was answered with ${status}`);
    const tookMs = await within('every view to know', Promise.race([seen, this.#broken.promise]));
    for (const { awaited } of entitled) awaited.delete(name);
    // As many wait as before.
    await this.#ask(`/w/${area.slug}/leave`, cookie, '');
    return tookMs;
  }

  /** What the app's process took of a core while something went on. */
  async watch(work: () => Promise<unknown>): Promise<{ readonly cpuMs: number; readonly share: number }> {
    const [before, since] = [await this.#cpuMs(), performance.now()];
    await work();
    const cpuMs = (await this.#cpuMs()) - before;
    return { cpuMs, share: cpuMs / (performance.now() - since) };
  }

  /** Resident memory of the app's process, in megabytes. */
  async memory(): Promise<number> {
    const status = await readFile(`/proc/${this.#appliance.app.pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1000);
  }

  async close(): Promise<void> {
    this.#isOver = true;
    for (const socket of this.#sockets) socket.terminate();
    this.#agent.destroy();
    await this.#appliance.stop();
  }

  async #cpuMs(): Promise<number> {
    const stat = await readFile(`/proc/${this.#appliance.app.pid}/stat`, 'utf8');
    // The name in brackets may hold blanks and brackets itself (proc(5)): fields count from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  }

  async #socket(path: string, cookie: string): Promise<WebSocket> {
    const socket = new WebSocket(this.#appliance.url(path).replace('https', 'wss'), {
      ca: this.#ca,
      headers: { cookie },
      origin: this.#appliance.url(''),
    });
    this.#sockets.push(socket);
    socket.on('close', (code) => {
      if (!this.#isOver) this.#broken.reject(new Error(`${path} was closed: ${code}`));
    });
    await once(socket, 'open');
    return socket;
  }

  async #ask(path: string, cookie: string, body?: string): Promise<{ status: number; text: string }> {
    const asked = request(this.#appliance.url(path), {
      agent: this.#agent,
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        cookie,
        'sec-fetch-site': 'same-origin',
        ...(body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
    });
    asked.end(body);
    const [answer] = await once(asked, 'response');
    let text = '';
    for await (const part of answer.setEncoding('utf8')) text += part;
    return { status: answer.statusCode, text };
  }
}

/** The areas of a view: every area is in as many views as any other. */
function areasOf<Area>(index: number, areas: readonly Area[]): Area[] {
  return areas.filter(
    (_, each) =>
      (each - index * AREAS_OF_VIEW + areas.length * AREAS_OF_VIEW * index) % areas.length < AREAS_OF_VIEW,
  );
}

/** Puts areas, who works there, and who waits into a database; answers what the patients' browsers hold. */
async function fill(
  database: Database,
  organisationId: string,
  areas: readonly { readonly id: string; readonly slug: string }[],
  patients: number,
  staff: readonly SignedIn[],
): Promise<string[]> {
  const now = Date.now();
  const until = now + 86_400_000;
  const tokens = Array.from({ length: patients }, () => newToken());
  await database.transaction(async (transaction) => {
    for (const { id, slug } of areas) {
      await transaction('areas').insert({
        ...columnsOf({ ...usualChoices, name: slug }),
        id,
        organisation_id: organisationId,
        slug,
        sort_name: slug,
        number_day: '',
        last_number: 0,
        version: 1,
        created_at: now,
      });
    }
    for (const [index, { id }] of staff.entries()) {
      for (const area of areasOf(index, areas)) {
        await transaction('area_members').insert({
          area_id: area.id,
          person_id: id,
          role: 'clinician',
          gets_letters: 0,
          created_at: now,
        });
      }
    }
    for (const [index, { hash }] of tokens.entries()) {
      await transaction('visits').insert({
        id: newId(),
        area_id: areas[index % areas.length]?.id,
        organisation_id: organisationId,
        token_hash: hash,
        state: 'waiting',
        version: 1,
        language: 'en',
        host: '127.0.0.1',
        number: index + 1,
        name: `Patient ${index}`,
        name_until: until,
        birth_date_until: until,
        case_number_until: until,
        reason_until: until,
        email_until: until,
        phone_until: until,
        until,
        arrived_at: now - index * 1000,
        queue_at: now - index * 1000,
        state_at: now - index * 1000,
        lost_at: now,
      });
    }
  });
  return tokens.map(({ token }) => token);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}
