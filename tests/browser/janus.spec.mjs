// The same two people on the same bad networks, through us and through Janus VideoRoom, for those who tune: nothing is
// asserted but that both calls took place. TELEKONSIL_LOOK: seconds for which each network is looked at.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { launchBrowser } from "./harness.mjs";
import { JanusWorld, published, unavailable } from "./janus.mjs";
import { LONG, World, between, sample, table } from "./network.mjs";
import { LONG_TABLE } from "./networks.mjs";
import { speaking } from "./voice.mjs";

const skip = LONG ? (unavailable() ?? false) : "takes a quarter of an hour: TELEKONSIL_LONG=1";
/** Less: one freeze decides the figure. */
const LOOK = Number(process.env.TELEKONSIL_LOOK ?? 20) * 1_000;
/** Smaller differences, as a part of the larger figure, are chance: so much differs between two runs of one system. */
const CHANCE = 0.2;
/** What is good about each figure: more or less of it, and the difference below which nobody notices one. */
const BETTER = {
  "frames/s": { sign: 1, least: 1 },
  freezes: { sign: -1, least: 1 },
  "frozen s": { sign: -1, least: 0.3 },
  "sound made up %": { sign: -1, least: 0.5 },
  lines: { sign: 1, least: 1 },
};

let browsers, folder;

before(async () => {
  if (skip) return;
  folder = await mkdtemp(path.join(tmpdir(), "telekonsil-voice-"));
  const flags = await speaking(folder);
  browsers = [await launchBrowser({ flags }), await launchBrowser({ flags })];
});

