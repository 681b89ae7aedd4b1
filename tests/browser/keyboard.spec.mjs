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
    await choose(referrer, say(/^Wie dringend/, /^How urgent/), say(/^Notfall/, /^Emergency/));
    await choose(referrer, say(/^Wen brauchen/, /^Whom do you need/), /Schlaganfall-Neurologie/);
    await press(referrer, button(referrer, say("Jetzt klingeln lassen", "Start ringing now")));
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

  test("the report is written, signed, read and the consult closed", async () => {
    await press(specialist, link(specialist, say("Zur Übersicht", "To the overview")));
    await specialist.page.waitForURL("**/oncall/**");
    const write = link(specialist, say("Bericht schreiben", "Write the report"));
    await press(specialist, write.or(link(specialist, say("Öffnen", "Open"))).first());
    await choose(specialist, say("Vorlage", "Template"), say("Allgemein", "General"));
    await choose(specialist, say(/^Entscheidung/, /^Decision/), say("Verlegung", "Transfer"));
    await type(specialist, field(specialist, say(/^Empfehlung/, /^Recommendation/)), "Lyse beginnen, Verlegung zur Thrombektomie");
    await type(specialist, field(specialist, say(/^Beurteilung/, /^Assessment/)), "Mediainfarkt links");
    await press(specialist, button(specialist, say("Unterschreiben und senden", "Sign and send")));
    // The dialog has put the focus into the field.
    await specialist.until(() => document.activeElement?.type === "password");
    await specialist.page.keyboard.insertText("telekonsil-demo");
    await specialist.page.keyboard.press("Enter");
    await specialist.page.getByText("Mediainfarkt links").first().waitFor();

    await press(referrer, referrer.byId("leave"));
    await press(referrer, link(referrer, say("Zur Übersicht", "To the overview")));
    await referrer.page.waitForURL("**/refer/**");
    await press(referrer, referrer.page.locator("main a[href^='#/consult/']").first());
    await press(referrer, button(referrer, say("Gelesen und verstanden", "Read and understood")));
    await press(referrer, button(referrer, say("Konsil abschließen", "Close the consult")));
    await type(referrer, field(referrer, say(/^Warum können sie nicht/, /^Why can/)), "Patient ohne Papiere");
    await choose(referrer, say(/^Wurde die Frage/, /^Was the question/), say("Ja", "Yes"));
    await choose(referrer, say(/^Was hat die Empfehlung/, /^What did/), say(/^Anderes Vorgehen/, "Another course"));
    await choose(referrer, say(/^Verlegung/, /^Transfer/), say("Vermieden", "Avoided"));
    await choose(referrer, say(/^Bild und Ton/, /^Picture|^Image|^Video/), say("Gut", "Good"));
    await press(referrer, button(referrer, say("Abschließen", "Close now")));
    await referrer.page.getByText(say("Dieses Konsil ist abgeschlossen.", "This consult is closed.")).first().waitFor();
    assert.deepEqual(demo.errors, []);
  });
});
