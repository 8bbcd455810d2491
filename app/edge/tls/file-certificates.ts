import { type CertificatePair, readCertificateFiles } from '../../../config/certificate-files.ts';
import type { Config } from '../../../config/config.ts';
import type { Conflict } from '../../../config/conflict.ts';
import { dotted } from '../../../config/faults.ts';
import type { Clock } from '../../kernel/clock.ts';
import { StartFault } from '../../kernel/start-fault.ts';
import { type CertificateSource, noNames, type ServerCertificate } from './certificate.ts';
import { publishPair } from './published-pair.ts';

export interface FileCertificateSettings {
  /** Made if need be. Gets a copy as `server-chain.pem` and `server.key`, for the relay. */
  readonly folder: string;
  readonly config: Pick<Config, 'file' | 'tls' | 'sites'>;
  readonly clock: Clock;
}

/**
 * The owner's certificate, from the files that `tls.files` names. One that has ended is served all the same: a server
 * that starts anew at night is more use with it than down. Whoever renews it puts other files in their place: a pair
 * that is valid, fits together and fits the sites is taken over at the next refresh. One that does not may be half
 * written; it is complained of, once, when the next refresh finds the same.
 *
 * @throws {StartFault} when the files cannot be used.
 */
export async function openFileCertificates(settings: FileCertificateSettings): Promise<CertificateSource> {
  const read = await readCertificateFiles(settings.config);
  if (read.value === null) throw new StartFault(sentences(settings.config.file, read.conflicts));
  const source = new FileCertificates(settings, read.value);
  try {
    await publishPair(settings.folder, read.value);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new StartFault(`The server's certificate cannot be put into ${settings.folder}: ${reason}.`, {
      cause: thrown,
    });
  }
  return source;
}

class FileCertificates implements CertificateSource {
  readonly authority = null;
  readonly leftOut = noNames;
  readonly isProvisional = false;
  readonly renewsAt = null;
  readonly #settings: FileCertificateSettings;
  #current: ServerCertificate;
  /** What was last wrong with the files, and whether that was told. */
  #complaint: { readonly text: string; readonly wasTold: boolean } | null = null;

  constructor(settings: FileCertificateSettings, pair: CertificatePair) {
    this.#settings = settings;
    this.#current = pair;
  }

  get current(): ServerCertificate {
    return this.#current;
  }

  async refresh(): Promise<boolean> {
    const { folder, config, clock } = this.#settings;
    const { value: pair, conflicts } = await readCertificateFiles(config);
    if (pair === null) {
      this.#complain(sentences(config.file, conflicts));
      return false;
    }
    if (pair.chainPem === this.#current.chainPem && pair.keyPem === this.#current.keyPem) {
      this.#complaint = null;
      return false;
    }
    const now = clock();
    if (now < pair.beginsAt || now > pair.endsAt) {
      const [from, to] = [pair.beginsAt, pair.endsAt].map((instant) => new Date(instant).toISOString());
      this.#complain(
        `${config.file}: tls.files.certificate: must be valid now, got one that is from ${from} to ${to}`,
      );
      return false;
    }
    this.#complaint = null;
    await publishPair(folder, pair);
    this.#current = pair;
    return true;
  }

  close(): void {}

  #complain(text: string): void {
    const isSettled = this.#complaint?.text === text;
    if (isSettled && this.#complaint?.wasTold) return;
    this.#complaint = { text, wasTold: isSettled };
    if (isSettled) throw new Error(text);
  }
}

/** `FILE: tls.files.key: must be …`, one a line. */
function sentences(file: string, conflicts: readonly Conflict[]): string {
  return conflicts
    .map(({ sides: [side, other] }) => {
      return `${file}: ${dotted(side.path)}: ${side.message(other === undefined ? '' : dotted(other.path))}`;
    })
    .join('\n');
}
