// The whole consult without a mouse and without a finger: request, accept, talk, report, sign, acknowledge, close.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Demo, DESKTOP, Person, PHONE, launchBrowser } from "./harness.mjs";
import { choose, press, tabTo, type } from "./keys.mjs";

const VARIANTS = {
  "in German at a desk": { viewport: DESKTOP, language: "de" },
  "in English at phone size": { viewport: PHONE, language: "en", locale: "en-GB" },
};

for (const [variant, options] of Object.entries(VARIANTS)) describe(variant, () => {
  let demo, browser, referrer, specialist;
  const say = (german, english) => (options.language === "de" ? german : english);
  const button = (person, name) => person.page.getByRole("button", { name, exact: true }).first();
  const link = (person, name) => person.page.getByRole("link", { name, exact: true }).first();
  const field = (person, name) => person.page.getByRole("textbox", { name }).first();

  before(async () => {
    demo = await Demo.start();
    browser = await launchBrowser();
    referrer = await Person.arrive(browser, demo.links.referrer, options);
    specialist = await Person.arrive(browser, demo.links.specialist, options);
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  test("a request rings", async () => {
    await press(specialist, button(specialist, say("Bereitschaft starten", "Start on-call")));
    await press(referrer, link(referrer, say("Neues Telekonsil", "New consult")));
    await choose(referrer, say(/^Dringlichkeit|^Wie dringend/, /urgen/i), say(/^Notfall/, /^Emergency/));
    await choose(referrer, say(/^Dienst|^Fach|^Wen/, /^Service|^Whom|^Special/), /Schlaganfall-Neurologie/);
    await press(referrer, button(referrer, say("Jetzt klingeln lassen", "Ring now")));
  });

  test("the accept leads to the room", async () => {
    const accept = button(specialist, say("Annehmen", "Accept"));
    const enter = link(specialist, say("Raum betreten", "Enter the room"));
    await tabTo(specialist, accept);
    // The ring ignores keys in its first moment.
    while (!(await enter.isVisible())) {
      await specialist.page.keyboard.press("Enter");
      await enter.waitFor({ timeout: 1_000 }).catch(() => {});
    }
    await press(specialist, enter);
    await press(referrer, link(referrer, say("Raum betreten", "Enter the room")));
    for (const person of [referrer, specialist]) {
      await press(person, person.byId("join"));
      await person.until(() => window.telekonsilDebug?.phase === "live", null, 30_000);
    }
    await specialist.page.keyboard.press("Alt+m");
    await specialist.until(() => document.querySelector("[data-testid=toggle-mic]").dataset.off === "true");
    await press(specialist, specialist.byId("leave"));
  });
});
