// A room that is sealed from end to end: two browsers, and members that speak MLS and SFrame by other libraries. What else
// a room does (reload, lost networks, mute, screens, layers, guests, Firefox) the other specs do, sealed too.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Demo, Person, launchBrowser, newId } from "./harness.mjs";
import { Account, GuestAccount, Members, SPECIALISTS } from "./members.mjs";
import { LONG, call, watch } from "./network.mjs";

/** Pictures that are waited for. */
const PICTURES = 20;

let demo, browser, members, referrer, specialist, consult, nowak, sommer;
/** Ids of the people behind the pages. */
let ohlsen, falk;

before(async () => {
  demo = await Demo.start();
  browser = await launchBrowser();
  members = await Members.start();
  [referrer, specialist] = [await Person.arrive(browser), await Person.arrive(browser)];
  for (const [person, link, page] of [[referrer, demo.links.referrer, "**/refer/**"], [specialist, demo.links.specialist, "**/oncall/**"]]) {
    await person.context.addInitScript(watch);
    await person.page.goto(link);
    await person.page.waitForURL(page);
  }
  ohlsen = (await call(referrer, "GET", "/api/session")).person.id;
  falk = (await call(specialist, "GET", "/api/session")).person.id;
  const services = await call(referrer, "GET", "/api/services");
  const service = services.find(({ name }) => name === "Schlaganfall-Neurologie");
  const made = await call(referrer, "POST", "/api/consults", { id: newId(), service_id: service.id, urgency: "emergency", fields: {} });
  consult = made.summary.id;
  await act({ type: "accept" });
});

after(async () => {
  await members?.stop();
  await browser?.close();
  await demo?.stop();
});

const act = (action) => call(specialist, "POST", `/api/consults/${consult}/actions`, action);
const origin = () => `http://127.0.0.1:${demo.port}`;

async function invite(name, house) {
  const account = await Account.signIn(origin(), name, house);
  await act({ type: "add_participant", person: account.id, part: "second_specialist" });
  return account;
}

/** The epoch that the page is in: once it is later than `after`, where that is given. */
async function epochOf(person, after = -1) {
  await person.until((after) => {
    const chip = document.querySelector('[data-testid="encryption"][data-status="sealed"]');
    return chip && Number(chip.dataset.epoch) > after;
  }, after, 30_000);
  return person.byId("encryption").evaluate((chip) => Number(chip.dataset.epoch));
}

/** Frames of a seat's camera that were decoded so far. */
const decoded = (person, seat) =>
  person.page.evaluate((seat) => {
    const { slots, framesDecoded } = window.telekonsilDebug;
    return Object.entries(slots).reduce((sum, [mid, { member, source }]) => sum + (member === seat && source === "camera" ? (framesDecoded[mid] ?? 0) : 0), 0);
  }, seat);

async function seesMore(person, seat, pictures = PICTURES) {
  const before = await decoded(person, seat);
  await person.until(([seat, least]) => {
    const { slots, framesDecoded } = window.telekonsilDebug;
    return Object.entries(slots).some(([mid, { member, source }]) => member === seat && source === "camera" && (framesDecoded[mid] ?? 0) >= least);
  }, [seat, before + pictures], 30_000);
}

/** Packets of a seat's camera that came so far, whatever became of them. */
const packets = ([seat, least]) => {
  const [mid] = Object.entries(window.telekonsilDebug.slots).find(([, { member, source }]) => member === seat && source === "camera") ?? [];
  return window.connections.at(-1).getStats().then((report) => {
    const line = [...report.values()].find((line) => line.type === "inbound-rtp" && line.mid === mid);
    const count = line?.packetsReceived ?? 0;
    return least === undefined || count >= least ? count : 0;
  });
};

async function getsMore(person, seat, more) {
  const before = await person.page.evaluate(packets, [seat]);
  await person.until(packets, [seat, before + more], 30_000);
}

const seat = (person) => person.page.evaluate(() => window.telekonsilDebug.you);

async function words(person, language) {
  await person.byId("encryption").click();
  await person.byId(`words-${language}`).click();
  const list = person.page.locator(`[data-testid="words"][lang="${language}"] li`);
  await list.first().waitFor();
  const all = await list.allInnerTexts();
  await person.page.keyboard.press("Escape");
  return all;
}

test("two browsers see each other, and say that nobody else does", async () => {
  for (const person of [referrer, specialist]) {
    await person.page.goto(new URL(`/room/${consult}`, person.page.url()).href);
    await person.byId("join").click();
  }
  for (const person of [referrer, specialist]) await person.until(() => window.telekonsilDebug?.phase === "live", null, 30_000);
  await seesMore(referrer, await seat(specialist));
  await seesMore(specialist, await seat(referrer));
  assert.equal(await epochOf(referrer), await epochOf(specialist));
  await referrer.shot("encryption-sealed");
});

