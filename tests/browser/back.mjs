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

/** When the server answers the first request, unless `over` aborts. */
async function answers(demo, over) {
  while (!over.aborted) {
    const answer = await fetch(`http://127.0.0.1:${demo.port}/healthz`, { signal: over }).catch(() => undefined);
    if (answer?.ok) return Date.now();
    // The server needs the cores more than this does; what it adds to the time is far below what is allowed.
    await new Promise((done) => setTimeout(done, 10));
  }
}

/** Longer than any return may take; without it a picture that never comes keeps the whole run. */
const GIVE_UP = 30_000;

/** `promise`, or a failure after {@link GIVE_UP}. */
function soon(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${GIVE_UP / 1_000} s`)), GIVE_UP);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Kills the server, starts it again, and waits for everybody. `took`: milliseconds until the last one was back. */
export async function killedWithin(demo, people) {
  const pictures = await Promise.all(people.map(async ({ page }) => {
    const epoch = await page.evaluate(() => window.telekonsilDebug.epoch);
    const seen = page.evaluate(nextPicture, epoch);
    // Awaited below; a page that closes before is no failure of its own.
    seen.catch(() => {});
    // Begins to look before the kill; the wrapper keeps the promise from being awaited here.
    return { seen };
  }));
  await demo.kill();
  const over = new AbortController();
  try {
    const [answered] = await soon(Promise.all([answers(demo, over.signal), demo.launch()]), "the server starts");
    const times = await soon(Promise.all(pictures.map(({ seen }) => seen)), "everybody's picture is back");
    const back = times.map((time) => time - answered);
    return { back, took: Math.max(...back) };
  } finally {
    over.abort();
  }
}
