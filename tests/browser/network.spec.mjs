// Two people talk over networks as hospitals and phones have them. Asserted is what a person would notice; the tables are
// for those who tune.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launchBrowser } from "./harness.mjs";
import {
  LONG, World, call, enlarge, longestPause, nextPictures, observe, picturesBack, sample, sending, table, tall,
} from "./network.mjs";
import { LONG_TABLE, SHORT_TABLE } from "./networks.mjs";
import { TURN_ADDRESS, Turn } from "./turn.mjs";

/** After a network was away: picture and sound are back within this, and nobody has to do anything (issue 4). */
const BACK_WITHIN = 3_000;
/** After a change of the client's address (issue 4). */
const MOVED_WITHIN = 1_000;
/** After UDP has died (issue 4); the page notices in two to three seconds, the browser in five to seven. */
const OVER_WITHIN = 10_000;
/** Until a page that was loaded again shows the other. The aim is 2,000; more is what a machine needs that builds beside it. */
const RELOADED_WITHIN = 6_000;
/** The best picture after a narrow or far network (issue 4), and its lines. */
const BEST_WITHIN = 15_000;
const BEST = 540;
const PERFECT = {};
/** How long each network is looked at. Less: one freeze decides the figure. */
const LOOK = LONG ? 20_000 : 5_000;

let browsers, world, people;

before(async () => {
  browsers = [await launchBrowser(), await launchBrowser()];
  world = await World.start();
  people = await world.meet(browsers);
});

after(async () => {
  for (const browser of browsers ?? []) await browser.close();
  await world?.stop();
});

/** `condition` on everybody's network for a while, after a second in which browsers notice. */
async function under(name, set, millis = LOOK) {
  await world.relay.network(set);
  await observe(people, 1_000);
  const seen = await observe(people, millis);
  return seen.map((row, i) => ({ network: i === 0 ? name : "", ...row }));
}

/** Somebody sees another move and hears more than what the browser makes up. */
function goesOn(rows) {
  for (const row of rows) {
    assert.ok(row["frames/s"] >= 1, `${row["frames/s"].toFixed(1)} frames/s (${rows[0].network})`);
    assert.ok(row["sound made up %"] < 50, `${row["sound made up %"].toFixed(0)} % of the sound is made up (${rows[0].network})`);
  }
}

test("picture and sound go on while packets are lost, late and few", async () => {
  const rows = [];
  for (const [name, set] of LONG ? LONG_TABLE : SHORT_TABLE) rows.push(await under(name, set));
  await world.relay.network(PERFECT);
  table(rows.flat());
  rows.forEach(goesOn);
});

test("a narrow uplink: less is sent, voices go on, and the best comes back", { skip: !LONG }, async () => {
  await enlarge(people, true);
  await world.relay.network({ rate_kbps: 4_000, delay_ms: 20 }, "up");
  await tall(people, BEST);
  await world.relay.network({ rate_kbps: 400, delay_ms: 20 }, "up");
  const falls = await observe(people, 5_000);
  const [seen, sent] = await Promise.all([observe(people, 15_000), Promise.all(people.map((person) => sending(person, 15_000)))]);
  await world.relay.network({ rate_kbps: 4_000, delay_ms: 20 }, "up");
  const back = await tall(people, BEST);
  const row = (network, seen) => seen.map((row, i) => ({ network: i === 0 ? network : "", ...row }));
  table([...row("uplink falls to 400 kbit/s", falls), ...row("uplink 400 kbit/s", seen)]);
  const told = sent.map(({ sends, may }) => `${sends.toFixed(0)} of ${may.toFixed(0)} kbit/s`);
  console.log(`# sent ${told.join(", ")}; ${BEST} lines again after ${back.join(", ")} ms`);
  goesOn([...falls, ...seen].map((row) => ({ network: "uplink 400 kbit/s", ...row })));
  for (const row of seen) {
    assert.ok(row["sound made up %"] < 2, `${row["sound made up %"].toFixed(1)} % of the sound is made up`);
    assert.ok(row["frames/s"] >= 12, `${row["frames/s"].toFixed(1)} frames/s`);
  }
  for (const { sends, limits } of sent) {
    assert.ok(sends < 400, `${sends.toFixed(0)} kbit/s are sent`);
    assert.ok(limits.includes("bandwidth"), limits.join(", "));
  }
  assert.ok(Math.max(...back) <= BEST_WITHIN, `${BEST} lines after ${Math.max(...back)} ms`);
  await world.relay.network(PERFECT);
});

test("a large face is sharp again on a way that became far", { skip: !LONG }, async () => {
  await world.relay.network(PERFECT);
  await enlarge(people, true);
  await world.relay.network({ rate_kbps: 500, delay_ms: 150, jitter_ms: 30 }, "down");
  await observe(people, 8_000);
  await world.relay.network({ delay_ms: 150, jitter_ms: 30 }, "down");
  const back = await tall(people, BEST);
  console.log(`# ${BEST} lines at 150 ± 30 ms after ${back.join(", ")} ms`);
  assert.ok(Math.max(...back) <= BEST_WITHIN, `${BEST} lines after ${Math.max(...back)} ms`);
  await world.relay.network(PERFECT);
  await enlarge(people, false);
});

test("the client's address changes, the picture goes on", async () => {
  await world.relay.network(PERFECT);
  await nextPictures(people, Date.now());
  const since = Date.now();
  await world.relay.say({ do: "rebind" });
  await observe(people, 4_000);
  const pauses = await Promise.all(people.map((person) => longestPause(person, since)));
  console.log(`# longest time without a new picture after a change of the address: ${pauses.join(", ")} ms`);
  assert.ok(Math.max(...pauses) <= MOVED_WITHIN, `no picture for ${Math.max(...pauses)} ms`);
  goesOn((await observe(people, 2_000)).map((row) => ({ network: "after the change", ...row })));
});

