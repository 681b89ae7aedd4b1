// An installation with one address, and people whose network lets nothing pass but TLS to one port of it: nginx tells the
// pages and the relay apart by name, as deploy/nginx-443.conf says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { freePort, launchBrowser } from "./harness.mjs";
import { World, observe, sample, table } from "./network.mjs";
import { Nginx, RELAY_NAME } from "./nginx.mjs";
import { TURN_ADDRESS, Turn } from "./turn.mjs";

test("pages and relay on one port: two see and hear one another", async (t) => {
  if (!Nginx.isInstalled()) return t.skip("nginx with its stream module is not installed");
  const turn = await Turn.start();
  if (!turn) return t.skip("coturn is not installed");
  const ends = [() => turn.stop()];
  try {
    const port = await freePort();
    const lines = `[turn]\nurls = ["turns:${RELAY_NAME}:${port}?transport=tcp"]\nsecret_file = "${turn.file("secret")}"`;
    const world = await World.start({ turn: lines, spared: [TURN_ADDRESS] });
    ends.push(() => world.stop());
    const nginx = await Nginx.start(port, new URL(world.links.referrer).port, turn);
    ends.push(() => nginx.stop());
    const browser = await launchBrowser({ flags: await turn.flags() });
    ends.push(() => browser.close());
    await world.relay.network({ loss: 100 });
    await world.relay.say({ do: "tcp", open: false });
    for (const role of ["referrer", "specialist"]) {
      world.links[role] = Object.assign(new URL(world.links[role]), { protocol: "https", port }).href;
    }
    const both = await world.meet([browser, browser]);
    for (const { page } of both) assert.match(page.url(), new RegExp(`^https://[a-z]+\\.localhost:${port}/room/`));
    for (const path of await Promise.all(both.map(sample))) assert.equal(path.relayProtocol, "tls");
    const rows = await observe(both, 3_000);
    table(rows.map((row, i) => ({ network: i === 0 ? "one port" : "", ...row })));
    for (const row of rows) assert.ok(row["frames/s"] >= 1 && row["sound made up %"] < 50, JSON.stringify(row));
    for (const person of both) assert.deepEqual(person.foreign, []);
    await both[0].shot("room-one-port");
  } finally {
    for (const end of ends.reverse()) await end();
  }
});
