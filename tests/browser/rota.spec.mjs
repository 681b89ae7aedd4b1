// A month is planned with the keyboard, in a browser that lives in another zone, and published; whoever has other duties
// is told on the phone, and nobody else; somebody falls ill.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { findings } from "./axe.mjs";
import { DESKTOP, Demo, PHONE, Person, launchBrowser } from "./harness.mjs";
import { press, tabTo } from "./keys.mjs";

/** Has first and second duty for stroke neurology in turns with others. */
const FALK = "Dr. Miriam Falk";
let demo, browser, coordinator, specialist;
/** The second duty's name, and a day of next month on which Falk has first duty from one hand-over to the next. */
let second, day;

before(async () => {
  demo = await Demo.start();
  browser = await launchBrowser();
  coordinator = await Person.arrive(browser, undefined, { timezone: "America/Los_Angeles" });
  await coordinator.page.goto(demo.links.coordinator);
  await coordinator.page.waitForURL("**/desk/**");
  specialist = await Person.arrive(browser, demo.links.specialist, { viewport: PHONE });
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const grid = () => coordinator.byId("rota-grid");
const button = (person, name) => person.page.getByRole("button", { name, exact: true }).first();
const link = (person, name) => person.page.getByRole("link", { name, exact: true });
const key = async (...keys) => { for (const each of keys) await coordinator.page.keyboard.press(each); };
const said = (text) => coordinator.until((part) => document.querySelector("[data-testid=rota-said]")?.textContent.includes(part), text);

/** Labels of the grid by row: what a screen reader would say of each cell. */
const cells = () => grid().evaluate((element) => [...element.querySelectorAll("[data-row]")].map((row) => ({
  name: row.querySelector("[role=rowheader] strong").textContent,
  days: [...row.querySelectorAll("[role=gridcell]")].map((cell) => cell.getAttribute("aria-label")),
})));

/** Waits until what a screen reader would say of that cell fits. */
async function cellSays(name, day, words, not = false) {
  await coordinator.until(([name, day, words, not]) => {
    const cell = [...document.querySelectorAll(`[data-cell$="/${day - 1}"]`)].find((each) => each.getAttribute("aria-label").startsWith(`${name}, `));
    return cell !== undefined && new RegExp(words).test(cell.getAttribute("aria-label")) !== not;
  }, [name, day, words, not]);
}

/** A finger upon the middle of it: the browser of this person has a mouse only. */
const tap = (target) => target.evaluate((element) => {
  const { x, y, width, height } = element.getBoundingClientRect();
  const at = { bubbles: true, clientX: x + width / 2, clientY: y + height / 2 };
  element.dispatchEvent(new PointerEvent("pointerdown", { ...at, pointerType: "touch" }));
  element.dispatchEvent(new MouseEvent("click", at));
});

/** By Tab into the grid, and by arrows to the cell. */
async function reach(name, day) {
  await tabTo(coordinator, grid().locator("[role=gridcell][tabindex='0']"));
  const [row, column] = await coordinator.page.evaluate(() => document.activeElement.dataset.cell.split("/").map(Number));
  const wanted = (await cells()).findIndex((each) => each.name === name);
  const go = async (by, less, more) => key(...Array(Math.abs(by)).fill(by < 0 ? less : more));
  await go(wanted - row, "ArrowUp", "ArrowDown");
  await go(day - 1 - column, "ArrowLeft", "ArrowRight");
  assert.match(await coordinator.page.evaluate(() => document.activeElement.getAttribute("aria-label")), new RegExp(`^${name}, .* ${day}\\. `));
}

test("the rota is a page of the desk, next month one press away", async () => {
  await press(coordinator, link(coordinator, "Dienstplan"));
  await grid().waitFor();
  await coordinator.page.getByRole("combobox", { name: "Dienst" }).selectOption({ label: "Schlaganfall-Neurologie · Schlaganfallverbund Auental" });
  await coordinator.page.waitForURL("**/desk/#/rota/**");
  await press(coordinator, button(coordinator, "Monat danach"));
  await coordinator.until(() => document.querySelector("[data-testid=rota-grid][aria-busy=false] .rota-bar-item"));
  const rows = await cells();
  second = rows.find(({ name }) => name.includes("Nowak")).name;
  const falk = rows.find(({ name }) => name === FALK).days;
  // A whole day of duty, with a day of duty on both sides.
  day = 1 + falk.findIndex((_, i) => i > 2 && i < 25 && [i - 1, i, i + 1, i + 2].every((each) => falk[each].includes("Erster Dienst")));
  assert.ok(day > 2, falk.join("\n"));
  await coordinator.shot("rota-month");
});

test("keys put somebody on duty, move it, make it longer, and take all of it back", async () => {
  await reach(second, day);
  await key("1");
  await said("Erster Dienst ab");
  // 08:00 on the wall of the service's zone, whatever the browser's is.
  await cellSays(second, day, "Erster Dienst \\(Rufbereitschaft\\), .* 08:00 bis .* 08:00");
  await key("Alt+ArrowRight");
  await said("Verschoben");
  await cellSays(second, day + 1, "Erster Dienst");
  await key("Shift+ArrowRight", "Shift+ArrowRight");
  await cellSays(second, day + 1, "Erster Dienst \\(Rufbereitschaft\\), .* 08:00 bis .* 10:00");
  await key("Control+z", "Control+z", "Control+z", "Control+z");
  await said("Rückgängig");
  await cellSays(second, day + 1, "Erster Dienst", true);
  // What the rotation has stays where it is, and the page says so instead of announcing a change.
  await reach(FALK, day);
  await key("Shift+ArrowLeft");
  await said("kommt aus der Rotation");
  await coordinator.page.getByText("kommt aus der Rotation").waitFor();
});

test("what is wrong is listed while it is drafted, and who would be told", async () => {
  await reach(second, day);
  await key("1");
  // On second duty in the same hours.
  await coordinator.byId("conflicts").getByText("Doppelt eingeteilt").first().waitFor();
  for (const name of [second, FALK]) await coordinator.byId("changes").getByText(name).waitFor();
  assert.equal(await coordinator.byId("changes").locator("> li").count(), 2);
  await coordinator.shot("rota-draft");
  assert.deepEqual(await findings(coordinator.page, "rota: draft"), []);
  // Both duties of the day can be reached by keys.
  await key("Enter");
  for (const name of ["Erster Dienst", "Zweiter Dienst"]) await coordinator.byId("rota-day").getByRole("button", { name }).first().waitFor();
  await coordinator.shot("rota-day");
  assert.deepEqual(await findings(coordinator.page, "rota: day"), []);
  await press(coordinator, coordinator.byId("rota-day").getByRole("button", { name: "Zweiter Dienst" }).first());
  await coordinator.byId("duty-save").waitFor();
  await key("Escape");
  await coordinator.until(() => document.activeElement.matches(".rota-cell"));
  await coordinator.page.setViewportSize(PHONE);
  await coordinator.shot("rota-phone");
  assert.deepEqual(await findings(coordinator.page, "rota: draft on a phone"), []);
  assert.ok(await coordinator.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "the grid scrolls, not the page");
  await tap(grid().locator("[data-row]").filter({ hasText: second }).locator(".rota-bar-item.is-override").first());
  await coordinator.byId("rota-day").getByRole("button", { name: "Zweiter Dienst" }).first().waitFor();
  await key("Escape");
  await coordinator.byId("rota-day").waitFor({ state: "detached" });
  await coordinator.page.setViewportSize(DESKTOP);
  assert.equal(await specialist.byId("duty-notes").count(), 0, "of a draft nobody is told");
});

test("it is published by keyboard, and whoever it concerns reads it on the phone", async () => {
  await press(coordinator, coordinator.byId("publish"));
  await coordinator.byId("publish-now").waitFor();
  await coordinator.shot("rota-publish");
  await press(coordinator, coordinator.byId("publish-now"));
  await said("Der Dienstplan gilt");
  await coordinator.byId("publish").waitFor({ state: "detached" });
  await specialist.byId("duty-notes").getByText("Entfällt:").waitFor();
  await specialist.shot("rota-note");
  await press(specialist, specialist.byId("notes-seen"));
  await specialist.byId("duty-notes").waitFor({ state: "detached" });
  await press(coordinator, button(coordinator, "Verlauf"));
  await coordinator.byId("rota-history").getByText("2 Personen betroffen").waitFor();
  await coordinator.shot("rota-history");
  await key("Escape");
});

test("a hand draws what keys do", async () => {
  const bar = grid().locator("[data-row]").filter({ hasText: second }).locator(".rota-bar-item.is-override").first();
  const { x, y, width, height } = await bar.boundingBox();
  const falk = await grid().locator("[data-row]").filter({ hasText: FALK }).boundingBox();
  await coordinator.page.mouse.move(x + width / 2, y + height / 2);
  await coordinator.page.mouse.down();
  await coordinator.page.mouse.move(x + width / 2, falk.y + falk.height / 2, { steps: 4 });
  await coordinator.page.mouse.up();
  await said(`Verschoben zu ${FALK}`);
  await cellSays(second, day, "Erster Dienst", true);
  await press(coordinator, coordinator.byId("discard"));
  await coordinator.byId("discard-now").waitFor();
  assert.deepEqual(await findings(coordinator.page, "rota: discard"), []);
  await press(coordinator, coordinator.byId("discard-now"));
  await cellSays(second, day, "Erster Dienst");
});

test("whoever falls ill says so in two presses, and the desk sees the gap", async () => {
  await press(coordinator, link(coordinator, "Tafel"));
  await press(specialist, specialist.byId("away"));
  await specialist.byId("absence-save").waitFor();
  await press(specialist, specialist.byId("absence-save"));
  await specialist.page.getByText("Niemand hat ersten Dienst").first().waitFor();
  await specialist.shot("rota-away");
  assert.deepEqual(await findings(specialist.page, "on call: absence"), []);
  await coordinator.page.getByText("Der erste Dienst ist jetzt nicht besetzt.").first().waitFor();
  await coordinator.shot("rota-gap-on-board");
  await specialist.page.keyboard.press("Escape");
  await press(specialist, button(specialist, "Zurücknehmen"));
  await coordinator.page.getByText("Der erste Dienst ist jetzt nicht besetzt.").first().waitFor({ state: "detached" });
});

test("duty is taken over in two presses, and the desk puts somebody else there again", async () => {
  const card = coordinator.page.getByRole("article").filter({ has: coordinator.page.getByRole("heading", { name: "Schlaganfall-Neurologie" }) });
  await press(coordinator, card.getByRole("button", { name: /^Jetzt ersetzen/ }));
  await coordinator.byId("substitutes").waitFor();
  await coordinator.shot("rota-replace");
  assert.deepEqual(await findings(coordinator.page, "desk: replace"), []);
  await press(coordinator, coordinator.byId("substitutes").locator("li").filter({ hasText: "Sommer" }).getByRole("button"));
  await coordinator.byId("replace").getByText("PD Dr. Henrik Sommer hat jetzt Dienst.").waitFor();
  await key("Escape");
  await card.locator(".duty-now").filter({ hasText: "Sommer" }).getByText("Erster Dienst").waitFor();
  await specialist.byId("duty-notes").getByText("Entfällt:").waitFor();
  await press(specialist, specialist.byId("notes-seen"));
  await press(specialist, specialist.byId("take-over"));
  await press(specialist, specialist.byId("take-over-now"));
  await specialist.page.getByText("Sie haben jetzt Dienst.").waitFor();
  await specialist.shot("rota-taken-over");
  await specialist.page.keyboard.press("Escape");
  await card.locator(".duty-now").filter({ hasText: FALK }).getByText("Erster Dienst").waitFor();
});

test("nobody's console complained, and nothing left the machine", () => {
  for (const person of [coordinator, specialist]) assert.deepEqual([person.complaints, person.foreign], [[], []]);
});
