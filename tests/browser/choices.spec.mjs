// The other answers to a ring, folders dropped by hand, and the last button.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { findings } from "./axe.mjs";
import { Demo, Person, PHONE, launchBrowser } from "./harness.mjs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

let demo, browser, referrer, specialist;

before(async () => {
  demo = await Demo.start();
  browser = await launchBrowser();
  referrer = await Person.arrive(browser, demo.links.referrer);
  specialist = await Person.arrive(browser, demo.links.specialist, { viewport: PHONE, touch: true });
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

async function request() {
  const { page } = referrer;
  await page.goto(new URL("/refer/", page.url()).href);
  await page.getByRole("link", { name: "Neues Telekonsil" }).or(page.getByRole("button", { name: "Neues Telekonsil" })).first().click();
  await page.getByText("Notfall").first().click();
  await page.getByText("Schlaganfall-Neurologie").first().click();
  await page.getByRole("button", { name: "Jetzt klingeln lassen" }).click();
}

/** The ring screen ignores taps in its first moment: tap again until `done` is there. */
async function tap(name, done) {
  const button = specialist.page.getByRole("button", { name });
  await button.waitFor({ timeout: 30_000 });
  while (!(await done.isVisible())) await button.click({ timeout: 2_000 }).catch(() => {});
}

test("files dropped onto the page are sent", async () => {
  await request();
  const folder = path.join(demo.data, "demo-dicom");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".dcm")).slice(0, 3);
  const files = await Promise.all(names.map(async (name) => [name, (await readFile(path.join(folder, name))).toString("base64")]));
  const transfer = await referrer.page.evaluateHandle((list) => {
    const data = new DataTransfer();
    for (const [name, base64] of list)
      data.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name));
    return data;
  }, files);
  const zone = referrer.page.getByText("DICOM-Ordner oder -Dateien hierher ziehen").first().elementHandle();
  for (const type of ["dragenter", "dragover", "drop"]) await (await zone).dispatchEvent(type, { dataTransfer: transfer });
  await referrer.page.getByText("3 von 3 vollständig").first().waitFor({ timeout: 30_000 });
});

test("in five minutes: the requester reads it, the accept follows; the last button closes", async () => {
  const promised = specialist.page.getByText("Sie haben zugesagt");
  await tap("In 5 Minuten", promised);
  await specialist.shot("oncall-promised");
  await referrer.page.getByText("kommt in spätestens").first().waitFor();
  await referrer.shot("refer-promised");
  await specialist.page.getByRole("button", { name: "Jetzt annehmen" }).click();
  await referrer.page.getByText("hat angenommen").first().waitFor();
  const done = await specialist.page.evaluate(async () => {
    const { csrf_token: token } = await (await fetch("/api/session")).json();
    const [consult] = await (await fetch("/api/consults")).json();
    const answer = { findings: "x", assessment: "x", recommendation: "Beobachten", decision: "treat_here", limitations: "" };
    const sent = await fetch(`/api/consults/${consult.id}/report`, {
      method: "POST", headers: { "content-type": "application/json", "x-csrf-token": token },
      body: JSON.stringify({ answer, password: "telekonsil-demo", after_version: 0 }),
    });
    return sent.status;
  });
  assert.equal(done, 200);
  await referrer.page.getByRole("button", { name: "Gelesen und verstanden" }).click();
  await referrer.page.getByRole("button", { name: "Konsil abschließen" }).click();
  const dialog = referrer.page.getByRole("dialog");
  for (const answer of ["Ja", "Vorgehen bestätigt", "Vermieden", "Gut"]) await dialog.getByText(answer, { exact: true }).click();
  // An emergency was never held up by § 3(2); now the fields are missing, and it takes a reason to close without them.
  await dialog.getByLabel("Warum können sie nicht nachgetragen werden?").fill("Patient unbekannt verlegt.");
  await referrer.shot("refer-close-out");
  await dialog.getByRole("button", { name: "Abschließen", exact: true }).click();
  await referrer.page.getByText("Dieses Konsil ist abgeschlossen.").first().waitFor();
  await referrer.shot("refer-closed");
});

test("declined with a reason: the next one is rung at once", async () => {
  await request();
  const reason = specialist.page.getByRole("button", { name: "Gerade nicht möglich" });
  await tap("Ablehnen", reason);
  await specialist.shot("oncall-decline");
  await reason.click();
  await referrer.until(async () => {
    const [consult] = await (await fetch("/api/consults")).json();
    return consult.ringing.length === 1 && consult.ringing[0].name !== "Dr. Miriam Falk";
  });
});

test("the coordinator asks what if somebody were ill, weighs the rules, and has a decision computed again", async () => {
  const desk = await Person.arrive(browser, demo.links.coordinator);
  const { page } = desk;
  await page.getByRole("button", { name: "Auswahl: Schlaganfall-Neurologie" }).click();
  const first = page.locator(".what-if-steps li").first();
  await first.filter({ hasText: "Dr. Miriam Falk" }).waitFor();
  await desk.byId("what-if").locator("label", { hasText: "Dr. Miriam Falk" }).click();
  await first.filter({ hasText: "Dr. Katarzyna Nowak" }).waitFor();
  await desk.shot("desk-what-if");
  assert.deepEqual(await findings(page, "what if"), []);
  await page.getByText("Gewichte", { exact: true }).click();
  await page.getByLabel("Erster Dienst").fill("0");
  // Whoever was called out before would no longer come first.
  await desk.byId("weights-effect").filter({ hasText: /[1-9] von \d+ wären anders/ }).waitFor();
  await page.getByText("Die Reihenfolge der Wichtigkeit verschwimmt").or(page.getByText("Die Reihenfolge der Wichtigkeit bleibt")).first().waitFor();
  await page.getByLabel("Warum").fill("Last zählt mehr");
  await desk.shot("desk-weights");
  assert.deepEqual(await findings(page, "weights"), []);
  await page.getByRole("button", { name: "Gewichte speichern" }).click();
  await page.getByText("Gespeichert als Stand 1.").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("a.row-link").first().click();
  await page.getByRole("button", { name: "Nachrechnen" }).click();
  await page.getByText("nachgerechnet, gleich").first().waitFor();
  assert.deepEqual(desk.complaints, []);
  assert.deepEqual(demo.errors, []);
});