test("both read the same eight words, in either language", async () => {
  for (const language of ["de", "en"]) {
    const [one, other] = [await words(referrer, language), await words(specialist, language)];
    assert.equal(one.length, 8);
    assert.deepEqual(one, other, language);
  }
});

test("a member by other libraries hears and is heard, seen, read", async () => {
  nowak = await invite(...SPECIALISTS[0]);
  const who = await members.join(nowak, consult);
  const { you, group } = await members.say("until_group", { who, people: 3 });
  for (const person of [ohlsen, falk]) await members.say("until_seen", { who, person, pictures: PICTURES });
  for (const person of [referrer, specialist]) assert.equal(await epochOf(person, group.epoch - 1), group.epoch);
  // Pictures of a real encoder, sealed by the member: the browsers' decoders take them.
  const { pictures } = await members.say("echo", { who, person: ohlsen });
  assert.ok(pictures > 1);
  for (const person of [referrer, specialist]) await seesMore(person, you);
  await referrer.shot("encryption-native-member");

  await specialist.byId("toggle-chat").click();
  await specialist.byId("chat-text").fill("Versiegelte Zeile");
  await specialist.byId("chat-send").click();
  await members.say("until_heard", { who, person: falk, text: "Versiegelte Zeile" });
  const line = [Date.now(), you, { id: nowak.id, name: "Dr. Katarzyna Nowak", at: Date.now(), text: "Gelesen und verstanden" }];
  await members.say("keep", { who, key: `chat/${nowak.id}/00000001/0`, text: JSON.stringify(line) });
  await specialist.page.getByText("Gelesen und verstanden").waitFor();
  const { notes, faults } = await members.say("state", { who });
  assert.deepEqual(faults, []);
  console.log(`# the member opened ${JSON.stringify(notes.opened)}, refused ${JSON.stringify(notes.refused)}, heard ${notes.heard.length} values`);
});

test("keys that a member renews are everybody's", async () => {
  const { group } = await members.say("state", { who: nowak.name });
  await members.say("renew", { who: nowak.name });
  for (const person of [referrer, specialist]) assert.equal(await epochOf(person, group.epoch), group.epoch + 1);
  for (const person of [ohlsen, falk]) await members.say("until_seen", { who: nowak.name, person, pictures: PICTURES });
  await seesMore(referrer, await seat(specialist));
});

test("whoever sits in the room and is in no group decodes nothing", async () => {
  sommer = await invite(...SPECIALISTS[1]);
  const who = await members.join(sommer, consult, { isOutsider: true });
  await members.say("until_refused", { who, why: "no_key", times: 5 * PICTURES });
  const { notes } = await members.say("state", { who });
  assert.deepEqual(notes.opened, {});
  assert.deepEqual(notes.heard, []);
  await members.say("leave", { who });
});

test("what was recorded is shown to nobody again", async () => {
  const who = nowak.name;
  const { you } = await members.say("state", { who });
  await seesMore(referrer, you);
  await members.say("again", { who });
  // What was under way has come.
  await getsMore(referrer, you, 5 * PICTURES);
  const before = await decoded(referrer, you);
  await getsMore(referrer, you, 5 * PICTURES);
  assert.equal(await decoded(referrer, you), before);
  await members.say("echo", { who, person: ohlsen });
  await seesMore(referrer, you);
});

/** A page of that account in a browser that lacks something: `without` runs in it before anything else. */
async function pageOf(account, without) {
  const person = await Person.arrive(browser);
  const [name, value] = account.cookie.split("=");
  await person.context.addCookies([{ name, value, url: origin() }]);
  await person.context.addInitScript(watch);
  await person.context.addInitScript(without);
  await person.page.goto(`${origin()}/room/${consult}`);
  return person;
}

/** Chromium before version 141: frames as streams, which the page hands over. */
function withoutTransform() {
  delete window.RTCRtpScriptTransform;
  window.handedOver = 0;
  for (const { prototype } of [RTCRtpSender, RTCRtpReceiver]) {
    const native = prototype.createEncodedStreams;
    prototype.createEncodedStreams = function () {
      window.handedOver += 1;
      return native.call(this);
    };
  }
}

function withoutStreams() {
  delete window.RTCRtpScriptTransform;
  for (const { prototype } of [RTCRtpSender, RTCRtpReceiver]) delete prototype.createEncodedStreams;
}

