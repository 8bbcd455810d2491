import { type Static, Type } from 'typebox';
import { type Conflict, type Rule, repeatedHosts } from '../conflict.ts';
import { file, host, orAutomatic, plainText, strict } from '../setting-kinds.ts';

/** A host name that people use, with what its pages look like. */
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
    language: Type.Union([Type.Literal('en'), Type.Literal('fr')], {
      default: 'en',
      description: "Language of the pages when the browser's own is not one of ours.",
    }),
    edition: Type.Union([Type.Literal('pro'), Type.Literal('med')], {
      default: 'pro',
      description:
        'Which edition the site is: pro for organisations, med for health care. It is named on the pages.',
    }),
    logo: file(
      'SVG or PNG file that stands at the head of every page, of at most 200 kB and without scripts.',
      "Linkello's sign",
    ),
    colour: orAutomatic(Type.String({ format: 'colour' }), {
      description:
        'Colour of buttons and links, in quotes, as # begins a comment. It is made darker, or lighter in dark mode, as far as it takes to be readable.',
      automatic: "Linkello's own",
      examples: ['#0a6a73'],
    }),
    group: plainText(
      60,
      'Sites of one group share choices about cookies: who chooses on one is taken to the others for a moment, so everybody who reaches one must reach all.',
      'one group of all sites that have a name and say nothing else; an address is alone',
    ),
  },
  strict,
);
export type Site = Static<typeof Site>;

export const SitesSettings = Type.Array(Site, {
  maxItems: 64,
  default: [],
  description: 'The host names people use, each with its own title and language.',
  automatic: "one site with the machine's own host name",
  examples: [[{ host: 'meet.example.org', name: 'Example', language: 'fr' }, { host: '192.168.1.10' }]],
});

/** What the rules look at. */
interface Seen {
  readonly sites: readonly Site[];
}

function* sitesDiffer({ sites }: Seen): Generator<Conflict> {
  yield* repeatedHosts(
    sites.map(({ host }) => host),
    (index) => ['sites', index, 'host'],
  );
}

export const sitesRules: readonly Rule<Seen>[] = [
  { name: 'no two sites have the same host', conflicts: sitesDiffer },
];
