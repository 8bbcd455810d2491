/** Shows this track in a media element, or nothing. Asks for nothing when it is already there. */
export function showTrack(element: HTMLMediaElement, track: MediaStreamTrack | null): void {
  const current = element.srcObject instanceof MediaStream ? element.srcObject.getTracks()[0] : undefined;
  if (current === (track ?? undefined)) return;
  element.srcObject = track ? new MediaStream([track]) : null;
}
