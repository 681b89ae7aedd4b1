// What the encryption costs: a join, processor time, frames. TELEKONSIL_LONG=1 measures; of times nothing is asserted, of
// pictures that they are what is said. How long an epoch takes with eight members encryption.spec.mjs says.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launchBrowser } from "./harness.mjs";
import { Account, Members, SPECIALISTS } from "./members.mjs";
import { LONG, World, call, enlarge, intoRoom, table, tall } from "./network.mjs";

const skip = !LONG && "TELEKONSIL_LONG=1 measures";
/** Joins of each kind, sealed and open in turn. */
const ROUNDS = Number(process.env.TELEKONSIL_JOINS ?? 20);
/** Seconds of the last measurement. */
const SECONDS = Number(process.env.TELEKONSIL_SECONDS ?? 300);
/** And of processor time. */
const WORKING = 20;
/** Pictures a second of the cameras, which show 640 × 360 where that is said. */
const RATE = 30;
/** Ticks of the kernel's clock in a second (`getconf CLK_TCK`). */
const TICKS = 100;

let browsers, world, referrer, specialist, members;

before(async () => {
  if (skip) return;
  const flags = [`--use-fake-device-for-media-stream=fps=${RATE}`];
  browsers = [await launchBrowser({ flags }), await launchBrowser({ flags })];
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

/** Both see each other in a room of their own. */
async function meet(isLifted) {
  const consult = await intoRoom(referrer, specialist);
  await specialist.until(() => window.firstPicture !== undefined, null, 30_000);
  if (!isLifted) return consult;
  await call(specialist, "POST", `/api/consults/${consult}/actions`, { type: "lift_encryption" });
  for (const person of [referrer, specialist]) {
    await leave(person);
    await person.page.goto(person.page.url());
    await person.byId("join").click();
  }
  await specialist.until(() => window.firstPicture !== undefined, null, 30_000);
  return consult;
}

/** A room in which one waits, and joins of the other into it. */
async function joins(isLifted, rounds) {
  await meet(isLifted);
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

/**
 * Runs in the page before anything else: the camera shows 640 × 360 at this rate, and that is what is sent. Of three
 * layers of so small a picture Chromium leaves out the largest, and on a busy machine it makes one smaller.
 */
function exactly(rate) {
  const native = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const picture = { width: { exact: 640 }, height: { exact: 360 }, frameRate: { exact: rate } };
  navigator.mediaDevices.getUserMedia = (wanted) => native(wanted.video ? { ...wanted, video: { ...wanted.video, ...picture } } : wanted);
  const add = RTCPeerConnection.prototype.addTransceiver;
  RTCPeerConnection.prototype.addTransceiver = function (track, init) {
    const { maxBitrate } = init?.sendEncodings?.[2] ?? {};
    return add.call(this, track, maxBitrate ? { ...init, sendEncodings: [{ maxBitrate }] } : init);
  };
  const set = RTCRtpSender.prototype.setParameters;
  RTCRtpSender.prototype.setParameters = function (parameters, ...rest) {
    return set.call(this, { ...parameters, degradationPreference: "maintain-resolution" }, ...rest);
  };
}

/** Pictures so far of what leaves and what comes, by size, as the browser counts them; and what was lost of them. */
const pictures = ({ page }) => page.evaluate(async () => {
  const report = await window.connections.findLast(({ connectionState }) => connectionState === "connected").getStats();
  const ways = { "inbound-rtp": "comes", "outbound-rtp": "leaves" };
  const lines = [...report.values()].filter(({ type, kind, frameWidth }) => ways[type] && kind === "video" && frameWidth);
  return Object.fromEntries(lines.map((line) => {
    const { id, type, frameWidth, frameHeight, framesEncoded, framesDecoded, framesDropped: dropped, freezeCount: freezes } = line;
    return [id, { way: ways[type], size: `${frameWidth} × ${frameHeight}`, count: framesEncoded ?? framesDecoded, dropped, freezes }];
  }));
});

/** What came and went in so many seconds. */
async function watched(people, seconds) {
  const before = await Promise.all(people.map(pictures));
  await people[0].page.waitForTimeout(seconds * 1_000);
  const after = await Promise.all(people.map(pictures));
  return after.map((lines, i) => Object.entries(lines).map(([id, { way, size, ...counts }]) => {
    const since = Object.entries(counts).map(([what, count]) => [what, count - (before[i][id]?.[what] ?? 0)]);
    return { way, size, ...Object.fromEntries(since) };
  }));
}

/** Processor seconds so far of our browsers' pages: all of it, and of threads by their names. WebCrypto works in the pool. */
function processorTime() {
  const ticks = { all: 0, DedicatedWorker: 0, ThreadPool: 0 };
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer") || !isOurs(pid)) continue;
      for (const thread of readdirSync(`/proc/${pid}/task`)) {
        const name = readFileSync(`/proc/${pid}/task/${thread}/comm`, "utf8");
        const fields = readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8").split(") ")[1].split(" ");
        const used = Number(fields[11]) + Number(fields[12]);
        for (const which of Object.keys(ticks)) if (which === "all" || name.startsWith(which)) ticks[which] += used;
      }
    } catch {
      // It has ended meanwhile.
    }
  }
  return Object.fromEntries(Object.entries(ticks).map(([what, count]) => [what, count / TICKS]));
}

