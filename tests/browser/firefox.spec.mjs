// Firefox ESR and Chromium in one room: each sees and hears the other, and each sends its picture in three sizes.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { after, before, test } from "node:test";
import puppeteer from "puppeteer-core";
import { lookAbout } from "./drawn.mjs";
import { DESKTOP, launchBrowser, newId } from "./harness.mjs";
import { World, call, sample, watch } from "./network.mjs";

const FIREFOX = process.env.FIREFOX ?? "/usr/bin/firefox-esr";
const skip = !existsSync(FIREFOX) && "firefox-esr is not installed";
/**
 * Firefox's ICE leaves the loopback interface out, whatever `media.peerconnection.ice.loopback` says (153; with no other
 * interface it has no candidate at all). So the server is where this machine is found from outside.
 */
const address = Object.values(networkInterfaces()).flat().find(({ family, internal }) => family === "IPv4" && !internal)?.address;

let world, chromium, firefox, referrer, specialist;

/** What of `Person` is needed here, over WebDriver BiDi. */
class FirefoxPerson {
  static async arrive(browser, url) {
    const person = new FirefoxPerson();
    person.page = await browser.newPage();
    person.complaints = [];
    person.page.on("pageerror", (error) => person.complaints.push(error.message));
    await person.page.setViewport(DESKTOP);
    await person.page.evaluateOnNewDocument(watch);
    await person.page.goto(url);
    return person;
  }

  async until(check, argument, timeout = 20_000) {
    await this.page.waitForFunction(check, { timeout, polling: 100 }, argument);
  }
}

before(async () => {
  if (skip) return;
  assert.ok(address, "this machine has no address but loopback, and Firefox needs one");
  world = await World.start({ direct: address });
  chromium = await launchBrowser();
  firefox = await puppeteer.launch({
    browser: "firefox", executablePath: FIREFOX, headless: true,
    extraPrefsFirefox: {
      "media.navigator.streams.fake": true, "media.navigator.permission.disabled": true, "media.autoplay.default": 0,
    },
  });
  referrer = await world.arrive(chromium, world.links.referrer, "**/refer/**");
  specialist = await FirefoxPerson.arrive(firefox, world.links.specialist);
  await specialist.until(() => location.pathname.startsWith("/oncall"));
});

after(async () => {
  await firefox?.close();
  await chromium?.close();
  await world?.stop();
});

test("Firefox and Chromium see and hear one another", { skip }, async () => {
  const services = await call(referrer, "GET", "/api/services");
  const service = services.find(({ name }) => name === "Schlaganfall-Neurologie");
  const made = await call(referrer, "POST", "/api/consults", { id: newId(), service_id: service.id, urgency: "emergency", fields: {} });
  const consult = made.summary.id;
  await call(specialist, "POST", `/api/consults/${consult}/actions`, { type: "accept" });
  for (const person of [referrer, specialist]) {
    await person.page.goto(new URL(`/room/${consult}`, person.page.url()).href);
    await (await person.page.waitForSelector("[data-testid=join]")).click();
  }
  for (const person of [referrer, specialist]) await person.until(() => window.drawnAt.length > 20, null, 40_000);
  for (const person of [referrer, specialist]) {
    const { samples, concealed, frames, protocol } = await sample(person);
    console.log(`# ${person === referrer ? "Chromium" : "Firefox"}: ${frames} frames, ${samples} samples (${concealed} made up), ${protocol}`);
    assert.ok(frames > 20);
    assert.ok(samples - concealed > 24_000, "half a second of sound");
  }
});

test("each gets the other's picture as large as it is drawn", { skip }, async () => {
  for (const [name, person] of [["Chromium", referrer], ["Firefox", specialist]]) {
    console.log(`# ${name}: large, small, large again after ${(await lookAbout(person)).join(", ")} ms`);
  }
});

/** Runs in the page: frames sent by rid, once the server has reported on all (RFC 3550 § 6.4: on what comes alone). */
async function layers() {
  const connected = window.connections.findLast(({ connectionState }) => connectionState === "connected");
  const report = await connected.getStats();
  const sent = [...report.values()].filter(({ type, kind, rid }) => type === "outbound-rtp" && kind === "video" && rid);
  return sent.length === 3 && sent.every(({ remoteId }) => report.has(remoteId)) && sent.map(({ rid, framesSent }) => [rid, framesSent ?? 0]);
}

test("three sizes of each arrive at the server", { skip }, async () => {
  for (const [name, { page }] of [["Chromium", referrer], ["Firefox", specialist]]) {
    const sizes = Object.fromEntries(await (await page.waitForFunction(layers)).jsonValue());
    console.log(`# ${name} sends ${JSON.stringify(sizes)}`);
    assert.deepEqual(Object.keys(sizes).sort(), ["f", "h", "q"]);
    assert.ok(Object.values(sizes).every((frames) => frames > 0));
  }
});

test("nothing was complained of", { skip }, () => {
  assert.deepEqual(specialist.complaints, []);
  assert.deepEqual(referrer.foreign, []);
  assert.deepEqual(world.errors, []);
});
