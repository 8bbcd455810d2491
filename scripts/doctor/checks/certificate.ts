import { type Finding, findingsOf } from '../catalogue.ts';
import type { Check } from '../check.ts';
import type { Patient } from '../patient.ts';
import { PathFault, type PathReason } from '../wire/path-fault.ts';
import { connectSecurely } from '../wire/pipe.ts';
import { readTrust, type ShownCertificate, shownCertificate, type Trust } from '../wire/shown-certificate.ts';

const found = findingsOf('certificate');

const DAY_MS = 24 * 3_600_000;
const SOON_DAYS = 30;
const NOW_DAYS = 7;
/** How long a handshake may take, in milliseconds. */
const HANDSHAKE_MS = 4_000;

/** What a client gets that opens each site: by its name, judged by what this machine trusts. */
export const certificate: Check = {
  name: 'certificate',
  deadlineMs: 8_000,
  async examine(patient) {
    const trust = await readTrust(patient.config);
    const seen = await Promise.all(
      patient.config.sites.map(async ({ host }) => ({ host, shown: await look(host, patient, trust) })),
    );
    return together(seen.map(({ host, shown }) => judge(host, shown, patient)));
  },
};

async function look(host: string, patient: Patient, trust: Trust): Promise<ShownCertificate | PathReason> {
  const { port } = patient.config.https;
  const led = await patient.addressesOf(host).catch(() => []);
  // Where the name leads nowhere yet, the certificate for it is there all the same.
  for (const address of [...led, patient.doorstep]) {
    try {
      const signal = AbortSignal.timeout(HANDSHAKE_MS);
      const socket = await connectSecurely({ address, port }, host, signal, trust.ca);
      const shown = shownCertificate(socket, host, trust);
      socket.destroy();
      if (shown) return shown;
    } catch (error) {
      if (!(error instanceof PathFault)) throw error;
      if (address === patient.doorstep) return error.reason;
    }
  }
  return 'tls';
}

function judge(host: string, shown: ShownCertificate | PathReason, { config }: Patient): Finding {
  const hosts = [host];
  if (typeof shown === 'string') return found('not_seen', { hosts, reason: shown });
  const { problem, issuer, endsAt, beginsAt, isOwn, chainFault } = shown;
  const days = Math.floor((endsAt - Date.now()) / DAY_MS);
  if (problem === 'ended') return found('ended', { hosts, ended: { instant: endsAt } });
  if (problem === 'not_yet') return found('not_yet', { hosts, begins: { instant: beginsAt } });
  if (problem === 'wrong_name') return found('wrong_name', { hosts });
  if (problem === 'incomplete') return found('incomplete', { hosts, issuer });
  if (problem === 'not_trusted') return found('not_trusted', { hosts, reason: chainFault });
  const soon =
    isOwn || config.tls.mode === 'acme' ? lateDays(shown, config.tls.renew_before_days) : SOON_DAYS;
  if (days < Math.min(NOW_DAYS, soon / 2)) return found('ends_now', { hosts, days });
  if (days < soon) return found('ends_soon', { hosts, days });
  if (problem === 'not_known') return found('of_other_authority', { hosts, issuer, days });
  return isOwn
    ? found('of_own_authority', { hosts, days })
    : found('of_known_authority', { hosts, issuer, days });
}

/**
 * Of a certificate that is renewed by itself: how many whole days before its end that is late. Short ones are renewed
 * in the last third of their life, so that what is left of them alarms nobody before.
 */
function lateDays({ lifeMs }: ShownCertificate, renewBeforeDays: number): number {
  return Math.max(0, Math.min(SOON_DAYS, renewBeforeDays, lifeMs / DAY_MS / 3) - 1);
}

/** Findings that differ by the host alone, as one. */
function together(findings: readonly Finding[]): Finding[] {
  const groups = Map.groupBy(findings, ({ code, params: { hosts: _hosts, ...rest } }) =>
    JSON.stringify([code, rest]),
  );
  return [...groups.values()].map((group) => {
    const [first] = group as [Finding];
    const hosts = group.flatMap(({ params }) => params.hosts as readonly string[]);
    return { ...first, params: { ...first.params, hosts } };
  });
}
