// A month is planned by a proposal: wishes from a phone, a rotation made by keyboard, a proposal with its reasons that is
// taken into the draft, changed by hand and published.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { findings } from "./axe.mjs";
import { DESKTOP, Demo, PHONE, Person, launchBrowser } from "./harness.mjs";
import { choose, press, tabTo } from "./keys.mjs";

const FALK = "Dr. Miriam Falk";
const SOMMER = "PD Dr. Henrik Sommer";
const NOWAK = "Dr. Katarzyna Nowak";
const BIANCHI = "Dr. Luca Bianchi";
let demo, browser, coordinator, specialist;
/** Days of next month on which Falk can have no duty. */
const IMPOSSIBLE = [14, 15, 16];

before(async () => {
  demo = await Demo.start();
  browser = await launchBrowser();
  coordinator = await Person.arrive(browser, undefined, { timezone: "America/Los_Angeles" });
  await coordinator.page.goto(demo.links.coordinator);
  await coordinator.page.waitForURL("**/desk/**");
  specialist = await Person.arrive(browser, demo.links.specialist, { viewport: PHONE, touch: true });
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const key = async (...keys) => { for (const each of keys) await coordinator.page.keyboard.press(each); };
const said = (text) => coordinator.until((part) => document.querySelector("[data-testid=rota-said]")?.textContent.includes(part), text);
const day = (n) => specialist.byId("wish-calendar").locator(`[data-day$="-${String(n).padStart(2, "0")}"]`);
/** What a screen reader would say of somebody's day. */
const cell = (name, n, words) => coordinator.until(([name, n, words]) => {
  const of = [...document.querySelectorAll(`[data-cell$="/${n - 1}"]`)].find((each) => each.getAttribute("aria-label").startsWith(`${name}, `));
  return new RegExp(words).test(of?.getAttribute("aria-label") ?? "");
}, [name, n, words]);

test("wishes are tapped into a month on a phone, and written by keys as well", async () => {
  await specialist.byId("wishes").tap();
  await day(1).waitFor();
  await day(14).tap();
  await specialist.page.getByText("Zeitraum", { exact: false }).tap();
  await day(15).tap();
  await day(16).tap();
  assert.match(await day(16).getAttribute("aria-label"), /nicht möglich/);
  await day(22).focus();
  await specialist.page.keyboard.press("1");
  await specialist.page.keyboard.press("ArrowRight");
  await specialist.page.keyboard.press("2");
  assert.match(await day(22).getAttribute("aria-label"), /: gern/);
  assert.match(await day(23).getAttribute("aria-label"), /: lieber nicht/);
  await specialist.shot("wishes-phone");
  assert.deepEqual(await findings(specialist.page, "wishes"), []);
  assert.ok(await specialist.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await specialist.byId("wishes-save").tap();
  await specialist.page.getByText("Gespeichert.", { exact: true }).waitFor();
});

test("whoever plans sees them in the month", async () => {
  await coordinator.page.getByRole("link", { name: "Dienstplan", exact: true }).click();
  await coordinator.byId("rota-grid").waitFor();
  await coordinator.page.getByRole("combobox", { name: "Dienst" }).selectOption({ label: "Schlaganfall-Neurologie · Schlaganfallverbund Auental" });
  await press(coordinator, coordinator.page.getByRole("button", { name: "Monat danach", exact: true }));
  await coordinator.until(() => document.querySelector("[data-testid=rota-grid][aria-busy=false] .rota-bar-item"));
  await cell(FALK, 14, "Wunsch: nicht möglich");
  await cell(FALK, 22, "Wunsch: gern");
});

test("a rotation is made by keyboard, and the hand-overs that result are shown", async () => {
  await press(coordinator, coordinator.byId("fold-layers").locator("summary"));
  await press(coordinator, coordinator.byId("layer-add"));
  await said("Rotation hinzugefügt");
  const form = coordinator.byId("layer-form");
  await choose(coordinator, "Ebene", "Reservedienst");
  const who = form.getByRole("combobox", { name: "Person hinzufügen" });
  for (const name of [NOWAK, BIANCHI]) {
    await tabTo(coordinator, who);
    await coordinator.page.keyboard.type(name);
    await press(coordinator, coordinator.byId("layer-person-add"));
    await coordinator.byId("layer-people").getByText(name).waitFor();
    await tabTo(coordinator, form.locator("[data-place='0']"), { back: true });
  }
  await key("Alt+ArrowDown");
  await coordinator.until((name) => document.activeElement.getAttribute("aria-label") === `Platz 2: ${name}`, NOWAK);
  await coordinator.byId("layer-hand-overs").getByText(BIANCHI).first().waitFor();
  // What cannot be taken says so at its field and leaves the draft alone.
  await tabTo(coordinator, form.getByRole("spinbutton", { name: "Anzahl" }));
  await key("Control+a", "9", "9");
  await form.getByText("1 bis 52").waitFor();
  await key("Control+a", "1");
  await form.getByText("1 bis 52").waitFor({ state: "detached" });
  await coordinator.shot("layers");
  assert.deepEqual(await findings(coordinator.page, "rota: rotations"), []);
  await coordinator.page.setViewportSize(PHONE);
  await form.evaluate((element) => element.scrollIntoView({ behavior: "instant" }));
  await coordinator.shot("layers-phone");
  await coordinator.page.setViewportSize(DESKTOP);
  await press(coordinator, coordinator.byId("fold-fairness").locator("summary"));
  await coordinator.byId("fairness").getByText("Entwurf", { exact: true }).waitFor();
  await coordinator.shot("fairness");
});

test("a proposal says whom it has where and why, and keeps what is impossible", async () => {
  await press(coordinator, coordinator.byId("proposal-open"));
  await coordinator.byId("proposal-start").waitFor();
  await choose(coordinator, "Dienste", "jeden Tag 24 Stunden");
  // Second and backup duty stay as they are.
  for (const name of ["Zweiter Dienst", "Reservedienst"]) {
    const check = coordinator.byId("proposal").getByRole("checkbox", { name });
    if (await check.isChecked()) await press(coordinator, check, "Space");
  }
  await coordinator.shot("proposal-choices");
  await press(coordinator, coordinator.byId("proposal-start"));
  // Nobody is left where the one cannot and the other has had two days in a row: a gap is shown, and why.
  await coordinator.byId("proposal-gaps").getByText(`nicht möglich (Wunsch): ${FALK}`).first().waitFor();
  await coordinator.byId("proposal-gaps").getByText(`zu viele Tage hintereinander: ${SOMMER}`).first().waitFor();
  await coordinator.shot("proposal-gap");
  assert.deepEqual(await findings(coordinator.page, "proposal: gap"), []);
  await press(coordinator, coordinator.page.getByRole("button", { name: "Anders rechnen" }));
  await tabTo(coordinator, coordinator.page.getByRole("combobox", { name: "Diensttage hintereinander, höchstens" }));
  await key("3");
  await press(coordinator, coordinator.byId("proposal-start"));
  await coordinator.byId("proposal-reasons").waitFor();
  await coordinator.shot("proposal");
  await coordinator.page.setViewportSize(PHONE);
  await coordinator.shot("proposal-phone");
  await coordinator.page.setViewportSize(DESKTOP);
  const lines = await coordinator.byId("proposal-reasons").locator("li").allInnerTexts();
  for (const n of IMPOSSIBLE) {
    const line = lines.find((each) => new RegExp(`^\\S+ ${String(n).padStart(2, "0")}\\.`).test(each));
    assert.ok(line && !line.split("\n")[0].includes(FALK), line);
  }
  assert.ok(lines.some((each) => each.includes("hat es sich gewünscht")), lines.join("\n"));
});

test("it goes into the draft, is changed by hand, and is published", async () => {
  await press(coordinator, coordinator.byId("proposal-take"));
  await said("Der Vorschlag ist im Entwurf");
  await cell(FALK, 22, "Erster Dienst .* 08:00 bis .* 08:00");
  // On the 14th a duty may end in the morning.
  await cell(FALK, 15, "nicht möglich, kein Dienst");
  await coordinator.shot("proposal-draft");
  const row = await coordinator.page.evaluate((name) => [...document.querySelectorAll("[data-row]")].findIndex((each) => each.textContent.includes(name)), FALK);
  await coordinator.page.locator(`[data-cell="${row}/17"]`).focus();
  await key("1");
  await said(FALK);
  await cell(FALK, 18, "Erster Dienst");
  await coordinator.byId("publish").click();
  await coordinator.byId("publish-now").click();
  await said("Der Dienstplan gilt");
  await specialist.page.keyboard.press("Escape");
  await specialist.byId("duty-notes").getByText("Neu:").first().waitFor();
});

test("in English too", async () => {
  await coordinator.page.evaluate(() => localStorage.setItem("telekonsil.language", "en"));
  await coordinator.page.reload();
  await coordinator.byId("proposal-open").click();
  await coordinator.byId("proposal-start").getByText("Work out a proposal").waitFor();
  await coordinator.shot("proposal-english");
  assert.deepEqual(await findings(coordinator.page, "proposal: English"), []);
});

test("nobody's console complained, and nothing left the machine", () => {
  for (const person of [coordinator, specialist]) assert.deepEqual([person.complaints, person.foreign], [[], []]);
});
