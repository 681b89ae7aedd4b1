// A duty changes hands: asked on one phone, taken on another, approved at the desk, in force on both, and taken back; the
// pool is asked and the first of two has it; the coordinator asks for somebody who is sick; a calendar is subscribed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { findings } from "./axe.mjs";
import { Demo, PHONE, Person, launchBrowser } from "./harness.mjs";
import { press } from "./keys.mjs";

let demo, browser, falk, sommer, bianchi, coordinator;

async function phone(name, options = {}) {
  const person = await Person.arrive(browser, undefined, { viewport: PHONE, ...options });
  await person.page.goto(`http://127.0.0.1:${demo.port}/login`);
  const answer = await person.page.evaluate(async (email) => {
    const body = JSON.stringify({ email, password: "telekonsil-demo" });
    return (await fetch("/api/session", { method: "POST", headers: { "Content-Type": "application/json" }, body })).status;
  }, name);
  assert.equal(answer, 200, name);
  await person.page.goto(`http://127.0.0.1:${demo.port}/oncall/`);
  return person;
}

before(async () => {
  demo = await Demo.start();
  browser = await launchBrowser();
  falk = await Person.arrive(browser, demo.links.specialist, { viewport: PHONE });
  [sommer, bianchi] = [await phone("sommer@auenstadt.example"), await phone("bianchi@lindhall.example", { language: "en" })];
  coordinator = await Person.arrive(browser, demo.links.coordinator);
  await coordinator.page.waitForURL("**/desk/**");
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const swaps = (person) => person.byId("swap");
const swap = (person, text) => swaps(person).filter({ hasText: text });

/** Opens the form of the nth own duty. */
async function give(person, n) {
  await press(person, person.byId("give-away").nth(n));
  await person.byId("ask-swap").waitFor();
}

test("the desk wants to approve", async () => {
  await coordinator.page.getByRole("link", { name: "Dienstplan", exact: true }).click();
  await coordinator.page.getByRole("combobox", { name: "Dienst" }).selectOption({ label: "Schlaganfall-Neurologie · Schlaganfallverbund Auental" });
  await coordinator.page.getByText("Regeln für Tausch und Übergabe").click();
  await coordinator.page.getByText("Ein Tausch braucht die Zustimmung der Koordination").click();
  await press(coordinator, coordinator.byId("swap-rules-save"));
  await coordinator.page.getByText("Gespeichert.").waitFor();
});

test("a duty is asked of one colleague on the phone, with what it means, and taken", async () => {
  await give(falk, 0);
  const people = falk.byId("ask-swap").getByRole("checkbox");
  await falk.byId("ask-swap").getByText("PD Dr. Henrik Sommer").waitFor();
  assert.ok(await people.count() >= 3);
  await falk.shot("swap-ask");
  assert.deepEqual(await findings(falk.page, "on call: give away"), []);
  await falk.byId("ask-swap").getByText("PD Dr. Henrik Sommer").click();
  await press(falk, falk.byId("ask-people"));
  await falk.page.getByText("Gefragt. Sie erfahren es").waitFor();
  await press(falk, falk.page.locator(".dialog-close"));
  await falk.byId("ask-swap").waitFor({ state: "detached" });
  await sommer.byId("swaps-asked").getByText("Dr. Miriam Falk gibt ab").waitFor();
  await sommer.byId("duty-notes").getByText("Dr. Miriam Falk fragt: Übernehmen Sie?").waitFor();
  await sommer.byId("swaps-asked").scrollIntoViewIfNeeded();
  await sommer.shot("swap-asked");
  assert.deepEqual(await findings(sommer.page, "on call: asked of me"), []);
  await press(sommer, sommer.byId("swap-accept"));
  await swap(sommer, "wartet auf Zustimmung").waitFor();
});

test("the desk approves, it is in force on both phones, and is taken back", async () => {
  await swap(coordinator, "wartet auf Zustimmung").waitFor();
  await swap(coordinator, "wartet auf Zustimmung").scrollIntoViewIfNeeded();
  await coordinator.shot("swap-desk");
  assert.deepEqual(await findings(coordinator.page, "rota: swaps"), []);
  await press(coordinator, coordinator.byId("swap-approve"));
  for (const person of [falk, sommer]) await swap(person, "gilt").waitFor();
  await falk.byId("duty-notes").getByText("PD Dr. Henrik Sommer übernimmt von Dr. Miriam Falk.").waitFor();
  await falk.shot("swap-in-force");
  await press(falk, falk.byId("swap-undo"));
  await swap(falk, "gilt").waitFor({ state: "detached" });
  await sommer.byId("duty-notes").getByText("Der Tausch ist zurückgenommen.").waitFor();
});

test("of two of the pool who say yes the first has it, and the other reads that it is gone", async () => {
  await press(falk, falk.byId("notes-seen"));
  await give(falk, 0);
  await press(falk, falk.byId("ask-pool"));
  await falk.page.getByText("Gefragt. Sie erfahren es").waitFor();
  await press(falk, falk.page.locator(".dialog-close"));
  await falk.byId("ask-swap").waitFor({ state: "detached" });
  await bianchi.byId("swaps-asked").waitFor();
  await bianchi.byId("swaps-asked").scrollIntoViewIfNeeded();
  await bianchi.shot("swap-asked-en");
  assert.deepEqual(await findings(bianchi.page, "on call: asked, English"), []);
  await Promise.all([sommer, bianchi].map(async (person) => press(person, person.byId("swap-accept"))));
  await swap(falk, "wartet auf Zustimmung").waitFor();
  await coordinator.byId("swap-refuse").waitFor();
  await press(coordinator, coordinator.byId("swap-refuse"));
  await coordinator.page.getByLabel("Warum nicht?").fill("Zu viele Nächte");
  await press(coordinator, coordinator.byId("refuse-now"));
  await falk.byId("duty-notes").getByText("Die Koordination stimmt nicht zu.").waitFor();
  for (const person of [sommer, bianchi]) assert.equal(await person.byId("swap-accept").count(), 0);
});

test("a note goes to the next duty, duties to a calendar, absences come from a file", async () => {
  await falk.byId("hand-over").getByLabel("Notiz an den nächsten Dienst").fill("Telefon Klinik Nord gestört");
  await press(falk, falk.byId("hand-over-save"));
  await falk.byId("hand-over").getByText("Telefon Klinik Nord gestört").waitFor();
  await coordinator.byId("hand-over").getByText("Telefon Klinik Nord gestört").waitFor();
  await falk.byId("hand-over").scrollIntoViewIfNeeded();
  await falk.shot("hand-over");
  await press(falk, falk.byId("subscribe"));
  await press(falk, falk.byId("make-address"));
  const address = await falk.byId("address").textContent();
  const calendar = await falk.page.evaluate(async (url) => (await fetch(url)).text(), address.trim());
  assert.match(calendar, /BEGIN:VEVENT[^]*SUMMARY:1\. Dienst · Schlaganfall-Neurologie/);
  await falk.shot("calendar-address");
  assert.deepEqual(await findings(falk.page, "on call: calendar"), []);
  await falk.page.keyboard.press("Escape");
  await press(coordinator, coordinator.byId("feeds"));
  await coordinator.page.getByLabel("Bezeichnung").fill("Urlaubskalender");
  await coordinator.byId("feed-form").getByText("Datei", { exact: true }).click();
  const event = (n, who) => `BEGIN:VEVENT\r\nUID:${n}\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:${who}\r\nDTSTART;VALUE=DATE:${soon(30)}\r\nDTEND;VALUE=DATE:${soon(31)}\r\nEND:VEVENT\r\n`;
  const text = `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n${event(1, "Urlaub Henrik Sommer")}${event(2, "Dr. Unbekannt")}END:VCALENDAR\r\n`;
  await coordinator.byId("feed-file").setInputFiles({ name: "urlaub.ics", mimeType: "text/calendar", buffer: Buffer.from(text) });
  await press(coordinator, coordinator.byId("feed-preview"));
  await coordinator.byId("feed-effect").getByText("Abwesenheiten: 1 (1 neu").waitFor();
  await coordinator.byId("feed-effect").getByText("Dr. Unbekannt").waitFor();
  await coordinator.shot("feed-preview");
  assert.deepEqual(await findings(coordinator.page, "desk: feed"), []);
  await press(coordinator, coordinator.byId("feed-import"));
  await coordinator.page.getByText("Übernommen.").waitFor();
  await coordinator.page.keyboard.press("Escape");
});

const soon = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10).replaceAll("-", "");

test("nobody's console complained, and nothing left the machine", () => {
  // Whoever is second is told so by a 409, which the console repeats.
  const others = (person) => person.complaints.filter((line) => !/409/.test(line));
  for (const person of [falk, sommer, bianchi, coordinator]) assert.deepEqual([others(person), person.foreign], [[], []]);
});
