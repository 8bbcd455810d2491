import { createServer as createPlainServer, type RequestListener, type Server } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { SECOND_MS } from '../../kernel/clock.ts';
import type { CertificateSource } from './certificate.ts';
import { isStun, type TurnTarget, TurnTunnels } from './turn-tunnel.ts';

/** How long a connection may stay silent after it opened. */
const FIRST_BYTE_MS = 30 * SECOND_MS;

/** First byte of a TLS handshake record (RFC 8446, section 5.1). */
const TLS_HANDSHAKE = 0x16;

/** Looks at the first byte that comes in, and leaves it where it is. A connection that brings none is ended. */
function peek(socket: Socket, then: (firstByte: number) => void): void {
  const giveUp = () => socket.destroy();
  socket.once('error', giveUp);
  socket.setTimeout(FIRST_BYTE_MS, giveUp);
  socket.once('readable', () => {
    const firstBytes: Buffer | null = socket.read();
    socket.off('error', giveUp);
    socket.off('timeout', giveUp);
    socket.setTimeout(0);
    const firstByte = firstBytes?.[0];
    if (firstBytes === null || firstByte === undefined) return giveUp();
    socket.unshift(firstBytes);
    then(firstByte);
  });
}

/**
 * The server on the HTTPS port. Who types `host:8443` without `https://` sends plain HTTP to it; instead of a
 * connection that breaks off, they get `answerPlainRequest`, which leads them to the right address.
 *
 * @param turn where TURN inside TLS is passed on to, or null: then it is no more than a bad HTTP request.
 */
export function createPort(
  certificates: CertificateSource,
  answerRequest: RequestListener,
  answerPlainRequest: RequestListener,
  turn: TurnTarget | null,
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
  const tunnels = turn && new TurnTunnels(turn);
  const requests = server.listeners('secureConnection');
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket: TLSSocket) => {
    expectRequest(socket);
    peek(socket, (firstByte) => {
      if (tunnels && isStun(firstByte)) {
        silent.delete(socket);
        return tunnels.accept(socket);
      }
      for (const request of requests) request.call(server, socket);
    });
  });
  server.on('request', stopExpecting);
  server.on('upgrade', stopExpecting);

  // Every connection is looked at first. What the TLS server does with a new one is its own listeners' business.
  const handshakes = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    expectRequest(socket);
    peek(socket, (firstByte) => {
      silent.delete(socket);
      if (firstByte !== TLS_HANDSHAKE) return plainServer.emit('connection', socket);
      for (const handshake of handshakes) handshake.call(server, socket);
    });
  });

  const close = server.close.bind(server);
  server.close = (callback) => {
    isClosing = true;
    for (const socket of silent) socket.destroy();
    tunnels?.close();
    plainServer.closeAllConnections();
    return close(callback);
  };
  return server;
}
