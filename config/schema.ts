import { type Static, Type } from 'typebox';

/**
 * Every setting, defined here and nowhere else: type, range, default, unit and purpose. `config/linkello.yaml` and
 * `docs/configuration.md` are written from it (`./scripts/linkello settings`), and a test holds the three together.
 *
 * `default: null` means that the value is found out at start: `automatic` says how.
 */

const strict = { additionalProperties: false } as const;

type Described = {
  /** What the setting is for, in one or two sentences. */
  readonly description: string;
  readonly unit?: string;
  /** What happens while the value is null. */
  readonly automatic?: string;
};

const host = (options: Described & { readonly default?: string }) =>
  Type.String({
    minLength: 1,
    maxLength: 253,
    format: 'host',
    ...options,
  });

const port = (options: Described & { readonly default: number }) =>
  Type.Integer({ minimum: 1, maximum: 65535, ...options });

const secretFile = (name: string) =>
  Type.Union([Type.String({ minLength: 1, maxLength: 4096, format: 'secret-file' }), Type.Null()], {
    default: null,
    description: `File that holds ${name}; one line, at least 32 characters, readable by its owner only.`,
    automatic: 'made on first start in the data folder',
  });

const file = (description: string) =>
  Type.Union([Type.String({ minLength: 1, maxLength: 4096, format: 'file' }), Type.Null()], {
    default: null,
    description,
    automatic: 'none',
  });

const section = <Properties extends Record<string, import('typebox').TSchema>>(
  description: string,
  properties: Properties,
) => Type.Object(properties, { ...strict, default: {}, description });

const email = (description: string, automatic: string) =>
  Type.Union([Type.String({ maxLength: 254, format: 'email' }), Type.Null()], {
    default: null,
    description,
    automatic,
  });

const plainText = (maxLength: number, description: string, automatic: string) =>
  Type.Union([Type.String({ minLength: 1, maxLength, format: 'plain-text' }), Type.Null()], {
    default: null,
    description,
    automatic,
  });

const Language = (options: Described & { readonly default: 'en' | 'fr' }) =>
  Type.Union([Type.Literal('en'), Type.Literal('fr')], options);

export const Site = Type.Object(
  {
    host: host({
      description: 'Name or address that people type in the browser; it goes into the certificate.',
    }),
    name: Type.String({
      minLength: 1,
      maxLength: 60,
      default: 'Linkello',
      description: 'What the site calls itself in titles.',
    }),
    language: Language({
      default: 'en',
      description: "Language of the pages when the browser's own is not one of ours.",
    }),
    edition: Type.Union([Type.Literal('pro'), Type.Literal('med')], {
      default: 'pro',
      description:
        'Which edition the site is: pro for organisations, med for health care. It is named on the pages.',
    }),
    logo: Type.Union([Type.String({ minLength: 1, maxLength: 4096, format: 'file' }), Type.Null()], {
      default: null,
      description:
        'SVG or PNG file that stands at the head of every page, of at most 200 kB and without scripts.',
      automatic: "Linkello's sign",
    }),
    colour: Type.Union([Type.String({ format: 'colour' }), Type.Null()], {
      default: null,
      description:
        'Colour of buttons and links, in quotes, as # begins a comment. It is made darker, or lighter in dark mode, as far as it takes to be readable.',
      automatic: "Linkello's own",
      examples: ['#0a6a73'],
    }),
    group: Type.Union([Type.String({ minLength: 1, maxLength: 60, format: 'plain-text' }), Type.Null()], {
      default: null,
      description:
        'Sites of one group share choices about cookies: who chooses on one is taken to the others for a moment, so everybody who reaches one must reach all.',
      automatic: 'one group of all sites that have a name and say nothing else; an address is alone',
    }),
  },
  strict,
);
export type Site = Static<typeof Site>;

