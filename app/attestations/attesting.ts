import fp from 'fastify-plugin';
import type { Database } from '../database/open.ts';
import type { EndedMeeting } from '../meetings/tally.ts';
import { type AttestedMeetings, attestationOf, sealOf } from './attestation.ts';
import { addAttestation } from './store.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly attestations: {
      /** Writes down what is to be attested of a meeting. Nobody waits for it, and a fault of it ends nothing. */
      attest(ended: Promise<EndedMeeting>): void;
      /** Attestations that could not be written down since the start of the app. */
      readonly lost: number;
    };
  }
}

export interface AttestingOptions {
  readonly database: Database;
  readonly wanted: AttestedMeetings;
  /** Seals attestations. */
  readonly key: string;
}

/** Attests meetings as they end. */
export const attesting = fp<AttestingOptions>(
  async (app, { database, wanted, key }) => {
    const running = new Set<Promise<void>>();
    let lost = 0;
    const attest = async (ended: Promise<EndedMeeting>) => {
      try {
        const attestation = attestationOf(await ended, wanted);
        if (attestation !== null) await addAttestation(database, attestation, sealOf(attestation, key));
      } catch (err) {
        lost += 1;
        app.log.error({ err }, 'a meeting was not attested');
      }
    };
    app.decorate('attestations', {
      attest(ended) {
        const work = attest(ended);
        running.add(work);
        work.finally(() => running.delete(work));
      },
      get lost() {
        return lost;
      },
    });
    // The database closes after this.
    app.addHook('onClose', async () => {
      await Promise.all(running);
    });
  },
  { name: 'attesting' },
);
