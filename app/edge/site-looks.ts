import { createHash } from 'node:crypto';
import fp from 'fastify-plugin';
import { type Logo, readLogo } from '../../config/logo-files.ts';
import type { Site } from '../../config/sections/sites.ts';
import { AppError } from '../kernel/errors.ts';
import { StartFault } from '../kernel/start-fault.ts';
import { accentColours } from './accent-colours.ts';

/** What is a site's own on its pages. */
export interface SiteLooks {
  /** Address of its logo; null for ours. */
  readonly logo: string | null;
  /** Address of its colours; null for ours. */
  readonly styles: string | null;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** How a site looks. */
    looksOf(site: Site): SiteLooks;
  }
}

/** An image loads nothing and runs nothing, also for somebody who opens it by itself. */
const IMAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
const FOREVER = 'public, max-age=31536000, immutable';

/**
 * Logos and colours of the sites, each under an address that changes with its content. No page has a style of its own
 * in it: the policy forbids that.
 *
 * @throws {StartFault} when a logo cannot be used.
 */
export const siteLooks = fp<{ readonly sites: readonly Site[] }>(
  async (app, { sites }) => {
    const logos = new Map<string, Logo>();
    const sheets = new Map<string, string>();
    const looks = new Map<string, SiteLooks>();
    for (const { host, logo: file, colour } of sites) {
      const logo = file === null ? null : await logoOf(file);
      const logoName = logo && nameOf(logo.bytes);
      if (logo && logoName) logos.set(logoName, logo);
      const sheet = colour === null ? null : styleSheet(colour);
      const sheetName = sheet && nameOf(sheet);
      if (sheet && sheetName) sheets.set(sheetName, sheet);
      looks.set(host, {
        logo: logoName && `/site/logo/${logoName}`,
        styles: sheetName && `/site/colours/${sheetName}.css`,
      });
    }
    app.decorate('looksOf', ({ host }: Site) => looks.get(host) ?? { logo: null, styles: null });

    const config = { rateLimit: false, access: 'anyone', knowsVisitor: false } as const;
    app.get<{ Params: { name: string } }>('/site/logo/:name', { config }, async (request, reply) => {
      const logo = logos.get(request.params.name);
      if (logo === undefined) throw new AppError('not_found');
      return reply
        .header('Cache-Control', FOREVER)
        .header('Content-Security-Policy', IMAGE_POLICY)
        .type(logo.contentType)
        .send(logo.bytes);
    });
    app.get<{ Params: { name: string } }>('/site/colours/:name.css', { config }, async (request, reply) => {
      const sheet = sheets.get(request.params.name);
      if (sheet === undefined) throw new AppError('not_found');
      return reply.header('Cache-Control', FOREVER).type('text/css; charset=utf-8').send(sheet);
    });
  },
  { name: 'site-looks' },
);

async function logoOf(file: string): Promise<Logo> {
  const read = await readLogo(file);
  if ('logo' in read) return read.logo;
  throw new StartFault(`The logo of a site ${read.fault}.`);
}

const nameOf = (content: string | Buffer) => createHash('sha256').update(content).digest('hex').slice(0, 16);

/** In place of the first step of tokens.css. */
function styleSheet(colour: string): string {
  const { light, dark } = accentColours(colour);
  const tokens = ({ accent, hover, soft, onAccent }: typeof light) =>
    `:root{--lagoon:${accent};--lagoon-deep:${hover};--lagoon-mist:${soft};--foam:${onAccent}}`;
  return `${tokens(light)}@media (prefers-color-scheme:dark){${tokens(dark)}}\n`;
}
