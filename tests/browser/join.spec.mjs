// How long somebody waits who presses "join" while another one is in the room already: until the other is seen and heard.
// Asserted is what nobody would bear; the table is for those who tune. TELEKONSIL_LONG=1 joins thirty times.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchBrowser } from "./harness.mjs";
import { LONG, World, table } from "./network.mjs";

const ROUNDS = LONG ? 30 : 2;
/** Milliseconds. The aim is 500 for 95 of 100 joins (issue 4); a machine that builds and tests beside it takes longer. */
const BEARABLE = 5_000;
const STEPS = [
  "enter is said", "welcome", "answer", "page is drawn", "ICE is through", "media are through",
  "tile has a video", "first sound", "first picture",
];

let browsers, world, inside, joins;

before(async () => {
  browsers = [await launchBrowser(), await launchBrowser()];
  world = await World.start({ direct: "127.0.0.1" });
  [inside, joins] = await world.meet(browsers);
  await joins.context.addInitScript(timeline);
});

after(async () => {
  for (const browser of browsers ?? []) await browser.close();
  await world?.stop();
});

/** Runs in the page before anything else: when what happens, in milliseconds after the press. */
function timeline() {
  const marks = {};
  let pressed;
  const mark = (name, at = performance.now()) => {
    if (pressed !== undefined) marks[name] ??= Math.round(at - pressed);
  };
  window.timeline = marks;
  addEventListener("pointerdown", ({ target, timeStamp }) => {
    if (!target.closest?.("[data-testid=join]")) return;
    pressed = timeStamp;
  }, true);

  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...rest) {
      super(...rest);
      this.addEventListener("message", ({ data }) => {
        const { type } = JSON.parse(data);
        if (type === "ready") window.isReady = true;
        if (type === "welcome" || type === "answer") mark(type);
      });
    }
    send(text) {
      super.send(text);
      if (JSON.parse(text).type === "enter") mark("enter is said");
    }
  };

  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...rest) {
      super(...rest);
      this.addEventListener("iceconnectionstatechange", () => this.iceConnectionState === "connected" && mark("ICE is through"));
      this.addEventListener("connectionstatechange", () => {
        if (this.connectionState !== "connected" || "media are through" in marks) return;
        mark("media are through");
        this.hear();
      });
    }
    // Not before: each question stops the page until another thread has answered.
    hear() {
      const lines = this.getReceivers().filter(({ track }) => track.kind === "audio");
      const hears = setInterval(() => {
        if (lines.every((line) => line.getSynchronizationSources().length === 0)) return;
        mark("first sound");
        clearInterval(hears);
      }, 20);
    }
  };

  new MutationObserver(() => {
    if (document.querySelector("[data-testid=room]")) mark("page is drawn");
    const video = document.querySelector(".tile:not(.tile-self) video");
    if (!video || "tile has a video" in marks) return;
    mark("tile has a video");
    video.requestVideoFrameCallback((now) => mark("first picture", now));
  }).observe(document, { childList: true, subtree: true });
}

/** Whoever waits alone sends no picture: nobody would see it. */
const sendsNothing = () =>
  window.connections.findLast((connection) => connection.connectionState === "connected")
    .getSenders().filter(({ track }) => track?.kind === "video").every((sender) => sender.getParameters().encodings.every(({ active }) => !active));

async function join() {
  await joins.byId("leave").click();
  await joins.byId("room-ended").waitFor();
  await joins.page.goto(joins.page.url());
  await joins.byId("preview").waitFor();
  await inside.until(sendsNothing);
  // Nobody presses within a tenth of a second of seeing themselves.
  await joins.until(() => window.isReady);
  await joins.byId("join").click();
  await joins.until(() => "first picture" in window.timeline && "first sound" in window.timeline, null, 30_000);
  return joins.page.evaluate(() => window.timeline);
}

function percentile(values, share) {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
}

test("whoever joins sees and hears the other soon", async () => {
  const rounds = [];
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await join());
  assert.ok(rounds.every((marks) => "enter is said" in marks), "the press goes by the socket that has knocked");
  table(STEPS.map((step) => {
    const times = rounds.map((marks) => marks[step]);
    return { [`ms after the press (${ROUNDS} joins)`]: step, p50: percentile(times, 0.5), p95: percentile(times, 0.95), most: percentile(times, 1) };
  }));
  for (const what of ["first picture", "first sound"]) {
    const late = percentile(rounds.map((marks) => marks[what]), 1);
    assert.ok(late <= BEARABLE, `${what} after ${late} ms`);
  }
});

test("the server complained of nothing", () => {
  assert.deepEqual(world.errors, []);
  for (const person of [inside, joins]) assert.deepEqual([person.foreign, person.complaints], [[], []]);
});
