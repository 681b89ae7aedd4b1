// Firefox ESR and Chromium in one room: each sees and hears the other, and each sends its picture in three sizes.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { after, before, test } from "node:test";
import puppeteer from "puppeteer-core";
import { DESKTOP, launchBrowser, newId } from "./harness.mjs";
import { World, call, sample, watch } from "./network.mjs";

const FIREFOX = process.env.FIREFOX ?? "/usr/bin/firefox-esr";
/** Firefox makes no connection to a loopback address: its ICE leaves that interface out. */
const address = Object.values(networkInterfaces()).flat().find(({ family, internal }) => family === "IPv4" && !internal)?.address;
const skip = !existsSync(FIREFOX) ? "firefox-esr is not installed" : !address && "this machine has no address but loopback";

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

test("both send three sizes", { skip }, async () => {
  for (const person of [referrer, specialist]) {
    const sizes = await person.page.evaluate(async () => {
      const connected = window.connections.findLast(({ connectionState }) => connectionState === "connected");
      const report = await connected.getStats();
      const sent = [...report.values()].filter(({ type, kind, rid }) => type === "outbound-rtp" && kind === "video" && rid);
      return sent.map(({ rid, framesSent }) => ({ rid, framesSent: framesSent ?? 0 }));
    });
    console.log(`# ${person === referrer ? "Chromium" : "Firefox"} sends ${JSON.stringify(sizes)}`);
    assert.equal(new Set(sizes.map(({ rid }) => rid)).size, 3);
    assert.ok(sizes.some(({ framesSent }) => framesSent > 0));
  }
});

test("nothing was complained of", { skip }, () => {
  assert.deepEqual(specialist.complaints, []);
  assert.deepEqual(referrer.foreign, []);
  assert.deepEqual(world.errors, []);
});
