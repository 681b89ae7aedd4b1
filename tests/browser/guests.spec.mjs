// Somebody without an account: the link, the door, the talk, the chat, a killed server, the end.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { BACK_WITHIN, killedWithin } from "./back.mjs";
import { Demo, Person, PHONE, launchBrowser, newId } from "./harness.mjs";
import { call } from "./network.mjs";

let demo, browser, referrer, specialist, guest, consult, link;

before(async () => {
  demo = await Demo.start();
  browser = await launchBrowser();
  referrer = await Person.arrive(browser, demo.links.referrer);
  specialist = await Person.arrive(browser, demo.links.specialist, { viewport: PHONE, touch: true });
  await referrer.page.waitForURL("**/refer/**");
  await specialist.page.waitForURL("**/oncall/**");
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

/** Waits until pictures of others come in. */
const seesOthers = (person) =>
  person.until(() => {
    const { slots = {}, framesDecoded = {} } = window.telekonsilDebug ?? {};
    return Object.entries(slots).some(([mid, slot]) => slot.source === "camera" && (framesDecoded[mid] ?? 0) > 0);
  }, null, 30_000);

test("two of the team talk, and one invites a guest", async () => {
  const services = await call(referrer, "GET", "/api/services");
  const service = services.find(({ name }) => name === "Schlaganfall-Neurologie");
  const made = await call(referrer, "POST", "/api/consults", { id: newId(), service_id: service.id, urgency: "emergency", fields: {} });
  consult = made.summary.id;
  await call(specialist, "POST", `/api/consults/${consult}/actions`, { type: "accept" });
  for (const person of [referrer, specialist]) {
    await person.page.goto(new URL(`/room/${consult}`, person.page.url()).href);
    await person.byId("join").click();
  }
  for (const person of [referrer, specialist]) await seesOthers(person);
  await referrer.byId("more").click();
  await referrer.byId("more-invite").click();
  await referrer.page.getByRole("textbox", { name: /Name des Gastes/ }).fill("Frau Öztürk");
  await referrer.page.getByText("Dolmetschen").last().click();
  await referrer.byId("invite-send").click();
  link = await referrer.byId("link").inputValue();
  await referrer.shot("guest-link");
  await referrer.page.keyboard.press("Escape");
});

test("the guest waits unseen, is let in while the host reads the chat, and reads what is written since", async () => {
  await specialist.byId("toggle-chat").click();
  await specialist.byId("chat-text").fill("Guten Abend");
  await specialist.byId("chat-send").click();
  guest = await Person.arrive(browser, link, { viewport: PHONE, touch: true });
  await guest.byId("guest-welcome").waitFor();
  assert.equal(new URL(guest.page.url()).hash, "", "the token has left the address");
  await guest.byId("guest-open").click();
  await guest.shot("guest-lobby");
  await guest.byId("join").click();
  await guest.page.locator('[data-testid="guest-door"][data-waits="true"]').waitFor();
  await guest.shot("guest-door");
  assert.equal(await referrer.page.evaluate(() => Object.values(window.telekonsilDebug.slots).some(({ member }) => member === 3)), false);
  await specialist.page.getByRole("button", { name: "Einlassen" }).click();
  await guest.byId("room").waitFor();
  await seesOthers(guest);
  await guest.byId("toggle-chat").click();
  await specialist.byId("chat-text").fill("Willkommen");
  await specialist.byId("chat-send").click();
  await guest.page.getByText("Willkommen").waitFor();
  assert.equal(await guest.page.getByText("Guten Abend").count(), 0, "not meant for somebody who was not there");
  await guest.byId("chat-text").fill("Merhaba");
  await guest.page.keyboard.press("Enter");
  await specialist.page.getByText("Merhaba").waitFor();
  await specialist.shot("room-chat-phone");
  await guest.shot("guest-room");
  assert.equal(await guest.page.locator('[data-testid^="viewport"]').count(), 0, "no images for guests");
});

test("killed while they talk: all three are back by themselves, and the chat with them", async () => {
  const { back, took } = await killedWithin(demo, [referrer, specialist, guest]);
  console.log(`# back in the room ${back.join(", ")} ms after the server answered again`);
  assert.ok(took <= BACK_WITHIN, `back in the room after ${took} ms`);
  await specialist.page.getByText("Merhaba").waitFor();
  await guest.page.getByText("Willkommen").waitFor();
  assert.equal(await guest.page.getByText("Guten Abend").count(), 0, "its author has sent it again, not to the guest");
  // A reload forgets the page's own copy: what was written since the admission comes back from the room.
  await guest.page.reload();
  await guest.byId("room").waitFor();
  await guest.byId("toggle-chat").click();
  await guest.page.getByText("Willkommen").waitFor();
  assert.equal(await guest.page.getByText("Guten Abend").count(), 0);
});

test("sent away, the guest is out at once and the link opens nothing any more", async () => {
  await referrer.byId("toggle-people").click();
  await referrer.page.getByRole("button", { name: "Hinausbitten: Frau Öztürk" }).click();
  await guest.byId("guest-ended").waitFor();
  await guest.shot("guest-removed");
  // The session went with the seat: the page that is loaded again knows nobody, and says so.
  await guest.page.reload();
  await guest.page.locator('[data-testid="guest-ended"][data-reason="signed_out"]').waitFor();
  const late = await Person.arrive(browser, link);
  await late.byId("guest-open").click();
  await late.byId("guest-used").waitFor();
  await late.goodbye();
});

test("nothing was fetched from elsewhere, no page complained", () => {
  for (const person of [referrer, specialist, guest]) {
    assert.deepEqual(person.foreign, []);
    // A killed server is a network error in the console, a used link a refusal; nothing else may be there.
    assert.deepEqual(person.complaints.filter((line) => !/ERR_|Failed to load resource|WebSocket|network/i.test(line)), []);
  }
});
