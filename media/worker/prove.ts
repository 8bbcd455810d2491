/**
 * Proves that a worker works here with the installed mediasoup: `node media/worker/prove.ts BINARY`.
 *
 * Starts it and lets it use each library it was linked with: OpenSSL for a browser's transport, libsrtp for
 * two encrypted ones, libuv for their sockets on 127.0.0.1. Exit 0, or 1 with the reason on standard error.
 */
import { randomBytes } from 'node:crypto';
import { createWorker } from 'mediasoup';
import type { Router, SrtpCryptoSuite } from 'mediasoup/types';

/** Length of key and salt in bytes (RFC 3711, section 8.2; RFC 7714, section 12). */
const KEY_BYTES: Partial<Record<SrtpCryptoSuite, number>> = {
  AEAD_AES_256_GCM: 44,
  AES_CM_128_HMAC_SHA1_80: 30,
};

async function encrypt(router: Router, cryptoSuite: SrtpCryptoSuite, keyBytes: number): Promise<void> {
  const transport = await router.createPlainTransport({
    listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
    enableSrtp: true,
    srtpCryptoSuite: cryptoSuite,
  });
  await transport.connect({
    ip: '127.0.0.1',
    port: transport.tuple.localPort,
    srtpParameters: { cryptoSuite, keyBase64: randomBytes(keyBytes).toString('base64') },
  });
}

async function prove(workerBin: string): Promise<void> {
  const worker = await createWorker({ workerBin, logLevel: 'none' });
  try {
    const router = await worker.createRouter({
      mediaCodecs: [{ kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 }],
    });
    const transport = await router.createWebRtcTransport({
      listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }],
    });
    if (transport.dtlsParameters.fingerprints.length === 0) throw new Error('it has no DTLS certificate');
    for (const [cryptoSuite, keyBytes] of Object.entries(KEY_BYTES)) {
      await encrypt(router, cryptoSuite as SrtpCryptoSuite, keyBytes);
    }
  } finally {
    worker.close();
  }
}

const binary = process.argv[2];
if (!binary) {
  process.stderr.write('Usage: node media/worker/prove.ts BINARY\n');
  process.exit(2);
}
try {
  await prove(binary);
} catch (error) {
  process.stderr.write(`The worker ${binary} does not work here: ${String(error)}\n`);
  process.exitCode = 1;
}