/**
 * Takes the network away, gives it back, and waits for pictures and sound. `media`: the way to the SFU alone; `all`: that
 * to the server, too; `noticed`: the browser is told, as when the radio has no network.
 */
async function away(seconds, what) {
  await world.relay.network({ loss: 100 });
  await world.relay.say({ do: "tcp", open: false });
  if (what !== "media") world.front.cut();
  if (what === "noticed") for (const { context } of people) await context.setOffline(true);
  await people[0].page.waitForTimeout(seconds * 1_000);
  await world.relay.network(PERFECT);
  await world.relay.say({ do: "tcp", open: true });
  world.front.mend();
  const back = Date.now();
  if (what === "noticed") for (const { context } of people) await context.setOffline(false);
  const times = await picturesBack(people, back);
  console.log(`# ${seconds} s without network (${what}): pictures again after ${times.join(", ")} ms`);
  goesOn((await observe(people, 1_000)).map((row) => ({ network: `after ${seconds} s`, ...row })));
  assert.ok(Math.max(...times) <= BACK_WITHIN, `back after ${Math.max(...times)} ms`);
  for (const person of people) await person.until(() => window.telekonsilDebug.phase === "live");
}

test("a lift: nothing for three seconds", () => away(3, "media"));

// Which of them a browser sees depends on who fails: the radio, a router behind it, or a firewall.
test("ten seconds without anything, and nobody tells the pages", () => away(10, "all"));
test("ten seconds without media", { skip: !LONG }, () => away(10, "media"));
test("ten seconds without anything, and the pages are told", { skip: !LONG }, () => away(10, "noticed"));
test("forty seconds without anything, and nobody tells the pages", { skip: !LONG }, () => away(40, "all"));
test("forty seconds without anything, and the pages are told", { skip: !LONG }, () => away(40, "noticed"));

test("a page is loaded again: the same seat, with picture and sound", async () => {
  const [person] = people;
  const seat = () => window.telekonsilDebug?.you;
  const before = await person.page.evaluate(seat);
  const since = Date.now();
  await person.page.reload({ waitUntil: "commit" });
  const [took] = await picturesBack([person], since);
  console.log(`# from the reload to the first picture ${took} ms`);
  assert.equal(await person.page.evaluate(seat), before);
  goesOn((await observe(people, 1_000)).map((row) => ({ network: "after a reload", ...row })));
  assert.ok(took <= RELOADED_WITHIN, `the picture came after ${took} ms`);
});

test("UDP dies during the talk: over to TCP without anybody's doing", async () => {
  for (const path of await Promise.all(people.map(sample))) assert.equal(path.protocol, "udp");
  await world.relay.network({ loss: 100 });
  const times = await picturesBack(people, Date.now());
  console.log(`# UDP dies: pictures over TCP after ${times.join(", ")} ms`);
  for (const path of await Promise.all(people.map(sample))) assert.equal(path.protocol, "tcp");
  assert.ok(Math.max(...times) <= OVER_WITHIN, `over TCP after ${Math.max(...times)} ms`);
  await world.relay.network(PERFECT);
});

/** The two people load their pages again. A page whose seat is still kept goes back into the room by itself. */
async function anew() {
  const since = Date.now();
  for (const { page } of people) await page.reload();
  for (const person of people) {
    await person.until(() => window.telekonsilDebug ?? document.querySelector("[data-testid=join]"), null, 20_000);
    if (await person.byId("join").isVisible()) await person.byId("join").click();
  }
  for (const person of people) await person.until(() => window.drawnAt.length > 5, null, 30_000);
  return Date.now() - since;
}

test("no UDP: media over ICE-TCP", async () => {
  await world.relay.network({ loss: 100 });
  const took = await anew();
  const paths = await Promise.all(people.map(sample));
  console.log(`# without UDP: from the reload to the sixth picture of both ${took} ms`);
  for (const path of paths) assert.equal(path.protocol, "tcp");
  goesOn((await observe(people, 3_000)).map((row) => ({ network: "TCP", ...row })));
  await world.relay.network(PERFECT);
});

test("the server complained of nothing", () => {
  assert.deepEqual(world.errors, []);
  for (const person of people) assert.deepEqual(person.foreign, []);
});

test("neither UDP nor TCP to the media port: TURN over TLS", async (t) => {
  const turn = await Turn.start();
  if (!turn) return t.skip("coturn is not installed");
  const behind = await World.start({ turn: turn.lines, spared: [TURN_ADDRESS] });
  const trusting = await launchBrowser({ flags: await turn.flags() });
  try {
    await behind.relay.network({ loss: 100 });
    await behind.relay.say({ do: "tcp", open: false });
    const both = await behind.meet([trusting, trusting]);
    for (const path of await Promise.all(both.map(sample))) {
      // Behind TURN stands our relay for UDP, which looks like a NAT: "prflx" is the same TURN candidate, seen from there.
      assert.ok(["relay", "prflx"].includes(path.local), path.local);
      assert.equal(path.relayProtocol, "tls");
    }
    const ticket = await call(both[0], "POST", `/api/consults/${both[0].page.url().split("/").at(-1)}/ticket`, { device: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    const expiry = Number(ticket.ice_servers[0].username.split(":")[0]);
    assert.ok(expiry > Date.now() / 1_000 && expiry < Date.now() / 1_000 + 86_401, "credentials end by themselves");
    const rows = await observe(both, 3_000);
    table(rows.map((row, i) => ({ network: i === 0 ? "TURN over TLS" : "", ...row })));
    goesOn(rows.map((row) => ({ network: "TURN", ...row })));
  } finally {
    await trusting.close();
    await behind.stop();
    await turn.stop();
  }
});
