// It rings while something else is open: the ring lies above it, and can be answered.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Demo, Person, PHONE, launchBrowser, newId } from "./harness.mjs";
import { call } from "./network.mjs";

let demo, browser, referrer, specialist;
const button = (name) => specialist.page.getByRole("button", { name, exact: true });

before(async () => {
  demo = await Demo.start();
  browser = await launchBrowser();
  referrer = await Person.arrive(browser, demo.links.referrer);
  specialist = await Person.arrive(browser, demo.links.specialist, { viewport: PHONE, touch: true });
  await referrer.page.waitForURL("**/refer/**");
  await specialist.page.waitForURL("**/oncall/**");
  await button("Bereitschaft starten").click();
  await specialist.page.getByText("Bereit", { exact: true }).waitFor();
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

async function request() {
  const services = await call(referrer, "GET", "/api/services");
  const service = services.find(({ name }) => name === "Schlaganfall-Neurologie");
  await call(referrer, "POST", "/api/consults", { id: newId(), service_id: service.id, urgency: "emergency", fields: {} });
  await specialist.page.locator(".ring").waitFor();
}

/** Until a press of a finger in its middle would reach it. */
async function onTop(locator) {
  const element = await locator.elementHandle();
  await specialist.until((wanted) => {
    const { left, top, width, height } = wanted.getBoundingClientRect();
    return !wanted.closest("[inert]") && wanted.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  }, element);
}

/** Presses of the first moment were meant for what lay under the ring, and answer nothing. */
const guardEnds = () => specialist.page.locator(".ring:not([data-guarded])").waitFor();

test("the ring lies above a menu that is unfolded, has the focus, and its own dialog lies above it", async () => {
  await button("Einstellungen").click();
  await specialist.page.locator(".popover").waitFor();
  await request();
  await specialist.until(() => document.activeElement?.closest(".ring") !== null);
  assert.equal(await specialist.page.evaluate(() => document.activeElement.tagName), "SECTION", "no button has the focus");
  await onTop(button("Annehmen"));
  // Escape answers nothing.
  await specialist.page.keyboard.press("Escape");
  await onTop(button("Annehmen"));
  await guardEnds();
  await button("Ablehnen").click();
  const reason = button("Gerade nicht möglich");
  await onTop(reason);
  await reason.click();
  await specialist.page.locator(".ring").waitFor({ state: "detached" });
  // What was open under it can be used again.
  await onTop(specialist.page.locator(".popover-body"));
  await specialist.page.locator(".popover-body").press("Escape");
  await specialist.page.locator(".popover").waitFor({ state: "detached" });
});

test("a dialog is open when it rings: the ring is accepted above it", async () => {
  await specialist.byId("check").click();
  await specialist.byId("check-dialog").waitFor();
  await request();
  await onTop(button("Annehmen"));
  await guardEnds();
  await button("Annehmen").click();
  await specialist.page.getByRole("link", { name: "Raum betreten" }).first().waitFor();
  await specialist.page.locator(".ring").waitFor({ state: "detached" });
});

test("nobody complained", () => {
  for (const person of [referrer, specialist]) assert.deepEqual(person.complaints, []);
  assert.deepEqual(demo.errors, []);
});
