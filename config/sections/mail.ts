import { type Static, Type } from 'typebox';
import type { Conflict, Rule, Side } from '../conflict.ts';
import { shown } from '../faults.ts';
import { email, file, host, orAutomatic, passwordFile, plainText, section } from '../setting-kinds.ts';

export const MailSettings = section(
  "Letters, handed to the site's own mail relay. Without one they stay in the outbox, where administrators read them.",
  {
    host: orAutomatic(host(), {
      description: 'Name or address of the relay (SMTP); its certificate must be for it.',
      automatic: 'none: letters stay in the outbox',
      examples: ['smtp.example.org'],
    }),
    security: Type.Union([Type.Literal('starttls'), Type.Literal('tls')], {
      default: 'starttls',
      description:
        'How the connection is encrypted: starttls asks the relay for it and sends nothing if it refuses; tls begins with it. There is no way without.',
    }),
    port: orAutomatic(Type.Integer({ minimum: 1, maximum: 65535 }), {
      description: 'TCP port of the relay.',
      automatic: '587, or 465 if security is tls',
    }),
    ca_file: file(
      "PEM file with the root that the relay's certificate leads to, for an authority in the house. Without it the usual ones are trusted.",
    ),
    user: plainText(254, 'Name to log in to the relay with.', 'no login'),
    password_file: passwordFile(
      'File that holds the password of user; one line, readable by its owner only. With containers it is in the folder of this file and belongs to the user 10001.',
      'none',
    ),
    from_address: email('Address that letters come from; the relay must let it through.', 'none'),
    from_name: plainText(60, 'Name that letters come from.', 'that of the site'),
    give_up_hours: Type.Integer({
      minimum: 1,
      maximum: 168,
      default: 24,
      unit: 'hours',
      description: 'How long a letter is tried again that the relay does not take.',
    }),
  },
);

export interface Mail extends Static<typeof MailSettings> {
  readonly port: number;
}

interface Seen {
  readonly mail: Mail;
}

/** A relay takes no letter without knowing whose it is; and what is set for a relay needs one. */
function* relayIsComplete({ mail }: Seen): Generator<Conflict> {
  if (mail.host !== null && mail.from_address === null) {
    yield {
      sides: [
        {
          path: ['mail', 'from_address'],
          message: (other) => `must be given, as letters go to the relay of ${other}, got nothing`,
        },
        {
          path: ['mail', 'host'],
          message: (other) => `needs ${other} to be given, got ${shown(mail.host)}`,
        },
      ],
    };
  }
  const forRelays = ['ca_file', 'user', 'password_file'] as const;
  const [first] = forRelays.filter((name) => mail[name] !== null);
  if (mail.host !== null || first === undefined) return;
  yield {
    sides: [
      {
        path: ['mail', 'host'],
        message: (other) => `must be given, as ${other} is for a relay, got nothing`,
      },
      { path: ['mail', first], message: (other) => `needs ${other} to be given` },
    ],
  };
}

/** A login is a name and a password. */
function* loginIsComplete({ mail }: Seen): Generator<Conflict> {
  if ((mail.user === null) === (mail.password_file === null)) return;
  const sides = (['user', 'password_file'] as const).map((name): Side => {
    const isMissing = mail[name] === null;
    const message = (other: string) =>
      isMissing ? `must be given, as ${other} is, got nothing` : `needs ${other} to be given`;
    return { path: ['mail', name], message };
  });
  const [user, password] = sides as [Side, Side];
  yield { sides: mail.user === null ? [user, password] : [password, user] };
}

/** On either port relays speak one way only (RFC 8314, section 3.3); the other would wait for an answer in vain. */
function* mailPortFits({ mail }: Seen): Generator<Conflict> {
  const wanted = { 465: 'tls', 587: 'starttls' }[mail.port];
  if (wanted === undefined || wanted === mail.security) return;
  yield {
    sides: [
      {
        path: ['mail', 'security'],
        message: (other) => `must be ${wanted}, as ${other} is ${mail.port}, got ${mail.security}`,
      },
      {
        path: ['mail', 'port'],
        message: (other) =>
          `must be another, or ${other} must be ${wanted}, got ${mail.port} with ${mail.security}`,
      },
    ],
  };
}

export const mailRules: readonly Rule<Seen>[] = [
  { name: 'a mail relay has what it needs', conflicts: relayIsComplete },
  { name: 'a login to the mail relay is a name and a password', conflicts: loginIsComplete },
  { name: 'the port of the mail relay fits its security', conflicts: mailPortFits },
];
