// axe on every screen and dialog: at a desk in German by day, on a phone in English at night. Consults are moved on over
// the API, so that what is looked at is the screens and not the way to them.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { findings } from "./axe.mjs";
import { Demo, DESKTOP, Person, PHONE, launchBrowser, newId } from "./harness.mjs";
import { Installation } from "./installation.mjs";

const VARIANTS = {
  "at a desk, in German": { viewport: DESKTOP, language: "de" },
  "on a phone at night, in English": { viewport: PHONE, touch: true, colorScheme: "dark", language: "en", locale: "en-GB" },
};
const PASSWORD = "telekonsil-demo";

for (const [variant, options] of Object.entries(VARIANTS)) describe(variant, () => {
  let demo, browser, origin, referrer, specialist, coordinator, admin, officer, consult;
  /** The words of this variant. */
  const say = (german, english) => (options.language === "de" ? german : english);
  const wrong = [];
  const look = async (person, where) => wrong.push(...(await findings(person.page, where)));
  const button = (person, name) => person.page.getByRole("button", { name, exact: true }).first();
  const arrive = (url) => Person.arrive(browser, url, options);

  before(async () => {
    demo = await Demo.start();
    origin = new URL(demo.links.referrer).origin;
    browser = await launchBrowser();
    [referrer, specialist, coordinator, admin] = await Promise.all(
      [demo.links.referrer, demo.links.specialist, demo.links.coordinator, demo.links.admin].map(arrive));
  });
  after(async () => {
    await browser?.close();
    await demo?.stop();
  });

  /** Goes to a page, waits until it stands, looks. */
  async function see(person, url, where = url) {
    await person.page.goto(new URL(url, person.page.url()).href);
    await stands(person);
    await look(person, where);
  }

  const stands = (person) => person.until(() => document.querySelector("h1, [role=dialog], [role=alertdialog]") && !document.querySelector(".loading"));

  const OVERLAYS = "[role=dialog], [role=alertdialog], [role=menu]";

  /** Opens what a button opens, looks, closes it again. `then` goes further while it is open. */
  async function open(person, name, where = name, then = async () => {}) {
    const before = await person.page.locator(OVERLAYS).count();
    await button(person, name).click();
    await opened(person, before);
    await look(person, where);
    await then();
    await close(person, before);
  }

  const opened = (person, before = 0) =>
    person.until(([what, count]) => document.querySelectorAll(what).length > count, [OVERLAYS, before]);

  /** Presses Escape until only so many overlays are left; a ring is one that stays. */
  async function close(person, left = 0) {
    for (let open = await person.page.locator(OVERLAYS).count(); open > left; open = await person.page.locator(OVERLAYS).count()) {
      await person.page.keyboard.press("Escape");
      await person.until(([what, count]) => document.querySelectorAll(what).length < count, [OVERLAYS, open]);
    }
  }

  const call = (person, path, body) => person.page.evaluate(async ([url, data]) => {
    const { csrf_token: token } = await (await fetch("/api/session")).json();
    const answer = await fetch(url, {
      method: data === null ? "GET" : "POST",
      headers: { "content-type": "application/json", "x-csrf-token": token },
      ...(data === null ? {} : { body: JSON.stringify(data) }),
    });
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  }, [path, body ?? null]);
  const act = (person, action) => call(person, `/api/consults/${consult}/actions`, action);

  async function request(more = {}) {
    const services = await call(referrer, "/api/services");
    const service = services.find(({ specialty }) => specialty === "stroke_neurology");
    consult = newId();
    await call(referrer, "/api/consults", { id: consult, service_id: service.id, urgency: "emergency", fields: { callback_phone: "+49 7000 4000-11" }, ...more });
  }

  test("before anybody is signed in", async () => {
    const visitor = await arrive(`${origin}/login?problem=link_used`);
    await stands(visitor);
    await button(visitor, say("Anmelden", "Sign in")).click();
    await look(visitor, "/login with faults");
    await see(visitor, "/guest/");
    await see(visitor, "/phone/");
    await see(visitor, "/setup/", "/setup/ not needed");
    await visitor.goodbye();
  });

  test("a requesting doctor's pages", async () => {
    await stands(referrer);
    await look(referrer, "/refer/ empty");
    await referrer.page.locator(".prealert-tile").first().click();
    await look(referrer, "/refer/ pre-alert");
    await open(referrer, say("Einstellungen", "Settings"), "settings");
    for (const name of [say("Mein Konto", "My account"), say("Notfallzugriff", "Emergency access")]) {
      await button(referrer, say("Einstellungen", "Settings")).click();
      await button(referrer, name).click();
      await referrer.page.locator(".modal").waitFor();
      await look(referrer, name);
      await referrer.page.locator(".modal button[type=submit]").last().click();
      await look(referrer, `${name} with faults`);
      await close(referrer);
    }
    await see(referrer, "/refer/#/new");
    await button(referrer, say("Telekonsil anfordern", "Request the consult")).or(referrer.page.locator(".send-button")).first().click();
    await look(referrer, "/refer/#/new with faults");
  });

  test("a pre-alert", async () => {
    await request({ prealert: true, fields: { eta: Date.now() + 1_200_000, callback_phone: "+49 7000 4000-11" } });
    await see(referrer, `/refer/#/consult/${consult}`, "referrer: pre-alert");
    await stands(specialist);
    await look(specialist, "/oncall/ with a pre-alert");
    for (const page of ["device", "contacts", "call-outs", ""]) await see(specialist, `/oncall/#/${page}`);
    await act(referrer, { type: "cancel", reason: "Fehlalarm" });
    await look(referrer, "referrer: cancelled");
  });

  test("ringing", async () => {
    await button(specialist, say("Bereitschaft starten", "Start on-call")).click();
    await request();
    await specialist.page.locator(".ring").waitFor();
    await look(specialist, "ring");
    await open(specialist, say("Ablehnen", "Decline"), "decline");
    await see(referrer, `/refer/#/consult/${consult}`, "referrer: ringing");
    await open(referrer, say("Dringlichkeit ändern", "Change the urgency"));
    await open(referrer, say("Konsil abbrechen", "Cancel the consult"));
    await stands(coordinator);
    await look(coordinator, "/desk/");
    await see(coordinator, `/desk/#/consult/${consult}`, "desk: drawer");
    await button(coordinator, say("Jemandem zuweisen", "Assign to somebody")).click();
    await look(coordinator, "desk: assign");
  });

  test("accepted", async () => {
    await act(specialist, { type: "accept" });
    await see(specialist, `/oncall/#/consult/${consult}`, "specialist: accepted");
    await open(specialist, say("Übergeben", "Hand over"));
    await open(specialist, say("Hinzuziehen", "Call somebody in"));
    await act(specialist, { type: "ask_for_more", text: "Seit wann die Lähmung?" });
    await referrer.page.getByText("Seit wann die Lähmung?").first().waitFor();
    await look(referrer, "referrer: accepted, asked");
    await referrer.page.getByRole("link", { name: say("Raum betreten", "Enter the room") }).first().click();
    await referrer.byId("join").waitFor();
    await look(referrer, "room: lobby");
  });

  test("in the room", async () => {
    await specialist.page.goto(new URL(`/room/${consult}`, specialist.page.url()).href);
    for (const person of [referrer, specialist]) {
      // A mouse waits for frames, which two software-rendered cameras delay on a busy machine; a key does not.
      await person.byId("join").press("Enter");
      await person.until(() => window.telekonsilDebug?.phase === "live", null, 30_000);
    }
    await look(specialist, "room");
    for (const toggle of ["toggle-people", "toggle-chat"]) {
      await specialist.byId(toggle).click();
      await look(specialist, `room: ${toggle}`);
    }
    await specialist.byId("more").click();
    const items = await specialist.page.locator("[data-testid^=more-]").evaluateAll((all) => all.map((item) => item.dataset.testid));
    await look(specialist, "room: more");
    await specialist.page.keyboard.press("Escape");
    for (const item of items) {
      await specialist.byId("more").click();
      await specialist.byId(item).click();
      await specialist.page.locator("[role=dialog], .panel").last().waitFor();
      await look(specialist, `room: ${item}`);
      await close(specialist);
    }
    const link = await call(specialist, `/api/consults/${consult}/guests`, { id: newId(), name: "Ayşe Demir", part: "interpreter" });
    const guest = await arrive(new URL(link.path, origin).href);
    await guest.byId("guest-welcome").or(guest.byId("guest-open")).first().waitFor();
    await look(guest, "guest: welcome");
    await guest.goodbye();
  });

  test("its encryption, by keyboard", async () => {
    const { page } = specialist;
    const press = (id, key = "Enter") => specialist.byId(id).press(key);
    const hasFocus = (selector) => specialist.until((selector) => document.activeElement.matches(selector), selector);
    await specialist.until(() => document.querySelector("[data-testid=encryption][data-status=sealed]"));
    await press("encryption");
    await page.locator("[data-testid=words] li").nth(7).waitFor();
    await hasFocus("[data-testid=encryption-panel] h2");
    await look(specialist, "room: encryption");
    await press(say("words-en", "words-de"));
    await press("words-agree");
    await look(specialist, "room: words that agree");
    await press("words-differ");
    await look(specialist, "room: words that differ");
    await press("lift-encryption");
    await opened(specialist);
    await look(specialist, "room: to be opened");
    await close(specialist);
    await hasFocus("[data-testid=lift-encryption]");
    await page.keyboard.press("Escape");
    await specialist.byId("encryption-panel").waitFor({ state: "detached" });
    await hasFocus("[data-testid=encryption]");
    await look(specialist, "room: words differ");
  });

  test("a lobby that does not let in, and a room that is opened", async () => {
    const blocked = await Person.arrive(browser, undefined, options);
    await blocked.context.addCookies(await referrer.context.cookies());
    await blocked.context.addInitScript(() => {
      delete window.RTCRtpScriptTransform;
      for (const { prototype } of [RTCRtpSender, RTCRtpReceiver]) delete prototype.createEncodedStreams;
    });
    await blocked.page.goto(referrer.page.url());
    await blocked.byId("cannot-encrypt").waitFor();
    await look(blocked, "room: lobby that does not let in");
    await blocked.goodbye();
    await act(specialist, { type: "lift_encryption" });
    await referrer.byId("encryption-offered").waitFor();
    await look(referrer, "room: opened, asked");
    await referrer.byId("encryption-agree").press("Enter");
    await referrer.byId("encryption-lifted").waitFor();
    await look(referrer, "room: opened");
  });

  test("the report, from both sides, to the end", async () => {
    await see(specialist, `/oncall/#/consult/${consult}`, "specialist: report form");
    await button(specialist, say("Unterschreiben und senden", "Sign and send")).click();
    await look(specialist, "specialist: report with faults");
    await open(specialist, say("Entwurf verwerfen", "Discard draft"));
    const answer = {
      template: "general", findings: "x", assessment: "x", recommendation: "Lyse", decision: "treat_here", limitations: "", key_images: [],
    };
    await specialist.page.locator("label", { hasText: say("Behandlung vor Ort", "Treat here") }).click();
    await specialist.page.getByRole("textbox", { name: say(/^Empfehlung/, /^Recommendation/) }).fill("Lyse");
    await specialist.page.getByRole("textbox", { name: say(/^Beurteilung/, /^Assessment/) }).fill("Mediainfarkt");
    await open(specialist, say("Unterschreiben und senden", "Sign and send"), "sign");
    await call(specialist, `/api/consults/${consult}/report`, { answer, password: PASSWORD, after_version: 0, reason: "" });
    await referrer.page.goto(new URL(`/refer/#/consult/${consult}`, referrer.page.url()).href);
    await button(referrer, say("Gelesen und verstanden", "Read and understood")).waitFor();
    await look(referrer, "referrer: reported");
    await look(specialist, "specialist: reported");
    await act(referrer, { type: "acknowledge" });
    await open(referrer, say("Konsil abschließen", "Close the consult"), "close", async () => {
      await referrer.page.locator(".dialog-actions button").last().click();
      await look(referrer, "close with faults");
    });
    await act(referrer, {
      type: "close", missing_because: "Patient ohne Papiere",
      close_out: { question_answered: "yes", changed_course: "new_course", transfer: "avoided", quality: "good" },
    });
    await look(referrer, "referrer: closed");
    await open(referrer, say("Verlauf zurückmelden", "Report the outcome"));
    await see(referrer, "/refer/#/", "/refer/");
    await see(specialist, "/oncall/#/", "/oncall/");
    await look(coordinator, "desk: closed drawer");
  });

  test("administration", async () => {
    await stands(admin);
    for (const section of ["people", "hospitals", "services", "contracts", "sessions"]) await see(admin, `/admin/#/${section}`);
    for (const dialog of ["people/new", "hospitals/new", "networks/new", "services/new"]) {
      await see(admin, `/admin/#/${dialog}`);
      await admin.page.locator("[role=dialog] button[type=submit]").click();
      await look(admin, `/admin/#/${dialog} with faults`);
      await close(admin);
    }
    const { people, services } = await call(admin, "/api/admin/directory");
    const { id } = people.find(({ roles }) => roles.includes("specialist"));
    await see(admin, `/admin/#/people/${id}`, "person");
    await open(admin, say("Konto stilllegen", "Deactivate the account"));
    await see(admin, `/admin/#/people/${id}/link`, "sign-in link");
    await button(admin, say("Link erstellen", "Create the link")).click();
    await admin.page.locator(".link-text").waitFor();
    await look(admin, "sign-in link made");
    await close(admin);
    await see(admin, `/admin/#/services/${services[0].id}`, "service");
    await see(admin, "/admin/#/sessions");
    await admin.page.locator(".record button").first().click();
    await look(admin, "end a session");
  });

  test("data protection", async () => {
    officer = await arrive(`${origin}/login`);
    await officer.page.locator("input[name=email]").fill("brandt@auenstadt.example");
    await officer.page.locator("input[name=password]").fill(PASSWORD);
    await button(officer, say("Anmelden", "Sign in")).click();
    await officer.page.waitForURL("**/privacy/**");
    await call(officer, `/api/consults/${consult}/exports`, { id: newId(), reason: "Anfrage des Gerichts" });
    for (const section of ["notices", "glass", "exports", "retention", `access/${consult}`]) await see(officer, `/privacy/#/${section}`);
    await see(officer, "/privacy/#/exports");
    await open(officer, say("Export anfragen", "Request an export"), "request an export", async () => {
      await officer.page.locator("[role=dialog] button[type=submit]").click();
      await look(officer, "request an export with faults");
    });
  });

  test("the first set-up", async () => {
    const installation = await Installation.start();
    const first = await arrive(installation.setupUrl);
    await stands(first);
    await look(first, "/setup/");
    await first.page.locator("button[type=submit]").click();
    await look(first, "/setup/ with faults");
    await see(first, "/setup/", "/setup/ without a token");
    await first.goodbye();
    await installation.stop();
  });

  test("nothing serious was found", () => assert.deepEqual(wrong, []));
});
