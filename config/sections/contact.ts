import { Type } from 'typebox';
import { section } from '../setting-kinds.ts';

export const ContactSettings = section(
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
);
