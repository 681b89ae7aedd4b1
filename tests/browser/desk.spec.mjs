// The coordinator's desk: the wall at full size, a history as a file, the directory in and out as tables, the onboarding of
// a house, reports with plots; by keyboard, in both languages, and on a phone.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { findings } from "./axe.mjs";
import { DESKTOP, Demo, PHONE, Person, launchBrowser } from "./harness.mjs";
import { press } from "./keys.mjs";

const WALL = { width: 1920, height: 1080 };
/** Read from three metres: 28 px on a screen of 1920 × 1080, which is 0.8 cm high on 55 inches. */
const SMALLEST = 28;
let demo, browser, coordinator, admin;

before(async () => {
  demo = await Demo.start();
  browser = await launchBrowser();
  coordinator = await Person.arrive(browser, demo.links.coordinator);
  admin = await Person.arrive(browser, demo.links.admin);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const button = (person, name) => person.page.getByRole("button", { name, exact: true }).first();
const link = (person, name) => person.page.getByRole("link", { name, exact: true }).first();

/** What the link gives when it is pressed. */
async function download(person, target) {
  const [file] = await Promise.all([person.page.waitForEvent("download"), press(person, target)]);
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

test("the wall is read from three metres, says more than colours do, and keeps to the screen", async () => {
  const { page } = coordinator;
  await page.setViewportSize(WALL);
  await press(coordinator, link(coordinator, "Wandtafel"));
  await page.locator(".wall-row").first().waitFor();
  assert.equal(await page.locator(".wall-row").count(), 4);
  await coordinator.byId("wall-contact").getByText("Letzter Kontakt zum Server vor").waitFor();
  const small = await page.evaluate((least) => {
    const texts = [...document.querySelectorAll(".wall :is(h1, h2, p, dt, dd, li, strong, span, time)")];
    const own = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== "");
    const seen = texts.filter((element) => own(element) && !element.closest(".wall-tools, .visually-hidden"));
    return seen.filter((element) => parseFloat(getComputedStyle(element).fontSize) < least).map((element) => element.textContent);
  }, SMALLEST);
  assert.deepEqual(small, []);
  const rows = await page.locator(".wall-row").evaluateAll((all) => all.map((row) => ({
    light: row.dataset.light,
    sign: row.querySelector(".wall-sign").textContent,
    bottom: row.getBoundingClientRect().bottom,
    cut: row.scrollHeight > row.clientHeight + 1,
  })));
  const signs = { red: "✕", yellow: "!", green: "✓" };
  for (const row of rows) {
    assert.equal(row.sign, signs[row.light]);
    assert.ok(row.bottom <= WALL.height && !row.cut, JSON.stringify(rows));
  }
  await coordinator.shot("wall");
  assert.deepEqual(await findings(page, "wall"), []);
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
});

test("the wall says loudly when it is stale, and pages when there is no room", async () => {
  const { page } = coordinator;
  await page.setViewportSize({ width: 1920, height: 600 });
  await page.locator(".wall-page").getByText(/Seite \d von \d/).waitFor();
  assert.ok((await page.locator(".wall-row").count()) < 4);
  await page.setViewportSize(WALL);
  // The page's clock goes on for a minute in which nothing came.
  await page.evaluate(() => { const now = Date.now; Date.now = () => now() + 61_000; });
  await page.getByRole("alert").getByText("Diese Tafel ist veraltet").waitFor();
  await coordinator.shot("wall-stale");
  await page.setViewportSize(PHONE);
  await page.reload();
  await page.locator(".wall-row").first().waitFor();
  await coordinator.shot("wall-phone");
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the wall scrolls down only");
  await page.setViewportSize(DESKTOP);
  await press(coordinator, link(coordinator, "Zur Leitstelle"));
});

test("a house is begun step by step: who did what, and a test that rings one person", async () => {
  const { page } = coordinator;
  await press(coordinator, link(coordinator, "Verzeichnis"));
  await coordinator.byId("directory").getByText("Dr. Jana Ohlsen").first().waitFor();
  await page.getByRole("textbox", { name: "Suche" }).fill("tannbach wehrle");
  await coordinator.until(() => document.querySelectorAll(".house-line strong").length === 1);
  await coordinator.shot("directory");
  assert.deepEqual(await findings(page, "directory"), []);
  await press(coordinator, page.getByRole("link", { name: "Einführung: Krankenhaus Tannbach" }));
  await coordinator.byId("onboarding").waitFor();
  await press(coordinator, button(coordinator, "Erledigt: Rufnummern"));
  await page.locator("[data-step=phones]").getByText("Erledigt von Sabine Roth").waitFor();
  const step = page.locator("[data-step=test_escalation]");
  await step.getByRole("combobox", { name: "Dienst" }).selectOption({ label: "Schlaganfall-Neurologie" });
  await step.getByRole("combobox", { name: "Wen anklingeln" }).selectOption({ label: "PD Dr. Henrik Sommer · Universitätsklinikum Auenstadt" });
  await press(coordinator, coordinator.byId("ring-test"));
  await step.getByText("noch nicht angenommen").waitFor();
  await coordinator.shot("onboarding");
  assert.deepEqual(await findings(page, "onboarding"), []);
  await page.setViewportSize(PHONE);
  await coordinator.shot("onboarding-phone");
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await page.setViewportSize(DESKTOP);
});

test("a history leaves as CSV and PDF, to the second and without the patient", async () => {
  const { page } = coordinator;
  await press(coordinator, link(coordinator, "Tafel"));
  await page.locator(".badge-test").first().waitFor();
  await press(coordinator, page.locator(".consult-table .row-link").first());
  const csv = await download(coordinator, link(coordinator, "Als CSV"));
  assert.match(csv.name, /^Telekonsil-Verlauf-TK-[0-9A-F]{4}\.csv$/);
  const text = csv.bytes.toString("utf8");
  assert.match(text, /^\ufeffZeit \(UTC\);Ortszeit;Ereignis;Wer;Kanal\r\n\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ;/);
  assert.match(text, /Es klingelt bei PD Dr\. Henrik Sommer/);
  const pdf = await download(coordinator, link(coordinator, "Als PDF"));
  assert.equal(pdf.bytes.subarray(0, 5).toString(), "%PDF-");
  await coordinator.shot("history-files");
  await page.keyboard.press("Escape");
});

test("reports have a period, plots, tables and files", async () => {
  const { page } = coordinator;
  await press(coordinator, link(coordinator, "Berichte"));
  await page.getByRole("img", { name: "Gewichtete Stunden" }).waitFor();
  await page.getByRole("img", { name: "Unbesetzte Minuten" }).waitFor();
  await page.getByRole("region", { name: "Antwortzeiten" }).getByText("nichts zu berichten").waitFor();
  const file = await download(coordinator, link(coordinator, "Dienste und Ausgleich als CSV"));
  assert.match(file.bytes.toString("utf8"), /Dr\. Miriam Falk/);
  await coordinator.shot("reports");
  assert.deepEqual(await findings(page, "reports"), []);
  await page.getByRole("combobox", { name: "Zeitraum" }).selectOption("last_year");
  await page.getByRole("region", { name: "Dienste und Ausgleich" }).first().getByText("nichts zu berichten").waitFor();
  await page.setViewportSize(PHONE);
  await coordinator.shot("reports-phone");
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "tables scroll, not the page");
  await page.setViewportSize(DESKTOP);
  await press(coordinator, page.getByRole("button", { name: "EN – English" }));
  await page.getByRole("heading", { name: "Answer times" }).waitFor();
  await press(coordinator, link(coordinator, "Wall board"));
  await page.locator(".wall-row").first().waitFor();
  await page.setViewportSize(WALL);
  await coordinator.shot("wall-english");
});

const PEOPLE = `E-Mail;Name;Krankenhaus;Telefon;Rollen
neu@tannbach.example;Dr. Neu;Krankenhaus Tannbach;+49 7000 4000-9;anfordernd
halb@tannbach.example;Dr. Halb;Krankenhaus Tannbach;Pforte;anfordernd
fremd@nirgends.example;Dr. Fremd;Krankenhaus Nirgends;;anfordernd
`;

test("a table is checked line by line and written then", async () => {
  const { page } = admin;
  await press(admin, link(admin, "Häuser"));
  const tables = admin.byId("tables");
  await tables.locator("input[type=file]").setInputFiles({ name: "personen.csv", mimeType: "text/csv", buffer: Buffer.from(PEOPLE) });
  await press(admin, tables.getByRole("button", { name: "Prüfen" }));
  await tables.getByText("1 neu, 0 geändert, 0 unverändert, 2 fehlerhaft").waitFor();
  await tables.getByText("Eine Rufnummer wie").waitFor();
  await admin.shot("import");
  assert.deepEqual(await findings(page, "import"), []);
  await press(admin, tables.getByRole("button", { name: "Nur die guten Zeilen schreiben" }));
  await tables.getByText("Geschrieben.").waitFor();
  const file = await download(admin, tables.getByRole("link", { name: "Als CSV ausgeben" }));
  assert.match(file.bytes.toString("utf8"), /neu@tannbach\.example;Dr\. Neu;Krankenhaus Tannbach;;'\+49 7000 4000-9;referrer;/);
});

test("nobody's console complained, and nothing left the machine", () => {
  for (const person of [coordinator, admin]) assert.deepEqual([person.complaints, person.foreign], [[], []]);
});
