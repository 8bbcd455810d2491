import fp from 'fastify-plugin';
import type { Register } from '../../inventory/register.ts';
import type { PrivacySettings } from '../terms.ts';
import { noticeOf } from './notice.ts';

export interface NoticePageOptions {
  readonly settings: PrivacySettings;
  readonly register: Register;
}

/** `/privacy`: the notice of the site that was opened. */
export const noticePage = fp<NoticePageOptions>(
  async (app, { settings, register }) => {
    const wayTo = (url: string) => (app.hasRoute({ method: 'GET', url }) ? url : null);

    app.get('/privacy', { config: { access: 'anyone' } }, async (request, reply) =>
      reply.page('privacy/notice/views/page.hbs', {
        title: request.t('notice.title'),
        notice: noticeOf({
          t: request.t,
          language: request.language,
          settings,
          register,
          site: request.site,
          ways: {
            myData: wayTo('/my-data'),
            request: wayTo('/privacy/request'),
            cookies: wayTo('/cookies'),
          },
        }),
      }),
    );
  },
  { name: 'notice-page', dependencies: ['views'] },
);
