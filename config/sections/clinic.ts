import { type Static, Type } from 'typebox';
import type { Conflict, Rule } from '../conflict.ts';
import { orAutomatic, passwordFile, section, strict } from '../setting-kinds.ts';

export const ClinicSettings = section('Waiting rooms of departments, on sites of the edition med.', {
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
      url: orAutomatic(Type.String({ minLength: 1, maxLength: 2048, format: 'gateway-url' }), {
        description:
          'Address of your gateway for text messages, to call back patients whose page is closed. {phone} and {text} in it are filled in.',
        automatic: 'none: patients are called back by letter alone',
        examples: ['https://sms.example.org/send'],
      }),
      body: orAutomatic(Type.String({ minLength: 1, maxLength: 4000 }), {
        description:
          'What is posted to the gateway, with {phone} and {text} filled in as content_type wants them.',
        automatic: 'nothing is posted: the address alone is asked for (GET)',
        examples: ['{"to": "{phone}", "message": "{text}"}'],
      }),
      content_type: Type.Union(
        [Type.Literal('application/json'), Type.Literal('application/x-www-form-urlencoded')],
        { default: 'application/json', description: 'What body is.' },
      ),
      token_file: passwordFile(
        'File that holds what the gateway knows you by; one line, readable by its owner only. It is sent as Authorization: Bearer.',
        'none is sent',
      ),
    },
    {
      ...strict,
      default: {},
      description: 'A gateway of yours for text messages. Nothing is sent without one.',
    },
  ),
});

interface Seen {
  readonly clinic: Static<typeof ClinicSettings>;
}

/** Without both a gateway could not know whom to write what. */
function* gatewayIsComplete({ clinic: { sms } }: Seen): Generator<Conflict> {
  const forGateways = ['body', 'token_file'] as const;
  const [first] = forGateways.filter((name) => sms[name] !== null);
  if (sms.url === null && first !== undefined) {
    yield {
      sides: [
        {
          path: ['clinic', 'sms', 'url'],
          message: (other) => `must be given, as ${other} is for a gateway, got nothing`,
        },
        { path: ['clinic', 'sms', first], message: (other) => `needs ${other} to be given` },
      ],
    };
  }
  if (sms.url === null) return;
  const missing = ['{phone}', '{text}'].find((gap) => !`${sms.url} ${sms.body ?? ''}`.includes(gap));
  if (missing === undefined) return;
  yield {
    sides: [
      {
        path: ['clinic', 'sms', sms.body === null ? 'url' : 'body'],
        message: () => `must say where ${missing} belongs, got none`,
      },
    ],
  };
}

export const clinicRules: readonly Rule<Seen>[] = [
  { name: 'a gateway for text messages has what it needs', conflicts: gatewayIsComplete },
];
