// How long it takes until people who were talking see one another again after the server was killed.

/** Milliseconds from the moment at which the server answers again (issue 3). */
export const BACK_WITHIN = 3_000;

/** Resolves with the time at which the first picture of somebody else is drawn that came over a later attempt. */
const nextPicture = (epoch) =>
  new Promise((done) => {
    let watched;
    const look = setInterval(() => {
      const { phase, epoch: now } = window.telekonsilDebug ?? {};
      if (phase !== "live" || now <= epoch) return;
      const video = document.querySelector(".tile:not(.tile-self) video");
      if (video && video !== watched) {
        // A tile may be drawn anew, with another element.
        watched = video;
        video.requestVideoFrameCallback(() => {
          clearInterval(look);
          done(Date.now());
        });
      }
    }, 20);
  });

/** When the server answers the first request. */
async function answers(demo) {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${demo.port}/healthz`).catch(() => undefined);
    if (answer?.ok) return Date.now();
  }
}

/** Kills the server, starts it again, and waits for everybody. `took`: milliseconds until the last one was back. */
export async function killedWithin(demo, people) {
  const pictures = await Promise.all(people.map(async ({ page }) => {
    const epoch = await page.evaluate(() => window.telekonsilDebug.epoch);
    // Begins to look before the kill; the wrapper keeps the promise from being awaited here.
    return { seen: page.evaluate(nextPicture, epoch) };
  }));
  await demo.kill();
  const [answered] = await Promise.all([answers(demo), demo.launch()]);
  const times = await Promise.all(pictures.map(({ seen }) => seen));
  const back = times.map((time) => time - answered);
  return { back, took: Math.max(...back) };
}
