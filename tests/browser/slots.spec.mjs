// Elective consults by appointment: the desk says when, two tabs want one slot, the specialist says yes on an English
// phone, the time is moved, and a consult that waits is placed by the desk and confirmed by both.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { findings } from "./axe.mjs";
import { Demo, PHONE, Person, launchBrowser } from "./harness.mjs";
import { press, tabTo } from "./keys.mjs";

const FALK = "Dr. Miriam Falk";
let demo, browser, referrer, specialist, coordinator;
/** The second tab of the same browser. */
let second;

before(async () => {
  demo = await Demo.start();
  browser = await launchBrowser();
  [referrer, specialist, coordinator] = await Promise.all([
    Person.arrive(browser, demo.links.referrer),
    Person.arrive(browser, demo.links.specialist, { viewport: PHONE, language: "en" }),
    Person.arrive(browser, demo.links.coordinator),
  ]);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const button = (page, name) => page.getByRole("button", { name, exact: true }).first();
const clean = async (page, where) => assert.deepEqual(await findings(page, where), []);
const slot = (page) => page.locator(".slot", { hasText: FALK }).first();
const heading = (page, name) => page.getByRole("heading", { name, exact: true }).first().waitFor();

/** The form of an elective request, as far as the choice of when. */
async function elective(page) {
  await page.goto(new URL("/refer/#/new", page.url()).href);
  await page.getByText("Elektiv").first().click();
  await page.getByText("Schlaganfall-Neurologie").first().click();
  await page.getByLabel("Fragestellung").first().fill("Verlaufskontrolle nach Lyse?");
}

test("the desk says when the service can be booked, by keyboard", async () => {
  const { page } = coordinator;
  await page.getByRole("link", { name: "Termine", exact: true }).click();
  await page.getByRole("combobox", { name: "Dienst" }).selectOption({ label: "Schlaganfall-Neurologie" });
  await press(coordinator, button(page, "Termine anbieten"));
  for (const [label, value] of [["Von (Uhrzeit)", "00:00"], ["Bis (Uhrzeit)", "00:00"], ["Dauer in Minuten", "50"], ["Termine je Tag und Person", "24"]]) {
    await page.getByRole("textbox", { name: label }).fill(value);
  }
  for (const day of ["Sa", "So"]) await page.getByText(day, { exact: true }).click();
  await clean(page, "desk hours");
  await coordinator.shot("slots-hours");
  await press(coordinator, button(page, "Speichern"));
  await page.getByText("50 Minuten, dazu 0 davor und 10 danach").waitFor();
});

test("of two tabs one gets the slot, the other one a sentence and what is free", async () => {
  const { page } = referrer;
  second = await referrer.context.newPage();
  await second.goto(page.url());
  for (const tab of [page, second]) {
    await elective(tab);
    await tab.getByText("Zu einem Termin").click();
    await slot(tab).click();
  }
  await clean(page, "request with slots");
  await referrer.shot("slots-pick");
  const wanted = await slot(page).innerText();
  await tabTo(referrer, button(page, "Termin anfragen"));
  await page.keyboard.press("Enter");
  await heading(page, "Termin angefragt");
  await button(second, "Termin anfragen").click();
  await second.getByText("Dieser Termin ist nicht mehr frei. Bitte wählen Sie einen anderen.").waitFor();
  assert.equal(await second.locator(".slot[data-selected]").count(), 0, "nothing is chosen any more");
  assert.notEqual(await slot(second).innerText(), wanted, "and the slot is not in the list");
  await second.screenshot({ path: `${process.env.TELEKONSIL_SHOTS ?? "/tmp"}/slots-taken.png` });
  await slot(second).click();
  await button(second, "Termin anfragen").click();
  await heading(second, "Termin angefragt");
  await second.close();
});

test("the specialist says yes on the phone, and the house that asks reads it", async () => {
  const { page } = specialist;
  await heading(page, "My appointments");
  await clean(page, "phone");
  await button(page, "Confirm the appointment").scrollIntoViewIfNeeded();
  await specialist.shot("slots-phone");
  await button(page, "Confirm the appointment").click();
  await page.getByText("Confirmed.").first().waitFor();
  await heading(referrer.page, "Termin bestätigt");
  await clean(referrer.page, "booked");
  await referrer.shot("slots-booked");
});

test("a moved time is asked for again", async () => {
  const { page } = referrer;
  await button(page, "Termin verlegen").click();
  const dialog = page.getByRole("dialog");
  await dialog.locator(".slot", { hasText: FALK }).nth(2).click();
  await clean(page, "move");
  await referrer.shot("slots-move");
  await dialog.getByRole("button", { name: "Termin buchen" }).click();
  await heading(page, "Termin angefragt");
  await specialist.until(() => document.querySelectorAll(".appointment.is-asked").length === 2);
});

test("who waits is placed by the desk, and both say yes", async () => {
  const { page } = referrer;
  await elective(page);
  await page.getByText("Wann es passt, bis zur Frist").click();
  await button(page, "Auf Termin warten").click();
  await heading(page, "Wartet auf einen Termin");
  await referrer.shot("slots-waits");
  const desk = coordinator.page;
  await button(desk, "Neu berechnen").click();
  await desk.locator(".placement").first().waitFor();
  await clean(desk, "desk batch");
  await coordinator.shot("slots-batch");
  await press(coordinator, button(desk, "Einen Vorschlag senden"));
  await desk.getByText("Ein Vorschlag ist gesendet.").waitFor();
  await heading(page, "Terminvorschlag");
  await referrer.shot("slots-proposed");
  await button(page, "Termin zusagen").click();
  await heading(page, "Termin angefragt");
  const asked = specialist.page.locator(".appointment.is-asked");
  await specialist.until(() => document.querySelectorAll(".appointment.is-asked").length === 3);
  // Whichever stands where: the page of the house tells when it was this one.
  while ((await asked.count()) > 0) {
    const before = await asked.count();
    await asked.first().getByRole("button", { name: "Confirm the appointment" }).click();
    await specialist.until((n) => document.querySelectorAll(".appointment.is-asked").length < n, before);
  }
  await heading(page, "Termin bestätigt");
  for (const person of [referrer, specialist, coordinator]) {
    // The slot that was gone is refused, and browsers write that down.
    assert.deepEqual(person.complaints.filter((line) => !line.includes("409")), []);
    assert.deepEqual(person.foreign, []);
  }
});