test("a browser that has encoded streams alone is seen, and sees", async () => {
  const account = await invite(...SPECIALISTS[5]);
  const person = await pageOf(account, withoutTransform);
  await person.byId("join").click();
  // Sealed as the others' are: the member by other libraries opens it.
  await members.say("until_seen", { who: nowak.name, person: account.id, pictures: PICTURES });
  for (const each of [referrer, specialist]) await seesMore(each, await seat(person));
  for (const each of [referrer, specialist]) await seesMore(person, await seat(each));
  // Three lines that leave, and fifteen that come.
  assert.equal(await person.page.evaluate(() => window.handedOver), 18);
  assert.equal(await epochOf(person), await epochOf(referrer));
  assert.deepEqual(person.complaints, []);
  await person.goodbye();
});

test("one that has neither is told so, and does not come in", async () => {
  const account = await Account.signIn(origin(), ...SPECIALISTS[5]);
  const person = await pageOf(account, withoutStreams);
  await person.byId("cannot-encrypt").waitFor();
  assert.equal(await person.byId("cannot-encrypt").getAttribute("data-gaps"), "transform");
  await person.page.getByText("Er kann Bild und Ton nicht selbst verschlüsseln.").waitFor();
  assert.equal(await person.byId("join").isDisabled(), true);
  await assert.rejects(call(person, "POST", `/api/consults/${consult}/ticket`, {}), /encryption_required/);
  await person.shot("encryption-cannot");
  await act({ type: "remove_participant", person: account.id });
  await person.goodbye();
});

test("whoever is removed is out of the group with the next epoch", async () => {
  const epoch = await epochOf(referrer);
  await act({ type: "remove_participant", person: nowak.id });
  for (const person of [referrer, specialist]) {
    assert.equal(await epochOf(person, epoch), epoch + 1);
  }
  await seesMore(referrer, await seat(specialist));
});

const percentile = (values, share) => values.toSorted((a, b) => a - b)[Math.ceil(values.length * share) - 1];

test("eight share each epoch, a guest among them", async () => {
  const team = [await Account.signIn(origin(), "wehrle", "tannbach")];
  for (const name of SPECIALISTS.slice(1, 5)) team.push(await invite(...name));
  for (const account of team) await members.join(account, consult);
  const guest = { id: newId(), name: "Frau Öztürk", part: "relative" };
  const { path } = await call(specialist, "POST", `/api/consults/${consult}/guests`, guest);
  await members.join(await GuestAccount.open(origin(), path, "guest"), consult);
  // The page of whoever lets the guest in is who adds them.
  await specialist.page.getByRole("button", { name: "Einlassen" }).click();
  const names = [...team.map(({ name }) => name), "guest"];
  for (const who of names) {
    await members.say("until_group", { who, people: 8 });
    for (const person of [ohlsen, falk]) await members.say("until_seen", { who, person, pictures: PICTURES });
  }
  await members.say("echo", { who: names[0], person: falk });
  await seesMore(referrer, (await members.say("state", { who: names[0] })).you);
  await referrer.shot("encryption-eight");

  for (const { page } of [referrer, specialist]) {
    await page.evaluate(() => {
      const chip = document.querySelector('[data-testid="encryption"]');
      window.epochs = {};
      new MutationObserver(() => (window.epochs[chip.dataset.epoch] ??= Date.now())).observe(chip, { attributes: true });
    });
  }
  const times = [];
  for (let round = 0; round < (LONG ? 40 : 3); round += 1) {
    const who = names[round % names.length];
    const { group } = await members.say("state", { who });
    const { at } = await members.say("renew", { who });
    for (const each of names) {
      const next = await members.say("until_epoch", { who: each, after: group.epoch });
      assert.equal(next.group.epoch, group.epoch + 1);
    }
    for (const { page } of [referrer, specialist]) {
      await page.waitForFunction((epoch) => window.epochs[epoch], group.epoch + 1);
      times.push((await page.evaluate((epoch) => window.epochs[epoch], group.epoch + 1)) - at);
    }
  }
  // Of the pages: six native members in one process keep one another waiting.
  console.log(`# ms until a page has the next epoch of eight: p50 ${percentile(times, 0.5)}, p95 ${percentile(times, 0.95)}, most ${Math.max(...times)} of ${times.length}`);
  for (const who of names) assert.deepEqual((await members.say("state", { who })).faults, []);
});

test("nobody complained and nothing was fetched from elsewhere", () => {
  for (const person of [referrer, specialist]) {
    assert.deepEqual(person.foreign, []);
    assert.deepEqual(person.complaints, []);
  }
});
