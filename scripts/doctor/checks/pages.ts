import { type Finding, findingsOf } from '../catalogue.ts';
import type { Check } from '../check.ts';
import type { Patient } from '../patient.ts';
import { askHttp, askHttps, type HttpQuestion, members } from '../wire/http-answer.ts';
import { PathFault, type PathReason } from '../wire/path-fault.ts';

const found = findingsOf('pages');

/** How long one address may take to answer, in milliseconds. */
const ANSWER_MS = 4_000;

/** Whether the pages answer where people look for them, and lead there who forgot the `https://`. */
export const pages: Check = {
  name: 'pages',
  deadlineMs: 10_000,
  async examine(patient) {
    const { port } = patient.config.https;
    const doors = await findDoors(patient);
    const triable = doors.filter(({ addresses }) => addresses.some((address) => patient.canTry(address)));
    const outcomes = await Promise.all(triable.map(async (door) => ({ door, ...(await open(door, port)) })));
    const findings = outcomes.flatMap(({ door: { host, addresses }, outcome }): Finding[] => {
      if (outcome === 'ours') return [];
      if (outcome === 'other') return [found('other_program', { host, port })];
      const isOurs = addresses.some((address) => patient.has(address));
      if (isOurs) return [found('no_answer', { host, port, reason: outcome })];
      return [found('not_from_inside', { address: host, port, reason: outcome })];
    });
    const answering = outcomes.filter(({ outcome }) => outcome === 'ours');
    const hosts = (leads: boolean) =>
      answering.filter(({ redirects }) => redirects === leads).map(({ door }) => door.host);
    if (hosts(true).length > 0) findings.push(found('answer', { hosts: hosts(true), port }));
    if (hosts(false).length > 0) findings.push(found('no_redirect', { hosts: hosts(false) }));
    const untried = doors.filter((door) => !triable.includes(door)).map(({ host }) => host);
    return untried.length > 0 ? [...findings, found('untried', { places: untried })] : findings;
  },
};

interface Door {
  /** What people type. */
  readonly host: string;
  readonly addresses: readonly string[];
}

/** Every name that leads anywhere, and every announced address of ours; what does not lead here, `names` tells. */
async function findDoors(patient: Patient): Promise<Door[]> {
  const hosts = new Set([...patient.config.sites.map(({ host }) => host), ...patient.ownAddresses]);
  const doors = [...hosts].map(async (host) => ({ host, addresses: await patient.addressesOf(host) }));
  const found = (await Promise.allSettled(doors)).flatMap((each) =>
    each.status === 'fulfilled' && each.value.addresses.length > 0 ? [each.value] : [],
  );
  return found.length > 0 ? found : [{ host: patient.doorstep, addresses: [patient.doorstep] }];
}

interface Opened {
  readonly outcome: 'ours' | 'other' | PathReason;
  readonly redirects: boolean;
}

/** A name may have several addresses; a browser takes the first that answers. */
async function open({ host, addresses }: Door, port: number): Promise<Opened> {
  const tried = await Promise.all(
    addresses.map((address) => tryOne({ address, host, port, path: '/health/live' })),
  );
  return tried.find(({ outcome }) => outcome === 'ours') ?? (tried[0] as Opened);
}

async function tryOne(question: HttpQuestion): Promise<Opened> {
  try {
    const { body } = await askHttps(question, AbortSignal.timeout(ANSWER_MS));
    if (members(body).status !== 'live') return { outcome: 'other', redirects: false };
  } catch (error) {
    if (!(error instanceof PathFault)) throw error;
    return { outcome: error.reason, redirects: false };
  }
  const plain = await askHttp({ ...question, path: '/' }, AbortSignal.timeout(ANSWER_MS)).catch(() => null);
  const leads = plain?.headers.location?.startsWith('https://') ?? false;
  return { outcome: 'ours', redirects: leads };
}
