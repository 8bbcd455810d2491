import { createServer as createPlainServer, type RequestListener, type Server } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import { SECOND_MS } from '../../kernel/clock.ts';
import type { CertificateSource } from './certificate.ts';

/** How long a connection may stay silent after it opened. */
const FIRST_BYTE_MS = 30 * SECOND_MS;

/** First byte of a TLS handshake record (RFC 8446, section 5.1). */
const TLS_HANDSHAKE = 0x16;

/**
 * The server on the HTTPS port. Who types `host:8443` without `https://` sends plain HTTP to it; instead of a
 * connection that breaks off, they get `answerPlainRequest`, which leads them to the right address.
 */
export function createPort(
  certificates: CertificateSource,
  answerRequest: RequestListener,
  answerPlainRequest: RequestListener,
): Server {
  const { chainPem, keyPem } = certificates.current;
  const server = createServer(
    {
      cert: chainPem,
      key: keyPem,
      minVersion: 'TLSv1.2',
      handshakeTimeout: 10 * SECOND_MS,
      // A request that trickles in for longer holds a connection for nothing.
      requestTimeout: 30 * SECOND_MS,
      headersTimeout: 15 * SECOND_MS,
      keepAliveTimeout: 60 * SECOND_MS,
    },
    answerRequest,
  );
  const plainServer = createPlainServer(
    { requestTimeout: 10 * SECOND_MS, headersTimeout: 10 * SECOND_MS },
    (request, response) => {
      response.setHeader('Connection', 'close');
      answerPlainRequest(request, response);
    },
  );

  // Connections on which nothing was asked yet. Node waits for them when it closes, and browsers open some ahead of
  // need: without this they would hold up a restart for as long as they like.
  const silent = new Set<Socket>();
  let isClosing = false;
  const expectRequest = (socket: Socket) => {
    // Its handshake ended only now.
    if (isClosing) return socket.destroy();
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  };
  const stopExpecting = (request: { readonly socket: Socket }) => silent.delete(request.socket);
  server.on('secureConnection', expectRequest);
  server.on('request', stopExpecting);
  server.on('upgrade', stopExpecting);

  // Every connection is looked at first. What the TLS server does with a new one is its own listeners' business.
  const handshakes = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const giveUp = () => socket.destroy();
    expectRequest(socket);
    socket.once('error', giveUp);
    socket.setTimeout(FIRST_BYTE_MS, giveUp);
    socket.once('readable', () => {
      const firstBytes: Buffer | null = socket.read();
      silent.delete(socket);
      socket.off('error', giveUp);
      socket.off('timeout', giveUp);
      socket.setTimeout(0);
      if (firstBytes === null) return giveUp();
      socket.unshift(firstBytes);
      const isTls = firstBytes[0] === TLS_HANDSHAKE;
      if (!isTls) return plainServer.emit('connection', socket);
      for (const handshake of handshakes) handshake.call(server, socket);
    });
  });

  const close = server.close.bind(server);
  server.close = (callback) => {
    isClosing = true;
    for (const socket of silent) socket.destroy();
    plainServer.closeAllConnections();
    return close(callback);
  };
  return server;
}
