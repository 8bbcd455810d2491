import type { FastifyRequest } from 'fastify';
import type { Letter } from '../../mail/letter.ts';

/** A letter to whoever asks, that proves that letters arrive. */
export function testLetter({ server, site, signedIn }: FastifyRequest): Letter {
  const { language } = signedIn;
  const t = server.translates[language];
  return {
    kind: 'test',
    to: {
      email: signedIn.email,
      name: signedIn.name,
      language,
      personId: signedIn.id,
      organisationId: signedIn.organisationId,
    },
    siteName: site.name,
    subject: t('letters.test.subject', { site: site.name }),
    blocks: [
      { kind: 'paragraph', text: t('letters.test.arrived') },
      { kind: 'paragraph', text: t('letters.test.looks') },
    ],
  };
}
