// The worker that seals pictures and sound dies in a call: the browser kills it without a word, or an error ends it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Demo, Person, launchBrowser, newId } from "./harness.mjs";
import { call, watch } from "./network.mjs";

let demo, browser, people, consult;

before(async () => {
  demo = await Demo.start();
  browser = await launchBrowser();
  people = [await Person.arrive(browser), await Person.arrive(browser)];
  const [referrer, specialist] = people;
  for (const [person, link, page] of [[referrer, demo.links.referrer, "**/refer/**"], [specialist, demo.links.specialist, "**/oncall/**"]]) {
    await person.context.addInitScript(watch);
    await person.page.goto(link);
    await person.page.waitForURL(page);
  }
  const service = (await call(referrer, "GET", "/api/services")).find(({ name }) => name === "Schlaganfall-Neurologie");
  const made = await call(referrer, "POST", "/api/consults", { id: newId(), service_id: service.id, urgency: "emergency", fields: {} });
  consult = made.summary.id;
  await call(specialist, "POST", `/api/consults/${consult}/actions`, { type: "accept" });
  for (const person of people) {
    await person.page.goto(new URL(`/room/${consult}`, person.page.url()).href);
    await person.byId("join").click();
  }
  await seenByAll();
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** The media worker of the page: the others decode images. */
async function mediaWorkers(person) {
  const workers = person.page.workers();
  const names = await Promise.all(workers.map((worker) => worker.evaluate(() => (self.onrtctransform ? Number.parseInt(self.name) : 0)).catch(() => 0)));
  return workers.filter((_, i) => names[i] > 0);
}

const frames = (person) => person.page.evaluate(() => Object.values(window.telekonsilDebug.framesDecoded).reduce((a, b) => a + b, 0));

/** Both are live and see new pictures. */
async function seenByAll() {
  for (const person of people) await person.until(() => window.telekonsilDebug?.phase === "live", null, 30_000);
  for (const person of people) {
    const before = await frames(person);
    await person.until((least) => Object.values(window.telekonsilDebug.framesDecoded).reduce((a, b) => a + b, 0) >= least, before + 20, 30_000);
  }
}

const WAYS = {
  "without a word": () => self.close(),
  "with an error": () => void setTimeout(() => { throw new Error("the end of this worker"); }),
};

for (const [how, end] of Object.entries(WAYS)) {
  test(`a worker that ends ${how} is replaced, and both see each other again in the same group`, async () => {
    const [referrer] = people;
    const before = await referrer.page.evaluate(() => ({ ...window.telekonsilDebug.encryption, made: window.connections.length }));
    const [worker] = await mediaWorkers(referrer);
    const number = await worker.evaluate(() => Number.parseInt(self.name));
    const since = Date.now();
    await worker.evaluate(end).catch(() => undefined);
    // Said at once, and nothing is left that could send.
    await referrer.until(() => document.querySelector('[data-testid="encryption-media-lost"]'), null, 10_000);
    const noticed = Date.now() - since;
    assert.equal(await referrer.page.evaluate((made) => window.connections[made - 1].connectionState, before.made), "closed");
    await referrer.until((made) => window.connections.length > made && window.telekonsilDebug.phase === "live", before.made, 30_000);
    const back = Date.now() - since;
    await seenByAll();
    const now = await referrer.page.evaluate(() => window.telekonsilDebug.encryption);
    assert.equal(now.generation, before.generation);
    assert.equal(now.status, "sealed");
    const workers = await mediaWorkers(referrer);
    assert.equal(workers.length, 1);
    assert.ok((await workers[0].evaluate(() => Number.parseInt(self.name))) > number, "a worker with a number of its own");
    await referrer.byId("encryption-media-lost").waitFor({ state: "detached" });
    console.log(`# ${how}: noticed after ${noticed} ms, live again after ${back} ms`);
  });
}

test("words that differ are remembered over a reload, and are gone once they agree", async () => {
  const [referrer] = people;
  await referrer.byId("encryption").click();
  await referrer.byId("words-differ").click();
  await referrer.page.reload();
  await seenByAll();
  await referrer.until(() => document.querySelector('[data-testid="encryption"].encryption-differs'));
  await referrer.byId("encryption").click();
  await referrer.byId("words-agree").click();
  await referrer.until(() => document.querySelector('[data-testid="encryption"].encryption-checked, [data-testid="encryption"]:not(.encryption-differs)'));
});

test("whoever signs in after somebody whose session ended has another key and own checks, and theirs are kept", async () => {
  const [referrer] = people;
  const kept = () =>
    referrer.page.evaluate(async () => {
      const open = indexedDB.open("telekonsil-device");
      const database = await new Promise((resolve) => (open.onsuccess = () => resolve(open.result)));
      const got = database.transaction("devices").objectStore("devices").get("member");
      const device = await new Promise((resolve) => (got.onsuccess = () => resolve(got.result)));
      database.close();
      const checks = Object.fromEntries(Object.entries(localStorage).filter(([name]) => name.startsWith("telekonsil-checks")));
      return { owner: device?.owner, key: String(device?.publicKey), checks, authority: localStorage.getItem("telekonsil-authority") };
    });
  const before = await kept();
  const me = (await call(referrer, "GET", "/api/session")).person.id;
  assert.equal(before.owner, me);
  assert.deepEqual(Object.keys(before.checks), [`telekonsil-checks.${me}`]);
  assert.equal(JSON.parse(before.checks[`telekonsil-checks.${me}`]).checks.length, 1);
  assert.ok(before.authority);
  // As if somebody else had been signed in here until the session ended.
  const other = newId();
  await referrer.page.evaluate(async ([me, other]) => {
    const open = indexedDB.open("telekonsil-device");
    const database = await new Promise((resolve) => (open.onsuccess = () => resolve(open.result)));
    const change = database.transaction("devices", "readwrite");
    const store = change.objectStore("devices");
    const got = store.get("member");
    got.onsuccess = () => store.put({ ...got.result, owner: other }, "member");
    await new Promise((resolve) => (change.oncomplete = resolve));
    database.close();
    localStorage.setItem(`telekonsil-checks.${other}`, localStorage.getItem(`telekonsil-checks.${me}`));
    localStorage.removeItem(`telekonsil-checks.${me}`);
  }, [me, other]);
  await referrer.page.reload();
  await seenByAll();
  const after = await kept();
  assert.notEqual(after.key, before.key);
  const theirs = before.checks[`telekonsil-checks.${me}`];
  assert.deepEqual([after.owner, after.checks, after.authority], [me, { [`telekonsil-checks.${other}`]: theirs }, before.authority]);
  // What they compared is not shown as this one's.
  await referrer.until(() => document.querySelector('[data-testid="encryption"]:not(.encryption-checked)'));
});
