// A viewer draws the other's picture large or small, and a layer that fits comes.

/** Heights in CSS pixels, and what may come for them of a camera of 360 lines and more. */
export const LARGE = { drawn: 480, comes: [300, 2_000] };
export const SMALL = { drawn: 80, comes: [1, 200] };

/** Draws it that high, and waits until it comes so. Resolves with the milliseconds that this took. */
export async function look(person, { drawn, comes }) {
  const since = Date.now();
  await person.page.evaluate((height) => {
    const { style } = document.querySelector(".tile:not(.tile-self)");
    const size = { width: `${(height * 16) / 9}px`, height: `${height}px`, minWidth: 0, minHeight: 0 };
    Object.assign(style, { position: "fixed", inset: "0 auto auto 0", zIndex: 9, ...size });
  }, drawn);
  const fits = ([least, most]) => {
    const { videoHeight } = document.querySelector(".tile:not(.tile-self) video");
    return least <= videoHeight && videoHeight <= most;
  };
  await person.until(fits, comes, 30_000);
  return Date.now() - since;
}

/** Large, small, large again. */
export async function lookAbout(person) {
  const times = [];
  for (const size of [LARGE, SMALL, LARGE]) times.push(await look(person, size));
  return times;
}
