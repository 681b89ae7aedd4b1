// A coordinator changes how a service rings, by keyboard, and sees beside it who would be rung when.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { findings } from "./axe.mjs";
import { Demo, PHONE, Person, launchBrowser } from "./harness.mjs";
import { press } from "./keys.mjs";

const FALK = "Dr. Miriam Falk";
const NOWAK = "Dr. Katarzyna Nowak";
let demo, browser, coordinator;

before(async () => {
  demo = await Demo.start();
  browser = await launchBrowser();
  coordinator = await Person.arrive(browser, demo.links.coordinator);
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

const button = (name) => coordinator.page.getByRole("button", { name, exact: true });
const rungs = () => coordinator.page.locator(".policy-course li").allInnerTexts();
/** The course has come to say this. */
const says = (...parts) => coordinator.until((parts) => {
  const lines = [...document.querySelectorAll(".policy-course li")].map((line) => line.textContent);
  return parts.every((part) => lines.some((line) => line.includes(part)));
}, parts);
const shot = (name) => coordinator.shot(name);

test("the dry run says who rings when until the alarm", async () => {
  await press(coordinator, button("Eskalation: Schlaganfall-Neurologie"));
  await says(FALK, NOWAK, "niemand hat angenommen");
  const lines = await rungs();
  // Request, two rounds of three steps, alarm.
  assert.equal(lines.length, 8, lines.join("\n"));
  assert.match(lines[1], new RegExp(`^\\d\\d:\\d\\d:\\d\\d ${FALK} .*1\\. Dienst|${FALK}`));
  assert.deepEqual(await findings(coordinator.page, "escalation"), []);
  await shot("policy-desktop");
});

test("a step beside the one before and an alarm on the way show at once, and are saved with a reason", async () => {
  const second = coordinator.page.getByRole("group", { name: "Schritt 2" });
  await second.getByText("Neben dem Schritt davor, nach … Sekunden").click();
  await coordinator.page.getByRole("group", { name: "Schritt 2" }).getByLabel("Noch jemand").selectOption({ label: "Alarm an die Leitstelle" });
  await says("es klingelt weiter");
  await press(coordinator, button("Schritt hinzufügen"));
  await press(coordinator, button("Schritt 4 nach oben"));
  await press(coordinator, button("Schritt 3 entfernen"));
  assert.equal(await coordinator.page.getByTestId("policy-step").count(), 3);
  await coordinator.page.getByLabel("Warum (für den Verlauf)").fill("Leitstelle früher");
  await shot("policy-changed");
  await press(coordinator, button("Speichern"));
  await coordinator.until(() => document.querySelector("[data-testid=policy-status]")?.textContent.startsWith("Gespeichert"));
});

test("a wrong step is named, and history brings back what counted before", async () => {
  await press(coordinator, button("Verlauf"));
  await coordinator.page.getByText("Leitstelle früher").waitFor();
  assert.deepEqual(await findings(coordinator.page, "history"), []);
  await press(coordinator, button("Wieder gelten lassen"));
  await coordinator.until(() => document.querySelectorAll(".policy-course li").length === 8);
  await coordinator.page.getByRole("group", { name: "Schritt 1" }).getByLabel("Klingelt, Sekunden").fill("300");
  await press(coordinator, button("Speichern"));
  await coordinator.page.getByRole("alert").getByText("zu spät alarmiert").waitFor();
  await shot("policy-refused");
  await press(coordinator, button("Auf Standard zurück"));
  await coordinator.page.setViewportSize(PHONE);
  await coordinator.until(() => document.querySelectorAll(".policy-course li").length === 8);
  await shot("policy-phone");
  assert.deepEqual(await findings(coordinator.page, "escalation on a phone"), []);
});
