/**
 * Replaces the page's camera with a drawn person, so that pictures show people and no test pattern. Runs inside the
 * page before its own code.
 *
 * @param variety - any number: decides clothes, skin, hair and wall.
 */
export function sitForPicture(variety: number): void {
  const walls = ['#dbe5e6', '#e9e0d3', '#d5dfd3', '#dcd9e8', '#e8d9d8', '#cfdde6', '#e4e4dc', '#d9e6e2'];
  const clothes = ['#2c6e8f', '#a0485c', '#35785a', '#585ba6', '#d8e6ea', '#86611b', '#2f4858', '#7a9e9f'];
  const skins = ['#efc9a8', '#8a5a3d', '#d9a57e', '#f3d5bb', '#6f4630', '#c68f67'];
  const hairs = ['#3b2a22', '#1d1715', '#a87b4f', '#b9bfc4', '#6b4a35', '#5c2f22'];
  const pick = (colours: readonly string[], step: number) => colours[(variety * step) % colours.length] ?? '';

  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [640, 360];
  const pen = canvas.getContext('2d');
  if (!pen) return;
  const oval = (x: number, y: number, width: number, height: number, colour: string, from = 0) => {
    pen.fillStyle = colour;
    pen.beginPath();
    pen.ellipse(x, y, width, height, 0, from, Math.PI * 2);
    pen.fill();
  };
  const draw = () => {
    // A breath up and down: a picture that never changes would not be sent.
    const y = Math.sin(performance.now() / 900) * 2;
    pen.fillStyle = pick(walls, 1);
    pen.fillRect(0, 0, 640, 360);
    pen.fillStyle = 'rgb(255 255 255 / 0.45)';
    pen.fillRect(variety % 2 ? 40 : 470, 30, 130, 170);
    pen.fillStyle = 'rgb(0 0 0 / 0.06)';
    pen.fillRect(0, 300, 640, 60);
    const hair = pick(hairs, 5);
    if (variety % 3 === 0) {
      oval(320, 150 + y, 92, 100, hair);
      pen.fillRect(228, 150 + y, 184, 110);
    }
    oval(320, 400 + y, 170, 150, pick(clothes, 3));
    oval(320, 250 + y, 34, 40, pick(skins, 1));
    oval(320, 160 + y, 66, 78, pick(skins, 1));
    oval(320, 140 + y, 72, 66, hair, Math.PI);
    for (const side of [-1, 1]) oval(320 + side * 24, 158 + y, 5, 5, '#2a2320');
    pen.strokeStyle = '#7d3f35';
    pen.lineWidth = 4;
    pen.beginPath();
    pen.arc(320, 186 + y, 18, 0.2 * Math.PI, 0.8 * Math.PI);
    pen.stroke();
  };
  draw();
  setInterval(draw, 200);

  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const given = await ask(constraints);
    const [camera] = given.getVideoTracks();
    if (!camera) return given;
    camera.stop();
    return new MediaStream([...given.getAudioTracks(), ...canvas.captureStream(5).getVideoTracks()]);
  };
  navigator.mediaDevices.getDisplayMedia = async () => {
    const page = document.createElement('canvas');
    [page.width, page.height] = [1280, 720];
    const ink = page.getContext('2d');
    const write = () => {
      if (!ink) return;
      ink.fillStyle = '#ffffff';
      ink.fillRect(0, 0, 1280, 720);
      ink.fillStyle = '#0a6a73';
      ink.fillRect(0, 0, 1280, 96);
      ink.fillStyle = '#ffffff';
      ink.font = '600 40px sans-serif';
      ink.fillText('Planning', 56, 62);
      ink.fillStyle = '#cbd7da';
      for (let line = 0; line < 9; line += 1)
        ink.fillRect(56, 150 + line * 58, 260 + ((line * 367) % 700), 18);
    };
    write();
    setInterval(write, 200);
    return page.captureStream(5);
  };
}
