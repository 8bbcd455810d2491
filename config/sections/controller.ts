import { type Static, Type } from 'typebox';
import type { Conflict, Rule } from '../conflict.ts';
import type { Path } from '../faults.ts';
import { email, plainText, section, strict } from '../setting-kinds.ts';

/** Somebody who handles the data for the controller. */
const Processor = Type.Object(
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

export const ControllerSettings = section(
  'Who answers for the data (GDPR, Article 4(7)); shown on the notice at /privacy.',
  {
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
    support_email: email('Address people can write to when something does not work.', 'no address is shown'),
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
  },
);

interface Seen {
  readonly controller: Static<typeof ControllerSettings>;
}

/** People must know who has their data, and whom to ask about it (GDPR, Article 13(1)(a) and (b)). */
function* controllerIsNamed({ controller }: Seen): Generator<Conflict> {
  if (controller.trial) return;
  const trial: Path = ['controller', 'trial'];
  const missing: readonly { readonly path: Path; readonly what: string }[] = [
    ...(controller.name.trim() === '' ? [{ path: ['controller', 'name'], what: 'given' }] : []),
    ...(controller.address === null ? [{ path: ['controller', 'address'], what: 'given' }] : []),
    ...(controller.dpo_email === null && controller.dpo_address === null
      ? [{ path: ['controller', 'dpo_email'], what: 'given, or controller.dpo_address' }]
      : []),
  ];
  for (const { path, what } of missing) {
    yield {
      sides: [
        { path, message: (other) => `must be ${what}, as ${other} is false, got nothing` },
        { path: trial, message: (other) => `needs ${other} to be given, got false` },
      ],
    };
  }
}

export const controllerRules: readonly Rule<Seen>[] = [
  { name: 'outside of a trial people know who has their data', conflicts: controllerIsNamed },
];
