// What the encryption costs: a join, the transform worker's time, frames. TELEKONSIL_LONG=1 measures; nothing is asserted
// of times. How long an epoch takes with eight members encryption.spec.mjs says.
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launchBrowser } from "./harness.mjs";
import { Account, Members, SPECIALISTS } from "./members.mjs";
import { LONG, World, call, intoRoom, table } from "./network.mjs";

const skip = !LONG && "TELEKONSIL_LONG=1 measures";
/** Joins of each kind, sealed and open in turn. */
const ROUNDS = Number(process.env.TELEKONSIL_JOINS ?? 20);
/** Seconds of the last measurement. */
const SECONDS = Number(process.env.TELEKONSIL_SECONDS ?? 300);
/** Ticks of the kernel's clock in a second (`getconf CLK_TCK`). */
const TICKS = 100;

let browsers, world, referrer, specialist, members;

before(async () => {
  if (skip) return;
  browsers = [await launchBrowser(), await launchBrowser()];
  world = await World.start({ direct: "127.0.0.1" });
  referrer = await world.arrive(browsers[0], world.links.referrer, "**/refer/**");
  specialist = await world.arrive(browsers[1], world.links.specialist, "**/oncall/**");
  await specialist.context.addInitScript(timeline);
});

after(async () => {
  await members?.stop();
  for (const browser of browsers ?? []) await browser.close();
  await world?.stop();
});

/** Runs in the page before anything else: when the first picture of another is drawn, in ms after the press. */
function timeline() {
  let pressed;
  addEventListener("pointerdown", ({ target, timeStamp }) => {
    if (target.closest?.("[data-testid=join]")) pressed = timeStamp;
  }, true);
  let watched;
  new MutationObserver(() => {
    const video = document.querySelector(".tile:not(.tile-self) video");
    if (!video || video === watched || pressed === undefined) return;
    watched = video;
    video.requestVideoFrameCallback((now) => (window.firstPicture ??= now - pressed));
  }).observe(document, { childList: true, subtree: true });
}

const leave = async (person) => {
  await person.byId("leave").click();
  await person.byId("room-ended").waitFor();
};

/** A room of its own in which one waits, and joins of the other into it. */
async function joins(isLifted, rounds) {
  const consult = await intoRoom(referrer, specialist);
  await specialist.until(() => window.firstPicture !== undefined, null, 30_000);
  if (isLifted) {
    await call(specialist, "POST", `/api/consults/${consult}/actions`, { type: "lift_encryption" });
    for (const person of [referrer, specialist]) {
      await leave(person);
      await person.page.goto(person.page.url());
      await person.byId("join").click();
    }
    await specialist.until(() => window.firstPicture !== undefined, null, 30_000);
  }
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    await leave(specialist);
    await specialist.page.goto(specialist.page.url());
    await specialist.byId("preview").waitFor();
    // Nobody presses at once; the knock is through, and nobody is sent a picture that nobody sees.
    await specialist.page.waitForTimeout(1_500);
    await specialist.byId("join").click();
    await specialist.until(() => window.firstPicture !== undefined, null, 30_000);
    times.push(await specialist.page.evaluate(() => window.firstPicture));
  }
  for (const person of [referrer, specialist]) await leave(person);
  return times;
}

const percentile = (values, share) => values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1];

test("from the press to the first picture, sealed and open", { skip }, async () => {
  const times = { sealed: [], open: [] };
  for (let block = 0; block < ROUNDS / 5; block += 1) {
    times.sealed.push(...(await joins(false, 5)));
    times.open.push(...(await joins(true, 5)));
  }
  table(Object.entries(times).map(([room, all]) => ({
    [`ms to the first picture (${ROUNDS} joins each)`]: room, p50: percentile(all, 0.5), p95: percentile(all, 0.95), most: Math.max(...all),
  })));
});

/** CPU seconds so far of the threads of our browsers' workers. */
function workersTime() {
  let ticks = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer") || !isOurs(pid)) continue;
      for (const thread of readdirSync(`/proc/${pid}/task`)) {
        if (!readFileSync(`/proc/${pid}/task/${thread}/comm`, "utf8").startsWith("DedicatedWorker")) continue;
        const fields = readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8").split(") ")[1].split(" ");
        ticks += Number(fields[11]) + Number(fields[12]);
      }
    } catch {
      // It has ended meanwhile.
    }
  }
  return ticks / TICKS;
}

function isOurs(pid) {
  for (let each = Number(pid); each > 1;) {
    if (each === process.pid) return true;
    each = Number(readFileSync(`/proc/${each}/stat`, "utf8").split(") ")[1].split(" ")[1]);
  }
  return false;
}

test("the worker of one page that seals its camera and opens three", { skip }, async () => {
  const consult = await intoRoom(referrer, specialist);
  await specialist.until(() => window.drawnAt.length > 5, null, 30_000);
  const { person: { id } } = await call(referrer, "GET", "/api/session");
  const origin = `http://127.0.0.1:${new URL(referrer.page.url()).port}`;
  members = await Members.start();
  for (const name of SPECIALISTS.slice(0, 3)) {
    const account = await Account.signIn(origin, ...name);
    await call(specialist, "POST", `/api/consults/${consult}/actions`, { type: "add_participant", person: account.id, part: "second_specialist" });
    const who = await members.join(account, consult);
    await members.say("until_seen", { who, person: id, pictures: 90 });
    await members.say("echo", { who, person: id });
  }
  await leave(specialist);
  const since = workersTime();
  await referrer.page.waitForTimeout(20_000);
  console.log(`# the worker takes ${((workersTime() - since) * 5).toFixed(1)} % of a core`);
  await leave(referrer);
});

test("frames that get lost", { skip }, async () => {
  await intoRoom(referrer, specialist);
  for (const person of [referrer, specialist]) await person.until(() => window.drawnAt.length > 5, null, 30_000);
  const look = ({ page }) => page.evaluate(async () => {
    const report = await window.connections.findLast(({ connectionState }) => connectionState === "connected").getStats();
    const line = [...report.values()].find(({ type, kind, framesDecoded }) => type === "inbound-rtp" && kind === "video" && framesDecoded);
    return { decoded: line.framesDecoded, dropped: line.framesDropped, freezes: line.freezeCount };
  });
  const before = await Promise.all([referrer, specialist].map(look));
  await referrer.page.waitForTimeout(SECONDS * 1000);
  const after = await Promise.all([referrer, specialist].map(look));
  table(after.map((sum, i) => ({
    [`in ${SECONDS} s`]: ["referrer", "specialist"][i],
    ...Object.fromEntries(Object.entries(sum).map(([what, count]) => [what, count - before[i][what]])),
  })));
});
