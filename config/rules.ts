import type { Config } from './config.ts';
import type { Rule } from './conflict.ts';
import { portsRules } from './ports.ts';
import { clinicRules } from './sections/clinic.ts';
import { controllerRules } from './sections/controller.ts';
import { httpsRules } from './sections/https.ts';
import { mailRules } from './sections/mail.ts';
import { mediaRules } from './sections/media.ts';
import { networkRules } from './sections/network.ts';
import { signInRules } from './sections/sign-in.ts';
import { sitesRules } from './sections/sites.ts';
import { tlsRules } from './sections/tls.ts';
import { turnRules } from './sections/turn.ts';

/** Every rule between settings. A rule stands in the file of the section that it is about. */
export const rules: readonly Rule<Config>[] = [
  ...portsRules,
  ...sitesRules,
  ...httpsRules,
  ...tlsRules,
  ...networkRules,
  ...mediaRules,
  ...turnRules,
  ...mailRules,
  ...signInRules,
  ...clinicRules,
  ...controllerRules,
];
