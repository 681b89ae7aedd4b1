// A ring goes through a push service into a phone whose app is closed: sealed by the server, opened by Firefox, shown by
// the service worker, and its receipt stands in the consult's deliveries.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, test } from "node:test";
import puppeteer from "puppeteer-core";
import { Autopush } from "./autopush.mjs";
import { PHONE, freePort, newId } from "./harness.mjs";
import { World, call } from "./network.mjs";

const FIREFOX = process.env.FIREFOX ?? "/usr/bin/firefox-esr";
const skip = !existsSync(FIREFOX) && "firefox-esr is not installed";
const PATIENT = "Mustermann-Geheim";

let push, world, firefox, referrer, specialist;

async function arrive(url, path) {
  const page = await firefox.newPage();
  const person = { page, complaints: [] };
  page.on("pageerror", (error) => person.complaints.push(error.message));
  await page.setViewport(PHONE);
  await page.goto(url);
  await page.waitForFunction((wanted) => location.pathname.startsWith(wanted), {}, path);
  return person;
}

before(async () => {
  if (skip) return;
  push = await Autopush.start(await freePort());
  world = await World.start({
    direct: "127.0.0.1",
    turn: `[egress]\nhosts = ["${push.origin}"]\nprivate = ["127.0.0.1/32"]\n[push]\ncontact = "mailto:it@example.org"`,
  });
  firefox = await puppeteer.launch({
    browser: "firefox", executablePath: FIREFOX, headless: true,
    extraPrefsFirefox: {
      "dom.push.enabled": true, "dom.push.connection.enabled": true, "dom.push.serverURL": `ws://127.0.0.1:${push.port}/`,
      "dom.push.testing.allowInsecureServerURL": true, "permissions.default.desktop-notification": 1,
      "alerts.useSystemBackend": false, "media.navigator.streams.fake": true, "media.navigator.permission.disabled": true,
    },
  });
  referrer = await arrive(world.links.referrer, "/refer");
  specialist = await arrive(world.links.specialist, "/oncall");
});

after(async () => {
  await firefox?.close();
  await world?.stop();
  await push?.stop();
});

/** What is shown, from a page of the same house that is not the app. */
const shown = () => specialist.page.evaluate(async () => {
  const registration = await navigator.serviceWorker.getRegistration("/oncall/");
  return (await registration.getNotifications()).map(({ title, body, tag, data }) => ({ title, body, tag, url: data.url }));
});

/** Asks again until `check` finds something. */
async function until(check) {
  for (let end = Date.now() + 15_000; ; ) {
    const found = await check();
    if (found) return found;
    assert.ok(Date.now() < end, `it did not come: ${check}`);
  }
}

test("a press on the button subscribes this device", { skip }, async () => {
  const { page } = specialist;
  await (await page.waitForSelector("[data-testid=push-enable]")).click();
  await page.waitForFunction(async () => {
    const settings = await (await fetch("/api/me/channels")).json();
    return settings.devices.length === 1;
  }, { timeout: 15_000, polling: 100 });
  assert.equal(push.channels.size, 1);
});

test("a ring wakes the phone while the app is closed, and its receipt comes back", { skip }, async () => {
  // Away from the app: only its service worker is left.
  await specialist.page.goto(new URL("/login", specialist.page.url()).href);
  const service = (await call(referrer, "GET", "/api/services")).find(({ name }) => name === "Schlaganfall-Neurologie");
  const { summary } = await call(referrer, "POST", "/api/consults", {
    id: newId(), service_id: service.id, urgency: "emergency", fields: { family_name: PATIENT, question: "Lyse?" },
  });
  const delivered = await until(async () => {
    const [ring] = await call(referrer, "GET", `/api/consults/${summary.id}/deliveries`);
    return ring?.channels.find(({ channel, delivered_at }) => channel === "push" && delivered_at);
  });
  console.log(`# delivered ${delivered.delivered_at - delivered.queued_at} ms after it was queued, sent after ${delivered.sent_at - delivered.queued_at}`);
  const [note] = await until(async () => { const all = await shown(); return all.length > 0 && all; });
  assert.match(note.title, /Notfall · Schlaganfall-Neurologie/);
  assert.match(note.body, /Krankenhaus/);
  // Sealed on its way, and without the patient at its end.
  for (const { headers, body } of push.posts) {
    assert.equal(headers["content-encoding"], "aes128gcm");
    assert.match(headers.authorization, /^vapid /);
    for (const word of ["Schlaganfall", "Krankenhaus", summary.id]) assert.ok(!body.includes(word));
  }
  assert.ok(!JSON.stringify(note).includes(PATIENT));
  await call(referrer, "POST", `/api/consults/${summary.id}/actions`, { type: "cancel", reason: "Probe" });
  await until(async () => (await shown()).length === 0);
});

test("the self-test says how fast a push came back", { skip }, async () => {
  const { page } = specialist;
  await page.goto(new URL("/oncall/#/self-test", page.url()).href);
  await page.waitForSelector("[data-testid=test-push][data-state=back]", { timeout: 15_000 });
  const test = await page.evaluate(async () => (await fetch("/api/me/self-test")).json());
  console.log(`# self-test: back after ${test.push_ms} ms`);
  assert.ok(test.push_ms >= 0 && !test.push_fault);
});

test("turned off, the device is forgotten by the server and by the push service", { skip }, async () => {
  const { page } = specialist;
  await page.goto(new URL("/oncall/#/device", page.url()).href);
  await page.reload();
  await (await page.waitForSelector("[data-testid=push][data-state=on] button")).click();
  await page.waitForSelector("[data-testid=push][data-state=off]");
  assert.deepEqual((await call(specialist, "GET", "/api/me/channels")).devices, []);
  await until(() => push.channels.size === 0);
});

test("nothing was complained of", { skip }, () => {
  for (const person of [referrer, specialist]) assert.deepEqual(person.complaints, []);
  assert.deepEqual(world.errors, []);
});
