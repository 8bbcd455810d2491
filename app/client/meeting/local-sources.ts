import type { LocalDevices } from './local-devices.ts';
import type { Meeting } from './meeting.ts';
import type { ScreenShare } from './screen-share.ts';

/**
 * Sends what the devices and the screen give, from now on and as they change.
 *
 * @returns stops it: what is sent then stays as it is.
 */
export function sendLocalSources(meeting: Meeting, devices: LocalDevices, screen: ScreenShare): () => void {
  const sendMicrophone = () =>
    meeting.setSource('microphone', devices.microphone.track, !devices.microphone.on);
  const sendCamera = () => meeting.setSource('camera', devices.camera.on ? devices.camera.track : null);
  const sendScreen = () => {
    meeting.setSource('screen', screen.video);
    meeting.setSource('screenAudio', screen.audio);
  };
  sendMicrophone();
  sendCamera();
  sendScreen();
  const stops = [
    devices.on('inputChanged', (kind) => (kind === 'camera' ? sendCamera() : sendMicrophone())),
    screen.on('changed', sendScreen),
    // What a host stopped is off here, too: it must not start again by itself once it is allowed.
    meeting.on('sourceStopped', (source) => {
      if (source === 'microphone' || source === 'camera') devices.setOn(source, false);
      else screen.stop();
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
