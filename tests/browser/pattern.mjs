// A camera that shows a pattern of its own instead of Chromium's fake device, and how to tell it on another's screen.
import { randomInt } from "node:crypto";

/** Fields of the pattern, each as large as 16 rows of the smallest layer or more. */
const [COLUMNS, ROWS] = [8, 6];

/** Colours of the fields: 0 to 7, one bit each for red, green and blue. 144 bits, so no other picture has them. */
export const newPattern = () => Array.from({ length: COLUMNS * ROWS }, () => randomInt(8));

/** From the next page on, `person` has a camera that shows it. */
export const showPattern = ({ context }, pattern) => context.addInitScript(paint, { pattern, columns: COLUMNS });

/** Until `person` is shown it. */
export const seesPattern = (person, pattern) => person.until(isShown, { pattern, columns: COLUMNS }, 30_000);

/** Runs in the page before anything else. */
function paint({ pattern, columns }) {
  const native = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    if (!wanted.video) return native(wanted);
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
    // Drawn without the graphics processor, which is software here and slow to read back.
    const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
    const [width, height] = [canvas.width / columns, (canvas.height * columns) / pattern.length];
    const fill = (color, ...box) => {
      context.fillStyle = color;
      context.fillRect(...box);
    };
    setInterval(() => {
      for (const [i, bits] of pattern.entries()) {
        const [left, top] = [(i % columns) * width, Math.floor(i / columns) * height];
        fill(`rgb(${[4, 2, 1].map((bit) => (bits & bit ? 255 : 0))})`, left, top, width, height);
        // Along the edges of the fields no two pictures are alike, so that each takes some bytes.
        fill(`hsl(${Math.random() * 360} 90% 50%)`, left + Math.random() * width, top, 9, 9);
      }
    }, 1000 / 15);
    return canvas.captureStream(15);
  };
}

function isShown({ pattern, columns }) {
  const bitsOf = ([red, green, blue]) => (red > 127) * 4 + (green > 127) * 2 + (blue > 127);
  return [...document.querySelectorAll(".tile:not(.tile-self) video")].some((video) => {
    const { videoWidth: width, videoHeight: height } = video;
    if (width === 0) return false;
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.drawImage(video, 0, 0);
    return pattern.every((bits, i) => {
      const left = ((i % columns) + 0.5) * (width / columns);
      const top = (Math.floor(i / columns) + 0.5) * ((height * columns) / pattern.length);
      return bitsOf(context.getImageData(left, top, 1, 1).data) === bits;
    });
  });
}
