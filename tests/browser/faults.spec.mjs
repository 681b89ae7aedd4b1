// What goes wrong at night: the server is killed while it rings and while people talk, links are used twice, ids are
// made up, and somebody prefers English.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { BACK_WITHIN, killedWithin } from "./back.mjs";
import { Demo, Person, PHONE, launchBrowser } from "./harness.mjs";

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

/** The ring screen ignores taps in its first moment, so that a thumb on its way elsewhere accepts nothing: tap again. */
async function answerRing(name) {
  const button = specialist.page.getByRole("button", { name });
  await button.waitFor({ timeout: 45_000 });
  while (await button.isVisible()) await button.click({ timeout: 2_000 }).catch(() => {});
}

test("killed while it rings: the ladder goes on, nobody touches anything", async () => {
  const { page } = referrer;
  await page.getByRole("link", { name: "Neues Telekonsil" }).or(page.getByRole("button", { name: "Neues Telekonsil" })).first().click();
  await page.getByText("Notfall").first().click();
  await page.getByText("Schlaganfall-Neurologie").first().click();
  await page.getByRole("button", { name: "Jetzt klingeln lassen" }).click();
  await answerRing("Weitergeben");
  // Somebody else is rung now; who it is depends on the week.
  await referrer.until(async () => {
    const [consult] = await (await fetch("/api/consults")).json();
    return consult.ringing.length === 1 && consult.ringing[0].name !== "Dr. Miriam Falk";
  });
  await demo.kill();
  await page.getByText("Verbindung", { exact: false }).first().waitFor();
  await referrer.shot("refer-connection-lost");
  await demo.launch();
  assert.ok(demo.startMillis < 2_000, `a second start takes ${Math.round(demo.startMillis)} ms`);
  // Second duty's 20 seconds end, the last step rings everybody again.
  await answerRing("Annehmen");
  await specialist.page.getByRole("link", { name: "Raum betreten" }).first().waitFor();
});

test("killed while they talk: both are back in the room by themselves", async () => {
  await referrer.page.getByRole("link", { name: "Raum betreten" }).first().click();
  await specialist.page.getByRole("link", { name: "Raum betreten" }).first().click();
  for (const person of [referrer, specialist]) await person.byId("join").click();
  for (const person of [referrer, specialist]) await person.until(framesOfOthersGrow, 0, 30_000);
  await referrer.shot("room-without-images");
  const { back, took } = await killedWithin(demo, [referrer, specialist]);
  console.log(`# both saw each other ${took} ms after the server answered again (each: ${back.join(", ")})`);
  assert.ok(took <= BACK_WITHIN, `back in the room after ${took} ms`);
});

/** `true` once more frames than `before` have been decoded. */
function framesOfOthersGrow(before) {
  const debug = window.telekonsilDebug;
  const sum = Object.entries(debug?.slots ?? {})
    .filter(([, slot]) => slot.source === "camera")
    .reduce((total, [mid]) => total + (debug.framesDecoded[mid] ?? 0), 0);
  return sum > before;
}

test("from a computer without camera and microphone one sees and is seen in the roster; the first seat gives way", async () => {
  const bare = await launchBrowser({ devices: false });
  const room = referrer.page.url();
  const elsewhere = await Person.arrive(bare, demo.links.referrer);
  await elsewhere.page.waitForURL("**/refer/**");
  await elsewhere.page.goto(room);
  await elsewhere.byId("join").waitFor();
  await elsewhere.shot("lobby-without-devices");
  await elsewhere.byId("join").click();
  await elsewhere.until(framesOfOthersGrow, 0, 30_000);
  await referrer.byId("room-ended").waitFor();
  await referrer.shot("room-joined-elsewhere");
  await bare.close();
});

test("a used link, a wrong password and made-up addresses get a sentence that helps", async () => {
  const stranger = await Person.arrive(browser, demo.links.coordinator);
  await stranger.page.waitForURL("**/desk/**");
  await stranger.context.clearCookies();
  await stranger.page.goto(demo.links.coordinator);
  await stranger.page.waitForURL("**/login**");
  await stranger.shot("login-link-used");
  await stranger.page.getByLabel("E-Mail").fill("roth@auenstadt.example");
  await stranger.page.getByLabel("Passwort").first().fill("falsch");
  await stranger.page.getByRole("button", { name: "Anmelden" }).click();
  await stranger.page.getByRole("alert").first().waitFor();
  await stranger.shot("login-wrong");
  const ask = async () => {
    const answer = await fetch("/api/consults/01940000-0000-7000-8000-000000000000");
    return { status: answer.status, type: answer.headers.get("content-type"), code: (await answer.json()).code };
  };
  assert.deepEqual(await stranger.page.evaluate(ask), { status: 401, type: "application/problem+json", code: "not_signed_in" });
  assert.deepEqual(await referrer.page.evaluate(ask), { status: 404, type: "application/problem+json", code: "not_found" });
  await stranger.goodbye();
});

test("English, on a phone", async () => {
  const origin = new URL(demo.links.referrer).origin;
  await referrer.page.setViewportSize(PHONE);
  await referrer.page.goto(`${origin}/refer/`);
  await referrer.page.getByRole("button", { name: /English|EN/ }).first().click();
  await referrer.page.getByText("New consult", { exact: false }).first().waitFor();
  await referrer.shot("refer-phone-english");
});

test("nothing was fetched from elsewhere, the server logged no error", () => {
  for (const person of [referrer, specialist]) {
    assert.deepEqual(person.foreign, []);
    // A killed server is a network error in the console; nothing else may be there.
    assert.deepEqual(person.complaints.filter((line) => !/ERR_|Failed to load resource|WebSocket|network/i.test(line)), []);
  }
  assert.deepEqual(demo.errors, []);
});
