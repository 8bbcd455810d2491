import { routerRtpCapabilities } from './codecs.ts';
import type { OperationInput, OperationName, OperationReply } from './contract.ts';
import { type LoadOptions, readLoad, relayTest } from './load.ts';
import { readQuality } from './quality.ts';
import type { Rooms } from './rooms.ts';

/** What answers each operation of the contract. `signal` is aborted once nobody waits for the answer. */
export type Calls = {
  readonly [Name in OperationName]: (
    input: OperationInput<Name>,
    signal: AbortSignal,
  ) => OperationReply<Name> | Promise<OperationReply<Name>>;
};

export function createCalls(rooms: Rooms, load: LoadOptions): Calls {
  return {
    readLoad: () => readLoad(load),
    readCapabilities: () => ({ routerRtpCapabilities }),
    listRooms: () => ({ rooms: rooms.describe() }),
    closeRoom: ({ roomId }) => {
      rooms.room(roomId).close('closed');
      return {};
    },
    joinRoom: (input, signal) => rooms.join(input, signal),
    labelPeer: ({ roomId, peerId, label }) => {
      rooms.label(roomId, peerId, label);
      return {};
    },
    leaveRoom: ({ roomId, peerId }) => {
      rooms.room(roomId).leave(peerId);
      return {};
    },
    readQuality: ({ roomId, peerId }) => readQuality(rooms.room(roomId).peer(peerId), relayTest(load)),
    connectTransport: async ({ roomId, peerId, transportId, dtlsParameters }) => {
      await rooms.room(roomId).peer(peerId).transport(transportId).connect(dtlsParameters);
      return {};
    },
    restartIce: async ({ roomId, peerId, transportId }) => ({
      iceParameters: await rooms.room(roomId).peer(peerId).transport(transportId).restartIce(),
    }),
    produce: (input, signal) => rooms.room(input.roomId).produce(input, signal),
    pauseProducer: async ({ roomId, peerId, producerId }) => {
      await rooms.room(roomId).pauseProducer(peerId, producerId);
      return {};
    },
    resumeProducer: async ({ roomId, peerId, producerId }) => {
      await rooms.room(roomId).resumeProducer(peerId, producerId);
      return {};
    },
    closeProducer: ({ roomId, peerId, producerId }) => {
      rooms.room(roomId).closeProducer(peerId, producerId);
      return {};
    },
    setViews: async ({ roomId, peerId, views }) => {
      await rooms.room(roomId).setViews(peerId, views);
      return {};
    },
    resumeConsumers: async ({ roomId, peerId, consumerIds }) => {
      await rooms.room(roomId).resumeConsumers(peerId, consumerIds);
      return {};
    },
  };
}
