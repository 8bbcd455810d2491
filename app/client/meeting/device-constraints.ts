/** What is asked of a device. */
interface Wish {
  /** Empty: whichever the browser thinks best. */
  readonly wantedId: string;
  /** The browser finds no device that does all that is usually asked: any will do. */
  readonly isModest: boolean;
}

export function microphoneConstraints({ wantedId, isModest }: Wish): MediaTrackConstraints {
  if (isModest) return exactly(wantedId);
  return { ...exactly(wantedId), echoCancellation: true, noiseSuppression: true, autoGainControl: true };
}

export function cameraConstraints({ wantedId, isModest }: Wish): MediaTrackConstraints {
  if (isModest) return exactly(wantedId);
  return {
    ...(wantedId === '' ? { facingMode: 'user' } : exactly(wantedId)),
    width: { ideal: 1280 },
    height: { ideal: 720 },
    frameRate: { ideal: 30, max: 30 },
  };
}

const exactly = (id: string): MediaTrackConstraints => (id === '' ? {} : { deviceId: { exact: id } });
