import helmet from '@fastify/helmet';
import fp from 'fastify-plugin';
import { DAY_MS, SECOND_MS } from '../kernel/clock.ts';

export interface SecurityHeadersOptions {
  /** The port people open. */
  readonly httpsPort: number;
}

/**
 * What pages of a call need, and what they never do. Features that some Chromium does not know are left out: it
 * would complain on the console of every page.
 */
const allowed = [
  'autoplay',
  'camera',
  'clipboard-write',
  'display-capture',
  'fullscreen',
  'microphone',
  'picture-in-picture',
  'screen-wake-lock',
  'speaker-selection',
];
const denied = [
  'accelerometer',
  'browsing-topics',
  'clipboard-read',
  'encrypted-media',
  'gamepad',
  'geolocation',
  'gyroscope',
  'hid',
  'identity-credentials-get',
  'idle-detection',
  'keyboard-map',
  'local-fonts',
  'magnetometer',
  'midi',
  'payment',
  'publickey-credentials-get',
  'serial',
  'storage-access',
  'sync-xhr',
  'usb',
  'window-management',
  'xr-spatial-tracking',
];
const permissionsPolicy = [
  ...allowed.map((feature) => `${feature}=(self)`),
  ...denied.map((feature) => `${feature}=()`),
].join(', ');

/** What a page may load: nothing from elsewhere. */
const directives = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'"],
  'font-src': ["'self'"],
  // Covers the signalling socket as well: 'self' matches wss on a page of https (CSP 3, section 6.7.2.8).
  'connect-src': ["'self'"],
  'media-src': ["'self'"],
  'manifest-src': ["'self'"],
  'worker-src': ["'self'"],
  'frame-ancestors': ["'none'"],
  'form-action': ["'self'"],
  'base-uri': ["'none'"],
  // No text becomes markup or a script, whoever wrote it.
  'require-trusted-types-for': ["'script'"],
  'trusted-types': ["'none'"],
} as const;

const policyWith = (others: Partial<Record<keyof typeof directives, readonly string[]>>) =>
  Object.entries({ ...directives, ...others })
    .map(([name, values]) => `${name} ${values.join(' ')}`)
    .join(';');

/**
 * Policies of what runs effects on sound and picture, which are WebAssembly. `room`: the page of a room may compile it,
 * since an audio worklet goes by its page's policy, and may start workers from our own assets, by the one policy of
 * Trusted Types that makes their addresses (`app/client/meeting/effects/own-script.ts`). `worker`: of a worker itself.
 */
export const effectPolicies = {
  room: policyWith({
    'script-src': ["'self'", "'wasm-unsafe-eval'"],
    'trusted-types': ['own-workers'],
  }),
  worker: policyWith({ 'script-src': ["'self'", "'wasm-unsafe-eval'"] }),
} as const;

/** The headers that keep pages to themselves: nothing from elsewhere, in no frame, no right that a call does not need. */
export const securityHeaders = fp<SecurityHeadersOptions>(
  async (app, { httpsPort }) => {
    await app.register(helmet, {
      contentSecurityPolicy: {
        useDefaults: false,
        directives: Object.fromEntries(
          Object.entries(directives).map(([name, values]) => [name, [...values]]),
        ),
      },
      // It holds for every port of the host. On 443 the appliance is the host's website; on another port it is a
      // guest there, and must not take other services away for longer than somebody who tries it would notice.
      strictTransportSecurity: {
        maxAge: (httpsPort === 443 ? 365 * DAY_MS : DAY_MS) / SECOND_MS,
        includeSubDomains: false,
      },
      xFrameOptions: { action: 'deny' },
      // Nothing to others. To ourselves, as a form's Origin would be `null` with `no-referrer` (Fetch, section 3.1).
      referrerPolicy: { policy: 'same-origin' },
      crossOriginOpenerPolicy: { policy: 'same-origin' },
      crossOriginResourcePolicy: { policy: 'same-origin' },
      crossOriginEmbedderPolicy: false,
    });
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('Permissions-Policy', permissionsPolicy);
    });
  },
  { name: 'security-headers' },
);
