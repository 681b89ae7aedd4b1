// The on-call app on a phone without a network: it opens, tells duties and numbers, keeps an answer and says what became
// of it. Chromium's network is turned off, for pages and service worker alike.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { findings } from "./axe.mjs";
import { Demo, Person, PHONE, launchBrowser, newId } from "./harness.mjs";
import { call } from "./network.mjs";

let demo, browser, referrer, specialist, service;
const wrong = [];

before(async () => {
  demo = await Demo.start();
  browser = await launchBrowser();
  referrer = await Person.arrive(browser, demo.links.referrer);
  specialist = await Person.arrive(browser, demo.links.specialist, { viewport: PHONE, touch: true });
  await Promise.all([referrer.page.waitForURL("**/refer/**"), specialist.page.waitForURL("**/oncall/**")]);
  service = (await call(referrer, "GET", "/api/services")).find(({ name }) => name === "Schlaganfall-Neurologie");
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

const at = (hash, person = specialist) => person.page.evaluate((to) => { location.hash = to; }, hash);
const fate = (state) => specialist.page.locator(`[data-testid=fate][data-state=${state}]`);
const look = async (person, where) => {
  await person.shot(`offline-${where}`);
  wrong.push(...(await findings(person.page, where)));
};

/** Rings; back once a press would answer. */
async function ring(person = specialist) {
  const { summary } = await call(referrer, "POST", "/api/consults", { id: newId(), service_id: service.id, urgency: "emergency", fields: {} });
  await person.page.locator(".ring:not([data-guarded])").waitFor();
  return summary.id;
}

test("the app opens without a network and tells duties and telephone numbers", async () => {
  const { page, context } = specialist;
  await page.evaluate(() => navigator.serviceWorker.ready);
  // What is kept is kept once duties and numbers are there.
  await specialist.until(() => JSON.parse(localStorage.getItem("telekonsil.offline") ?? "null")?.contacts);
  await context.setOffline(true);
  await page.reload();
  await page.getByText("Im Dienst bis").waitFor();
  await specialist.byId("offline").waitFor();
  await specialist.until(() => /vor \d+ s/.test(document.querySelector("[data-testid=last-contact]")?.textContent ?? ""));
  await look(specialist, "home");
  await at("#/contacts");
  await specialist.byId("contacts").locator("a[href^='tel:']").first().waitFor();
  await look(specialist, "contacts");
  await at("#/");
});

test("what the phone keeps are the app's own files and no answer of the server", async () => {
  const kept = await specialist.page.evaluate(async () => {
    const names = await caches.keys();
    const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map(({ url }) => new URL(url).pathname);
  });
  assert.ok(kept.includes("/oncall/") && kept.length > 10);
  assert.deepEqual(kept.filter((path) => !/^\/(oncall\/|assets\/|versions$)/.test(path)), []);
});

test("back in the network it is the live app again", async () => {
  await specialist.context.setOffline(false);
  await specialist.byId("offline").waitFor({ state: "detached" });
  await specialist.page.locator(".connection").waitFor({ state: "detached" });
});

test("an answer without a network is kept, sent, and its fate is told", async () => {
  const consult = await ring();
  await specialist.context.setOffline(true);
  await look(specialist, "ring");
  await specialist.page.getByRole("button", { name: "Annehmen", exact: true }).click();
  await fate("waiting").waitFor();
  await specialist.page.locator(".ring").waitFor({ state: "detached" });
  await look(specialist, "waiting");
  assert.equal((await call(referrer, "GET", `/api/consults/${consult}`)).summary.state, "ringing");
  await specialist.context.setOffline(false);
  await fate("done").waitFor();
  assert.match(await fate("done").innerText(), /Gesendet \d\d:\d\d:\d\d: angenommen/);
  assert.equal((await call(referrer, "GET", `/api/consults/${consult}`)).summary.state, "accepted");
  await look(specialist, "done");
  await fate("done").getByRole("button", { name: "Verstanden" }).click();
  await fate("done").waitFor({ state: "detached" });
  await call(referrer, "POST", `/api/consults/${consult}/actions`, { type: "cancel", reason: "Probe" });
});

test("an answer that comes too late says so", async () => {
  const consult = await ring();
  await specialist.context.setOffline(true);
  await specialist.page.getByRole("button", { name: "In 5 Minuten", exact: true }).click();
  await fate("waiting").waitFor();
  await call(referrer, "POST", `/api/consults/${consult}/actions`, { type: "cancel", reason: "Probe" });
  await specialist.context.setOffline(false);
  await fate("late").waitFor();
  assert.match(await fate("late").innerText(), /Zu spät/);
  await fate("late").getByRole("button", { name: "Verstanden" }).click();
});

test("after an accept the images are loaded ahead, within the budget, and the viewer finds them", async () => {
  const [study] = await call(referrer, "GET", "/api/studies");
  const consult = await ring();
  await call(referrer, "POST", `/api/consults/${consult}/actions`, { type: "attach_study", study_id: study.id });
  await specialist.page.evaluate(() => localStorage.setItem("telekonsil.prefetch", JSON.stringify({ prefetch: 5 })));
  await specialist.page.getByRole("button", { name: "Annehmen", exact: true }).click();
  const line = specialist.page.locator("[data-testid=prefetch][data-state=budget]");
  await line.waitFor();
  const [, loaded] = /geladen bis zur Grenze: (\d+(?:,\d)?) von 5 MB/.exec(await line.innerText());
  const megabytes = Number(loaded.replace(",", "."));
  assert.ok(megabytes > 3 && megabytes <= 5, `${loaded} of 5 MB`);
  const again = await specialist.page.evaluate(async (accept) => {
    const frame = performance.getEntriesByType("resource").find(({ name }) => name.includes("/frames/"));
    performance.clearResourceTimings();
    await (await fetch(frame.name, { headers: { Accept: accept } })).arrayBuffer();
    return performance.getEntriesByName(frame.name).map(({ transferSize, encodedBodySize }) => [transferSize, encodedBodySize > 0]);
  }, "multipart/related; type=application/octet-stream; transfer-syntax=*");
  assert.deepEqual(again, [[0, true]], "from the cache, not from the network");
  await look(specialist, "prefetch");
  await at("#/call-outs");
  await specialist.byId("call-outs").locator("li").first().waitFor();
  await look(specialist, "call-outs");
  await at("#/");
  await call(referrer, "POST", `/api/consults/${consult}/actions`, { type: "cancel", reason: "Probe" });
});

test("a second call while one rings is in sight, and goes to the next duty", async () => {
  await ring();
  const second = await call(referrer, "POST", "/api/consults", { id: newId(), service_id: service.id, urgency: "urgent", fields: { question: "Lyse?" } });
  const others = specialist.byId("ring-others");
  await others.waitFor();
  await look(specialist, "queue");
  await others.getByRole("button").click();
  await others.waitFor({ state: "detached" });
  const { rings } = await call(referrer, "GET", `/api/consults/${second.summary.id}`);
  assert.equal(rings[0].outcome, "passed_on");
});

test("a device manager's address sets what it names; in English, at night", async () => {
  const english = specialist;
  await english.page.goto(new URL("/oncall/#preset=language=en&theme=dark&volume=60&prefetch=120&colour=red", english.page.url()).href);
  await english.page.getByText("Settings taken over").waitFor({ state: "attached" });
  const text = await english.byId("preset").innerText();
  assert.match(text, /Language: English[\s\S]*Colours: Dark[\s\S]*Volume: 60 %[\s\S]*Wi-Fi: 120 MB[\s\S]*colour=red/);
  await look(english, "ring-english");
});

test("a link of a message that is used up leads to the app", async () => {
  const reader = await Person.arrive(browser, new URL("/answer/#AAAAAAAAAAAAAAAAAAAAAAAA", specialist.page.url()).href, { viewport: PHONE });
  await reader.byId("answer").getByRole("link", { name: "App öffnen" }).waitFor();
  await reader.page.getByRole("alert").waitFor();
  assert.ok(!reader.page.url().includes("#"), "the token has left the address");
  await look(reader, "answer");
});

test("nothing serious is wrong with these screens, and nobody complained", () => {
  assert.deepEqual(wrong, []);
  const heard = [referrer, specialist].flatMap(({ complaints }) => complaints).filter((line) => !/ERR_INTERNET_DISCONNECTED|ERR_NETWORK_CHANGED|409 \(/.test(line));
  assert.deepEqual(heard, []);
  assert.deepEqual(demo.errors, []);
});
