import type { Config } from '../config/config.ts';
import type { LogStream } from './edge/log.ts';
import type { RateLimits } from './edge/rate-limits.ts';
import type { ServerCertificate } from './edge/tls/certificate.ts';
import type { SignInLimits } from './identity/sign-in/limits.ts';
import type { Clock } from './kernel/clock.ts';
import type { TextFault } from './kernel/i18n.ts';
import type { MeetingsPluginOptions } from './meetings/routes.ts';
import type { Purpose } from './privacy/consent/purposes.ts';

/** What the app is started with. What is not given is as it is in use; tests cannot wait that long. */
export interface ServerOptions {
  readonly config: Config;
  readonly secrets: MeetingsPluginOptions['secrets'] & {
    /** Seals the audit log. */
    readonly audit: string;
  };
  /** Told when the server's certificate was renewed: `tls/server-chain.pem` in the data folder is another. */
  readonly onCertificateRenewed?: (certificate: ServerCertificate) => void;
  /** What a reader sees where a text is wrong; throws by default. */
  readonly onTextFault?: (fault: TextFault, key: string) => string;
  /** Standard output by default. */
  readonly logStream?: LogStream;
  readonly clock?: Clock;
  /** How often it is looked whether the certificate is due, in milliseconds. A minute by default. */
  readonly certificateCheckMs?: number;
  readonly rateLimits?: RateLimits;
  readonly signInLimits?: SignInLimits;
  /** What people decide about; by default the measurement of the audience, where there is one. */
  readonly purposes?: readonly Purpose[];
  /** How often hits are sent to Matomo, in milliseconds. 5 s by default. */
  readonly hitsEveryMs?: number;
  /** How often one network may send a form that anybody can, within an hour. 10 by default. */
  readonly formsOfNetwork?: number;
  /** How many patients may come to a door from one network within an hour. */
  readonly arrivalsOfNetwork?: number;
  /** How often it is looked whether something's time has come in waiting rooms, in milliseconds. */
  readonly clinicLookMs?: number;
  /** How often it is looked whether an appointment is due to be reminded of, in milliseconds. A minute by default. */
  readonly appointmentLookMs?: number;
}
