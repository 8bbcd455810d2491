import fp from 'fastify-plugin';

/**
 * `/manifest.webmanifest` (W3C Web Application Manifest): lets phones and computers keep the site among their programs,
 * under its own name. There is no service worker: a call needs the server, so nothing pretends to work without it.
 */
export const manifest = fp(
  async (app) => {
    const icon = (name: string, sizes: string, purpose: 'any' | 'maskable') => ({
      src: app.assetPath(name),
      type: name.endsWith('.svg') ? 'image/svg+xml' : 'image/png',
      sizes,
      purpose,
    });
    const icons = [
      icon('icon.svg', 'any', 'any'),
      icon('icon-192.png', '192x192', 'any'),
      icon('icon-512.png', '512x512', 'any'),
      icon('icon-maskable.png', '512x512', 'maskable'),
    ];
    app.get(
      '/manifest.webmanifest',
      { config: { rateLimit: false, access: 'anyone', knowsVisitor: false } },
      async ({ site, language, t }, reply) =>
        reply.type('application/manifest+json').send(
          JSON.stringify({
            id: '/',
            name: site.name,
            short_name: site.name,
            description: t('layout.description'),
            lang: language,
            start_url: '/',
            scope: '/',
            display: 'standalone',
            // As the pages are in light (tokens.css): a start screen knows no colour scheme.
            background_color: '#f2f6f6',
            theme_color: '#f2f6f6',
            icons,
          }),
        ),
    );
  },
  { name: 'manifest', dependencies: ['assets', 'language', 'sites'] },
);