/** Somebody who handles the data for the controller. */
export const Processor = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: 200,
      format: 'plain-text',
      description: 'Name of the company.',
    }),
    task: Type.String({
      minLength: 1,
      maxLength: 200,
      format: 'plain-text',
      description: 'What it does for you, as people are to read it.',
    }),
    country: Type.String({
      minLength: 1,
      maxLength: 100,
      format: 'plain-text',
      description: 'Where the data is then.',
    }),
    transfer: plainText(
      200,
      'What makes the transfer lawful, for a country outside of the European Economic Area (GDPR, Articles 44 to 49).',
      'the country is inside',
    ),
  },
  strict,
);
export type Processor = Static<typeof Processor>;

export const ConfigSchema = Type.Object(
  {
    sites: Type.Array(Site, {
      maxItems: 64,
      default: [],
      description: 'The host names people use, each with its own title and language.',
      automatic: "one site with the machine's own host name",
      examples: [[{ host: 'meet.example.org', name: 'Example', language: 'fr' }, { host: '192.168.1.10' }]],
    }),

    https: section('The port that browsers open.', {
      port: port({ default: 8443, description: 'TCP port of the pages and of signalling.' }),
      address: Type.String({
        default: '::',
        format: 'ip',
        description: 'Address to listen on; :: is every address, IPv4 included.',
      }),
    }),

    tls: section('Certificates. The appliance has its own authority and needs no internet for them.', {
      mode: Type.Union([Type.Literal('internal'), Type.Literal('files'), Type.Literal('acme')], {
        default: 'internal',
        description:
          "Who certifies the server: internal is the appliance's own authority, which devices learn to trust at /trust; files are your own certificate and key; acme orders from an authority that speaks ACME (RFC 8555), on the internet or in the house.",
      }),
      validity_days: Type.Integer({
        minimum: 2,
        maximum: 398,
        default: 90,
        unit: 'days',
        description:
          'How long a certificate of the internal authority is valid. Browsers refuse more than 398.',
      }),
      renew_before_days: Type.Integer({
        minimum: 1,
        maximum: 397,
        default: 30,
        unit: 'days',
        description:
          'How long before its end a certificate is renewed, internal or by ACME. Less than validity_days; one from ACME is renewed in the last third of its life at the earliest.',
      }),
      files: Type.Object(
        {
          certificate: file(
            'PEM file with the certificate for every host of sites; those that lead to its root may follow in it. A changed file is taken over within two minutes, without a restart.',
          ),
          key: file('PEM file with its private key, without a passphrase, not readable by everyone.'),
          chain: file(
            'PEM file with the certificates between it and its root, and the root unless this system knows it; needed where they are not in certificate.',
          ),
        },
        { ...strict, default: {}, description: 'Your own certificate, for mode files.' },
      ),
      acme: Type.Object(
        {
          directory: Type.Union(
            [Type.String({ minLength: 1, maxLength: 2048, format: 'https-url' }), Type.Null()],
            {
              default: null,
              description: "Address of the authority's directory.",
              automatic: 'none',
            },
          ),
          email: Type.Union([Type.String({ maxLength: 254, format: 'email' }), Type.Null()], {
            default: null,
            description: 'Address that the authority may write to.',
            automatic: 'none is told',
          }),
          terms_agreed: Type.Boolean({
            default: false,
            description:
              "Whether you agree to the authority's terms of service. Without it nothing is ordered.",
          }),
          ca_file: file(
            "PEM file with the root that the directory's own certificate leads to, for an authority in the house. Without it the usual ones are trusted.",
          ),
          http_port: port({
            default: 80,
            description:
              'TCP port on which the authority sees that the names are yours. It always asks port 80: where this is another, port 80 of each name must lead to it.',
          }),
        },
        {
          ...strict,
          default: {},
          description:
            'Order of certificates, for mode acme. Names with a dot can be ordered, addresses not.',
        },
      ),
    }),

    network: section('How clients reach this machine.', {
      announced_addresses: Type.Array(Type.String({ format: 'ip' }), {
        maxItems: 16,
        uniqueItems: true,
        default: [],
        description:
          'Addresses at which browsers reach the SFU: internal and public at once, if need be. Addresses, no host names (Firefox refuses those).',
        automatic: "the machine's own addresses, bridges of containers left out",
        examples: [['192.168.1.10', '198.51.100.7']],
      }),
    }),

    media: section('The SFU, which carries sound and picture.', {
      port: port({
        default: 44300,
        description: 'UDP and TCP port of the first worker; each further worker takes the next one.',
      }),
      workers: Type.Union([Type.Integer({ minimum: 1, maximum: 256 }), Type.Null()], {
        default: null,
        description: 'Processes that forward media, each on one core and one port.',
        automatic: 'one a core',
      }),
      control: Type.Union([Type.String({ format: 'control-address' }), Type.Null()], {
        default: null,
        description:
          'Where the app controls the SFU: HOST:PORT on loopback or a private link, or the path of a Unix socket.',
        automatic: 'the Unix socket media/control.sock in the data folder',
      }),
      initial_kbps: Type.Integer({
        minimum: 100,
        maximum: 100_000,
        default: 1000,
        unit: 'kbit/s',
        description: 'Bit rate towards each participant before the real one is measured.',
      }),
      max_incoming_kbps: Type.Integer({
        minimum: 100,
        maximum: 100_000,
        default: 6000,
        unit: 'kbit/s',
        description: 'Most that one participant may send, all sources together.',
      }),
      voices: Type.Integer({
        minimum: 1,
        maximum: 500,
        default: 6,
        unit: 'voices',
        description:
          'How many microphones of a room are forwarded at once, the loudest ones; nobody follows more at a time.',
      }),
      participants_per_room: Type.Integer({
        minimum: 2,
        maximum: 500,
        default: 50,
        unit: 'participants',
        description: 'How many can be in one room at once.',
      }),
      worker_load_percent: Type.Integer({
        minimum: 10,
        maximum: 100,
        default: 80,
        unit: 'percent of a core',
        description:
          'Load of a worker from which it gets no further room while another has less, and the console warns.',
      }),
      reconnect_seconds: Type.Integer({
        minimum: 5,
        maximum: 600,
        default: 30,
        unit: 'seconds',
        description: 'How long a participant whose connection was lost is waited for.',
      }),
      secret_file: secretFile('the secret between app and SFU'),
    }),

    turn: section('The relay (coturn) for browsers that cannot reach the SFU directly.', {
      enabled: Type.Boolean({
        default: true,
        description: 'Whether the relay is run and offered to browsers.',
      }),
      port: port({ default: 3478, description: 'UDP and TCP port of the relay.' }),
      tls_port: port({ default: 5349, description: 'TLS port of the relay.' }),
      relay_ports: Type.Object(
        {
          min: port({ default: 49160, description: 'First UDP port that relayed media leaves from.' }),
          max: port({ default: 51159, description: 'Last UDP port that relayed media leaves from.' }),
        },
        {
          ...strict,
          default: {},
          description:
            'UDP ports between relay and SFU. A browser opens 6 to 12 of them whether it needs them or not: 2000 serve about 160 participants.',
        },
      ),
      credential_seconds: Type.Integer({
        minimum: 60,
        maximum: 86_400,
        default: 14_400,
        unit: 'seconds',
        description: 'How long a credential that a browser got can open a relay.',
      }),
      secret_file: secretFile('the secret between app and relay'),
    }),

    mail: section(
      "Letters, handed to the site's own mail relay. Without one they stay in the outbox, where administrators read them.",
      {
        host: Type.Union([Type.String({ minLength: 1, maxLength: 253, format: 'host' }), Type.Null()], {
          default: null,
          description: 'Name or address of the relay (SMTP); its certificate must be for it.',
          automatic: 'none: letters stay in the outbox',
          examples: ['smtp.example.org'],
        }),
        security: Type.Union([Type.Literal('starttls'), Type.Literal('tls')], {
          default: 'starttls',
          description:
            'How the connection is encrypted: starttls asks the relay for it and sends nothing if it refuses; tls begins with it. There is no way without.',
        }),
        port: Type.Union([Type.Integer({ minimum: 1, maximum: 65535 }), Type.Null()], {
          default: null,
          description: 'TCP port of the relay.',
          automatic: '587, or 465 if security is tls',
        }),
        ca_file: file(
          "PEM file with the root that the relay's certificate leads to, for an authority in the house. Without it the usual ones are trusted.",
        ),
        user: Type.Union([Type.String({ minLength: 1, maxLength: 254, format: 'plain-text' }), Type.Null()], {
          default: null,
          description: 'Name to log in to the relay with.',
          automatic: 'no login',
        }),
        password_file: Type.Union(
          [Type.String({ minLength: 1, maxLength: 4096, format: 'secret-file' }), Type.Null()],
          {
            default: null,
            description:
              'File that holds the password of user; one line, readable by its owner only. With containers it is in the folder of this file and belongs to the user 10001.',
            automatic: 'none',
          },
        ),
        from_address: Type.Union([Type.String({ maxLength: 254, format: 'email' }), Type.Null()], {
          default: null,
          description: 'Address that letters come from; the relay must let it through.',
          automatic: 'none',
        }),
        from_name: Type.Union(
          [Type.String({ minLength: 1, maxLength: 60, format: 'plain-text' }), Type.Null()],
          {
            default: null,
            description: 'Name that letters come from.',
            automatic: 'that of the site',
          },
        ),
        give_up_hours: Type.Integer({
          minimum: 1,
          maximum: 168,
          default: 24,
          unit: 'hours',
          description: 'How long a letter is tried again that the relay does not take.',
        }),
      },
    ),

    database: section(
      'Durable data: one SQLite file, app/linkello.sqlite in the data folder. There is nothing to set.',
      {},
    ),

    analytics: section(
      'Audience statistics in a Matomo of our own; the app tells it which pages were opened, and not by whom.',
      {
        enabled: Type.Boolean({
          default: true,
          description: 'Whether Matomo runs. In containers only: ./scripts/start never runs it.',
        }),
        keep_days: Type.Integer({
          minimum: 30,
          maximum: 759,
          default: 365,
          unit: 'days',
          description:
            'How long Matomo keeps single visits; reports go after as many months. The CNIL allows no more than 25 months.',
        }),
        waiting_hits: Type.Integer({
          minimum: 100,
          maximum: 1_000_000,
          default: 20_000,
          unit: 'opened pages',
          description:
            'How many opened pages the app keeps in memory while Matomo does not answer; beyond that the oldest are dropped. A thousand take about half a megabyte.',
        }),
      },
    ),

    sign_in: section('How people sign in, and how long they stay signed in. There are no passwords.', {
      link_minutes: Type.Integer({
        minimum: 5,
        maximum: 60,
        default: 15,
        unit: 'minutes',
        description: 'How long the link and the code of a letter can be used.',
      }),
      code_tries: Type.Integer({
        minimum: 3,
        maximum: 10,
        default: 5,
        unit: 'tries',
        description:
          'How often a code can be typed wrongly until it is void. The link of its letter still works.',
      }),
      session_idle_hours: Type.Integer({
        minimum: 1,
        maximum: 720,
        default: 12,
        unit: 'hours',
        description:
          'After how long without a request a browser is signed out. Set it low where people share computers.',
      }),
      session_days: Type.Integer({
        minimum: 1,
        maximum: 90,
        default: 14,
        unit: 'days',
        description: 'After how long a browser is signed out in any case.',
      }),
      confirmation_minutes: Type.Integer({
        minimum: 5,
        maximum: 240,
        default: 30,
        unit: 'minutes',
        description:
          'How long after signing in, or after a code was typed again, somebody may export, erase, or change roles.',
      }),
    }),

    rooms: section('Rooms: places to meet that have an address of their own.', {
      anyone_can_open: Type.Union([Type.Boolean(), Type.Null()], {
        default: null,
        description:
          'Whether a name that is no room of the console opens one for whoever enters it, without an account, for as long as somebody is there. A hospital turns it off: then only rooms of people with an account can be entered.',
        automatic: 'true; false where a site is of the edition med',
      }),
      time_zone: Type.Union(
        [Type.String({ minLength: 1, maxLength: 64, format: 'time-zone' }), Type.Null()],
        {
          default: null,
          description:
            'Time zone that new rooms and invitations begin with, by its name in the IANA database; each can have another.',
          automatic: "the machine's own",
          examples: ['Europe/Paris'],
        },
      ),
    }),

    meetings: section('Meetings: what people can do besides seeing and hearing each other.', {
      files: Type.Union([Type.Boolean(), Type.Null()], {
        default: null,
        description:
          'Whether people in a meeting can pass small files to each other. They go through the app and are kept nowhere; hosts can forbid it in their meeting.',
        automatic: 'true; false where a site is of the edition med',
      }),
      attestations: Type.Union([Type.Literal('off'), Type.Literal('med'), Type.Literal('all')], {
        default: 'med',
        description:
          'Of which meetings in rooms of the console a technical attestation is kept (when, how long, how well connected; nothing of what was said, and no names): of none, of those that somebody came to by a site of the edition med, or of all.',
      }),
      monthly_letter: Type.Boolean({
        default: false,
        description:
          "Whether owners get a letter with the figures of each month's meetings, and administrators with those of their organisation. The report is a file of the letter.",
      }),
      file_megabytes: Type.Integer({
        minimum: 1,
        maximum: 500,
        default: 20,
        unit: 'MB',
        description: 'Largest file that can be passed on in a meeting.',
      }),
    }),

    clinic: section('Waiting rooms of departments, on sites of the edition med.', {
      place_minutes: Type.Integer({
        minimum: 1,
        maximum: 60,
        default: 5,
        unit: 'minutes',
        description:
          'How long a patient keeps their place in the queue whose page is closed, or whose network is lost.',
      }),
      sms: Type.Object(
        {
          url: Type.Union(
            [Type.String({ minLength: 1, maxLength: 2048, format: 'gateway-url' }), Type.Null()],
            {
              default: null,
              description:
                'Address of your gateway for text messages, to call back patients whose page is closed. {phone} and {text} in it are filled in.',
              automatic: 'none: patients are called back by letter alone',
              examples: ['https://sms.example.org/send'],
            },
          ),
          body: Type.Union([Type.String({ minLength: 1, maxLength: 4000 }), Type.Null()], {
            default: null,
            description:
              'What is posted to the gateway, with {phone} and {text} filled in as content_type wants them.',
            automatic: 'nothing is posted: the address alone is asked for (GET)',
            examples: ['{"to": "{phone}", "message": "{text}"}'],
          }),
          content_type: Type.Union(
            [Type.Literal('application/json'), Type.Literal('application/x-www-form-urlencoded')],
            { default: 'application/json', description: 'What body is.' },
          ),
          token_file: Type.Union(
            [Type.String({ minLength: 1, maxLength: 4096, format: 'secret-file' }), Type.Null()],
            {
              default: null,
              description:
                'File that holds what the gateway knows you by; one line, readable by its owner only. It is sent as Authorization: Bearer.',
              automatic: 'none is sent',
            },
          ),
        },
        {
          ...strict,
          default: {},
          description: 'A gateway of yours for text messages. Nothing is sent without one.',
        },
      ),
    }),

    controller: section('Who answers for the data (GDPR, Article 4(7)); shown on the notice at /privacy.', {
      trial: Type.Boolean({
        default: true,
        description:
          'Whether this is a trial. The notice and the console say so, and nothing below has to be given. Set it to false before people use the appliance in earnest.',
      }),
      name: Type.String({
        maxLength: 200,
        default: '',
        description: 'Name of the organisation that runs this appliance; shown at the foot of every page.',
      }),
      address: plainText(300, 'Postal address of the organisation, on one line.', 'none is shown'),
      support_email: email(
        'Address people can write to when something does not work.',
        'no address is shown',
      ),
      dpo_email: email(
        'E-mail address of the data protection officer, or of whoever answers questions about personal data.',
        'none is shown',
      ),
      dpo_address: plainText(
        300,
        'Postal address of the data protection officer, on one line; besides or instead of dpo_email.',
        'none is shown',
      ),
      authority: plainText(
        300,
        'The supervisory authority that people can complain to (GDPR, Article 77), with its address.',
        'the CNIL in Paris',
      ),
      processors: Type.Array(Processor, {
        maxItems: 32,
        default: [],
        description:
          'Who else handles the data for you (GDPR, Article 28): whoever rents you the machine, runs your mail relay or stores your backups.',
        automatic: 'nobody',
        examples: [[{ name: 'Example Hosting SAS', task: 'rents us the machine', country: 'France' }]],
      }),
    }),

    contact: section(
      'Pages for people who want to hear from you. A hospital that does not advertise leaves them off.',
      {
        enabled: Type.Boolean({
          default: false,
          description:
            'Whether there is a form at /contact. What it takes is written to controller.support_email, or else to the owners, and kept in the console.',
        }),
        newsletter: Type.Boolean({
          default: false,
          description:
            'Whether people can subscribe to a newsletter at /newsletter. It is written in the console and sent by you alone.',
        }),
      },
    ),

    privacy: section('What is kept and for how long.', {
      log_addresses: Type.Union([Type.Literal('cut'), Type.Literal('off')], {
        default: 'cut',
        description: 'Addresses in logs: cut to their network (/24, or /48 for IPv6), or left out.',
      }),
      service_days: Type.Integer({
        minimum: 3,
        maximum: 30,
        default: 30,
        unit: 'days',
        reason: 'the published commitment promises 30 at most',
        description:
          'How long after the end of its subscription everything of an organisation is erased at the latest: accounts, rooms, invitations, letters. Its administrators are written to 14 and 3 days before.',
      }),
      relationship_days: Type.Integer({
        minimum: 30,
        maximum: 1095,
        default: 1095,
        unit: 'days',
        reason: 'the published commitment promises 3 years at most',
        description:
          'How long contacts and subscribers of the newsletter are kept after the last that was heard of them.',
      }),
      invitation_days: Type.Union([Type.Integer({ minimum: 2, maximum: 365, unit: 'days' }), Type.Null()], {
        default: null,
        unit: 'days',
        description:
          'How long an invitation is kept, with the name and address of its guest, after it expired or was revoked; the same for a one-off room.',
        automatic: '30; 7 where a site is of the edition med',
      }),
      letter_days: Type.Union([Type.Integer({ minimum: 2, maximum: 365, unit: 'days' }), Type.Null()], {
        default: null,
        unit: 'days',
        description:
          'How long the outbox tells whom a letter was sent to. What it said is gone as soon as it is sent.',
        automatic: '30; 7 where a site is of the edition med',
      }),
      attestation_days: Type.Integer({
        minimum: 30,
        maximum: 1095,
        default: 365,
        unit: 'days',
        description:
          'How long the technical attestation of a meeting is kept after it, at most until everything of its organisation is erased.',
      }),
      two_person_erasure: Type.Boolean({
        default: false,
        description: 'Whether an erasure on request needs the approval of a second person.',
      }),
    }),
  },
  { ...strict, default: {} },
);

/** All settings with their defaults filled in; null where a value is found out at start. */
export type Settings = Static<typeof ConfigSchema>;
