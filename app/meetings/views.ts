import type { View } from '../../media/contract.ts';
import type { Watched, WatchedPicture } from './messages.ts';

/**
 * Sides of the square with the area of each of a camera's pictures, smallest first, in pixels: 320×180, 640×360,
 * 1280×720. A picture held upright has the same.
 */
const CAMERA_SIDES = [240, 480, 960] as const;

/** The same of a screen: half of it, and all of it. */
const SCREEN_SIDES = [720, 1440] as const;

/** How far a picture may be stretched before the next larger one is worth its bandwidth. Faces bear it, writing less. */
const STRETCH = { camera: 1.5, screen: 1 } as const;

/** Below this side, in pixels, half of the frames do. */
const STAMP_SIDE = 200;

/** Of mediasoup's three temporal layers, each twice the rate of the one below it. */
const HALF_RATE = 1;
const FULL_RATE = 2;

/** A screen goes before every camera: it is what they talk about. */
const SCREEN_PRIORITY = 200;

/** Of cameras, the larger one goes first. */
const CAMERA_PRIORITY = { least: 10, most: 100 } as const;

/** Which layers of each picture are worth sending to whoever looks at it at this size. */
export function viewsOf({ pictures, saver }: Watched): View[] {
  return pictures.map((picture) => {
    const side = Math.sqrt(picture.width * picture.height);
    return {
      peerId: picture.participantId,
      source: picture.source,
      spatialLayer: saver ? 0 : layerFor(picture.source, side),
      temporalLayer: saver || (picture.source === 'camera' && side < STAMP_SIDE) ? HALF_RATE : FULL_RATE,
      priority: priorityOf(picture.source, side),
    };
  });
}

/** The smallest layer that need not be stretched too far, or the largest one there is. */
function layerFor(source: WatchedPicture['source'], side: number): number {
  const sides = source === 'camera' ? CAMERA_SIDES : SCREEN_SIDES;
  const fitting = sides.findIndex((available) => side <= available * STRETCH[source]);
  return fitting < 0 ? sides.length - 1 : fitting;
}

function priorityOf(source: WatchedPicture['source'], side: number): number {
  if (source === 'screen') return SCREEN_PRIORITY;
  const { least, most } = CAMERA_PRIORITY;
  return Math.round(Math.min(most, Math.max(least, side / 10)));
}