after(async () => {
  for (const browser of browsers ?? []) await browser.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

// Our room draws faces small and sends what fits. Janus sends the layer that a client asks for, and the largest to those
// that do not ask.
test("faces as small as in the room, the smallest layer", { skip }, () => compare({ substream: 0 }));
test("faces as large as they are taken, the largest layer", { skip }, () => compare({ isLarge: true }));

async function compare({ isLarge, substream }) {
  const { seen: ours, sources } = await throughUs(isLarge);
  const theirs = await throughJanus(sources, substream);
  const rows = [ours, theirs].map((seen) => seen.map(({ row }) => row));
  table(LONG_TABLE.flatMap((_, i) => rows.map((rows) => rows[i])));
  console.log("# why:");
  table(LONG_TABLE.flatMap((_, i) => [ours, theirs].map((seen) => seen[i].why)));
  for (const [i, [network]] of LONG_TABLE.entries()) console.log(`# ${network}: ${verdict(rows[0][i], rows[1][i])}`);
  for (const [first] of rows) assert.ok(first["frames/s"] >= 1 && first["sound made up %"] < 50, `a call through ${first.through}`);
}

async function throughUs(isLarge) {
  const world = await World.start();
  try {
    const people = await world.meet(browsers);
    const sources = await published(people[0]);
    if (isLarge) for (const person of people) await enlarge(person, sources);
    return { sources, seen: await look("Telekonsil", people, (set) => world.relay.network(set)) };
  } finally {
    await leave();
    await world.stop();
  }
}

async function throughJanus(sources, substream) {
  const world = await JanusWorld.start();
  try {
    const people = await world.meet(browsers, sources, substream);
    return await look("Janus", people, (set) => world.network(set));
  } finally {
    await leave();
    await world.stop();
  }
}

async function leave() {
  for (const context of browsers.flatMap((browser) => browser.contexts())) await context.close();
}

/** Draws the other's face as large as it is taken: the server is asked for what fits that. */
async function enlarge(person, sources) {
  const { width, height } = sources.find(({ kind }) => kind === "video").constraints;
  await person.page.evaluate(([width, height]) => {
    const { style } = document.querySelector(".tile:not(.tile-self)");
    Object.assign(style, { position: "fixed", inset: "0 auto auto 0", width: `${width}px`, height: `${height}px`, zIndex: 9 });
  }, [width.ideal ?? width, height.ideal ?? height]);
  const isLarge = (height) => document.querySelector(".tile:not(.tile-self) video").videoHeight >= height;
  await person.until(isLarge, height.ideal ?? height, 30_000);
}

/** What both have seen and heard on each of the networks, on average, after a second in which browsers notice. */
async function look(through, people, setNetwork) {
  const seen = [];
  for (const [network, set] of LONG_TABLE) {
    await setNetwork(set);
    await people[0].page.waitForTimeout(1_000);
    const before = await Promise.all(people.map(both));
    await people[0].page.waitForTimeout(LOOK);
    const after = await Promise.all(people.map(both));
    const head = { network: through === "Telekonsil" ? network : "", through };
    seen.push({
      row: { ...head, ...mean(before.map(([sums], i) => between(sums, after[i][0]))) },
      why: { ...head, ...mean(before.map(([, sums], i) => causes(sums, after[i][1]))) },
    });
  }
  return seen;
}

const both = async (person) => [await sample(person), await reasons(person)];

function mean(rows) {
  const of = (title) => rows.reduce((sum, row) => sum + row[title], 0) / rows.length;
  return Object.fromEntries(Object.keys(rows[0]).map((title) => [title, of(title)]));
}

/** Sums of what explains the rest: what the sender believes, how packets are repaired, how long the browser waits for them. */
const reasons = (person) =>
  person.page.evaluate(async () => {
    const sums = { at: performance.now() };
    const add = (name, value) => (sums[name] = (sums[name] ?? 0) + (value ?? 0));
    for (const connection of window.connections.filter(({ connectionState }) => connectionState === "connected")) {
      const isSending = connection.getSenders().some(({ track }) => track);
      for (const line of (await connection.getStats()).values()) {
        if (isSending && line.nominated) sums.estimate = line.availableOutgoingBitrate;
        if (line.type === "outbound-rtp") add("sent", line.bytesSent);
        if (line.type !== "inbound-rtp") continue;
        add(`${line.kind} came`, line.packetsReceived);
        add(`${line.kind} lost`, line.packetsLost);
        add(`${line.kind} fec`, line.fecPacketsReceived);
        add(`${line.kind} waited`, line.jitterBufferDelay);
        add(`${line.kind} played`, line.jitterBufferEmittedCount);
        add("asked", line.nackCount);
        add("again", line.retransmittedPacketsReceived);
        add("anew", (line.pliCount ?? 0) + (line.firCount ?? 0));
      }
    }
    return sums;
  });

function causes(before, after) {
  const of = (name) => (after[name] ?? 0) - (before[name] ?? 0);
  const seconds = of("at") / 1_000;
  // What comes late was lost before.
  const part = (lost, came) => (came > 0 ? (100 * Math.max(0, lost)) / (Math.max(0, lost) + came) : 0);
  const wait = (kind) => (of(`${kind} played`) > 0 ? (1_000 * of(`${kind} waited`)) / of(`${kind} played`) : 0);
  return {
    "sent kbit/s": (of("sent") * 8) / 1_000 / seconds,
    "could send kbit/s": after.estimate / 1_000,
    "voice lost %": part(of("audio lost"), of("audio came")),
    "voice FEC/s": of("audio fec") / seconds,
    "voice waits ms": wait("audio"),
    "NACKs/s": of("asked") / seconds,
    "again/s": of("again") / seconds,
    "picture lost %": part(of("video lost"), of("video came")),
    "picture waits ms": wait("video"),
    "key frames asked": of("anew"),
  };
}

/** Who is better in what. */
function verdict(ours, theirs) {
  const better = { Telekonsil: [], Janus: [] };
  for (const [title, { sign, least }] of Object.entries(BETTER)) {
    const [one, other] = [ours[title], theirs[title]];
    if (Math.abs(one - other) < Math.max(least, CHANCE * Math.max(one, other))) continue;
    better[sign * (one - other) > 0 ? "Telekonsil" : "Janus"].push(title);
  }
  const told = Object.entries(better).filter(([, titles]) => titles.length > 0);
  return told.map(([who, titles]) => `${who} in ${titles.join(", ")}`).join("; ") || "alike";
}