function isOurs(pid) {
  for (let each = Number(pid); each > 1;) {
    if (each === process.pid) return true;
    each = Number(readFileSync(`/proc/${each}/stat`, "utf8").split(") ")[1].split(" ")[1]);
  }
  return false;
}

/** One page alone with three native members, who send it its own pictures back. */
async function withThree(isLifted) {
  const consult = await meet(isLifted);
  const { person: { id } } = await call(referrer, "GET", "/api/session");
  const origin = `http://127.0.0.1:${new URL(referrer.page.url()).port}`;
  members = await Members.start();
  for (const name of SPECIALISTS.slice(0, 3)) {
    const account = await Account.signIn(origin, ...name);
    await call(specialist, "POST", `/api/consults/${consult}/actions`, { type: "add_participant", person: account.id, part: "second_specialist" });
    const who = await members.join(account, consult);
    await members.say("until_seen", { who, person: id, pictures: 3 * RATE });
    await members.say("echo", { who, person: id });
  }
  await leave(specialist);
  // All of them are drawn, and as large as they come.
  const areWhole = () => {
    const videos = [...document.querySelectorAll(".tile:not(.tile-self) video")];
    return videos.filter(({ videoHeight }) => videoHeight === 360).length === 3;
  };
  await referrer.until(areWhole, null, 30_000);
  const before = processorTime();
  const [lines] = await watched([referrer], WORKING);
  const after = processorTime();
  await leave(referrer);
  await members.stop();
  members = undefined;
  return { lines, shares: Object.fromEntries(Object.keys(after).map((what) => [what, (100 * (after[what] - before[what])) / WORKING])) };
}

test("processor time of a page that seals its camera and opens three, of 640 × 360 and 30 pictures a second", { skip }, async () => {
  for (const { context } of [referrer, specialist]) await context.addInitScript(exactly, RATE);
  for (const isLifted of [false, true]) {
    const { lines, shares } = await withThree(isLifted);
    const room = isLifted ? "open" : "sealed";
    table(lines.filter(({ count }) => count > 0).map(({ way, size, count }) => ({ [room]: way, size, "pictures/s": count / WORKING })));
    table([Object.fromEntries([["% of a core", room], ...Object.entries(shares)])]);
    const large = lines.filter(({ size, count }) => size === "640 × 360" && count > 0.9 * RATE * WORKING);
    assert.deepEqual(large.map(({ way }) => way).sort(), ["comes", "comes", "comes", "leaves"]);
  }
});

test("frames that get lost", { skip }, async () => {
  await meet(false);
  for (const person of [referrer, specialist]) await person.until(() => window.drawnAt.length > 5, null, 30_000);
  await enlarge([referrer, specialist], true);
  await tall([referrer, specialist], 360);
  const all = await watched([referrer, specialist], SECONDS);
  table(all.flatMap((lines, i) => lines.filter(({ way, count }) => way === "comes" && count > 0).map(({ size, count, dropped, freezes }) => ({
    [`in ${SECONDS} s`]: ["referrer", "specialist"][i], size, "pictures/s": count / SECONDS, decoded: count, dropped, freezes,
  }))));
});
