// What people see of their connection: who speaks, how well they get through, what support is given, and the check
// before a call.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { Demo, Person, PHONE, launchBrowser, newId } from "./harness.mjs";
import { call } from "./network.mjs";
import { speaking } from "./voice.mjs";

let demo, folder, browsers, referrer, specialist;

before(async () => {
  demo = await Demo.start();
  folder = await mkdtemp(path.join(tmpdir(), "telekonsil-voice-"));
  browsers = [await launchBrowser(), await launchBrowser({ flags: await speaking(folder) })];
  referrer = await Person.arrive(browsers[0], demo.links.referrer);
  specialist = await Person.arrive(browsers[1], demo.links.specialist, { viewport: PHONE, touch: true });
  await referrer.page.waitForURL("**/refer/**");
  await specialist.page.waitForURL("**/oncall/**");
});

after(async () => {
  for (const browser of browsers ?? []) await browser.close();
  await demo?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

test("before a call: the picture comes back by UDP, with figures and a verdict", async () => {
  await specialist.byId("check").click();
  await specialist.byId("check-tone").click();
  await specialist.byId("check-heard").click();
  const verdict = specialist.byId("check-verdict");
  assert.equal(await verdict.getAttribute("data-level"), "open", "the path is still being measured");
  const numbers = specialist.byId("check-numbers");
  await numbers.waitFor({ timeout: 30_000 });
  const text = await numbers.innerText();
  assert.match(text, /direkt \(UDP\)/);
  assert.match(text, /Das Bild kam zurück/);
  for (const figure of [/Senden: bis (\d+,\d) Mbit\/s/, /Zurückgekommen: (\d+,\d) Mbit\/s/]) {
    assert.ok(Number(figure.exec(text)?.[1].replace(",", ".")) > 0, `${figure}: ${text}`);
  }
  assert.match(text, /Verlust: \d+,\d % hin, \d+,\d % zurück/);
  await specialist.until(() => document.querySelector('[data-testid="check-verdict"]')?.dataset.level !== "open");
  await specialist.shot("check-phone");
  // This machine may be too busy for "good"; that a talk is possible has to come out of it.
  assert.match(await verdict.getAttribute("data-level"), /^(good|weak)$/, await verdict.innerText());
  await specialist.byId("check-again").click();
  await numbers.waitFor({ state: "detached" });
  await numbers.waitFor({ timeout: 30_000 });
  await specialist.page.keyboard.press("Escape");
  await specialist.byId("check-dialog").waitFor({ state: "detached" });
});

test("where no media get through the check says so, and whom to ask", async () => {
  const page = await specialist.context.newPage();
  // Relays alone, and there are none: as behind a firewall that lets nothing but web pages through.
  await page.addInitScript(() => {
    const Native = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Native {
      constructor(options) {
        super({ ...options, iceTransportPolicy: "relay" });
      }
    };
  });
  await page.goto(specialist.page.url());
  await page.getByTestId("check").click();
  await page.locator('[data-testid="check-verdict"][data-level="lost"]').waitFor({ timeout: 30_000 });
  assert.match(await page.getByTestId("check-verdict").innerText(), /Firewall/);
  await page.close();
});

test("whoever speaks is marked on both pages, a beep is nobody's word", async () => {
  const services = await call(referrer, "GET", "/api/services");
  const service = services.find(({ name }) => name === "Schlaganfall-Neurologie");
  const made = await call(referrer, "POST", "/api/consults", { id: newId(), service_id: service.id, urgency: "emergency", fields: {} });
  await call(specialist, "POST", `/api/consults/${made.summary.id}/actions`, { type: "accept" });
  for (const person of [referrer, specialist]) {
    await person.page.goto(new URL(`/room/${made.summary.id}`, person.page.url()).href);
    await person.byId("join").click();
  }
  for (const person of [referrer, specialist]) await person.until(() => window.telekonsilDebug?.phase === "live", null, 30_000);
  const member = await specialist.page.evaluate(() => window.telekonsilDebug.you);
  const marked = (person, speaks) => person.page.locator(`[data-testid="tile-${member}"][data-speaks="${speaks}"]`);
  await Promise.all([referrer, specialist].map((person) => marked(person, true).waitFor({ state: "attached" })));
  await referrer.shot("room-speaker");
  // The other microphone beeps on; nobody speaks any more.
  await specialist.byId("toggle-mic").click();
  await Promise.all([referrer, specialist].map((person) => marked(person, false).waitFor({ state: "attached" })));
  assert.equal(await referrer.page.locator('[data-speaks="true"]').count(), 0);
  await specialist.byId("toggle-mic").click();
  await marked(referrer, true).waitFor();
});

test("how somebody gets through is told in a sentence, one's own with the path", async () => {
  const other = referrer.page.locator(".tile:not(.tile-self)").getByTestId("quality");
  const own = referrer.page.locator(".tile-self").getByTestId("quality");
  for (const [mark, sentence] of [[other, /^Verbindung von .+\n/], [own, /^Ihre Verbindung\n/]]) {
    assert.match(await mark.getAttribute("data-level"), /^(good|weak|lost)$/);
    await mark.click();
    const why = referrer.page.locator(".quality-why");
    await why.waitFor();
    const text = await why.innerText();
    assert.match(text, sentence);
    assert.match(text, /[Gg]ut\.|[Ss]chwach\.|[Uu]nterbrochen\./);
    assert.match(text, /\p{L}{3,}.*\.\s*(\n|$)/u, text);
    if (mark === own) assert.match(text, /Weg zum Server: direkt \(UDP\)/);
    await referrer.shot(mark === own ? "room-quality-own" : "room-quality");
    await referrer.page.keyboard.press("Escape");
    await why.waitFor({ state: "detached" });
  }
});

test("what support is given holds figures and nobody's name or address", async () => {
  const me = await referrer.page.evaluate(async () => (await fetch("/api/session")).json());
  const names = await referrer.page.evaluate(() => [...document.querySelectorAll(".tile-name")].map(({ innerText }) => innerText.trim()));
  const host = await referrer.page.evaluate(() => location.hostname);
  await referrer.byId("more").click();
  const [download] = await Promise.all([referrer.page.waitForEvent("download"), referrer.byId("more-stats").click()]);
  assert.match(download.suggestedFilename(), /^telekonsil-[\d-]+T[\d-]+\.json$/);
  const text = await readFile(await download.path(), "utf8");
  const { format, samples, events } = JSON.parse(text);
  assert.equal(format, "telekonsil-call-1");
  assert.ok(samples.some(({ received }) => received.some(({ kind, bps }) => kind === "video" && bps > 0)));
  assert.ok(samples.some(({ sent }) => sent.some(({ kind, bps }) => kind === "audio" && bps > 0)));
  assert.equal(samples.at(-1).path.protocol, "udp");
  assert.ok(events.some(({ what, phase }) => what === "phase" && phase === "live"));
  assert.doesNotMatch(text, /\d{1,3}(\.\d{1,3}){3}|localhost|\.local\b/, "no address");
  assert.doesNotMatch(text, /[0-9a-f]{8}-[0-9a-f]{4}-/i, "nobody's identifier");
  assert.doesNotMatch(text, /"(candidate|ufrag|fingerprint|password)/i);
  const said = [me.person.name, me.person.hospital, host, ...names].filter((word) => word.length > 3);
  for (const word of said) assert.ok(!text.includes(word), `${word} is in the file`);
});

test("nothing was fetched from elsewhere, no page complained", () => {
  for (const person of [referrer, specialist]) {
    assert.deepEqual(person.foreign, []);
    assert.deepEqual(person.complaints, []);
  }
});
