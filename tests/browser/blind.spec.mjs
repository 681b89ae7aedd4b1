// What the server's process knows of a consult: its memory, its folder and its log are searched for what was shown and
// said, and for the group's keys. Once with a room that is sealed: nothing is there. Once after somebody has opened it:
// all of it is there, and so the search finds what there is to find.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { Demo, Person, launchBrowser, newId } from "./harness.mjs";
import { Account, Members, SPECIALISTS } from "./members.mjs";
import { call } from "./network.mjs";
import { newPattern, seesPattern, showPattern } from "./pattern.mjs";

const PICTURES = 30;
/** The one who searches is no parent of the server's process. The native test of the same (tests/system/sealed.rs) is. */
const skip = process.getuid() !== 0 && "only root may read another process's memory";

let demo, browser, referrer, specialist, nowak, consult, members;
const pattern = newPattern();

before(async () => {
  if (skip) return;
  process.env.RUST_LOG = "trace";
  demo = await Demo.start();
  browser = await launchBrowser();
  referrer = await Person.arrive(browser, demo.links.referrer);
  specialist = await Person.arrive(browser, demo.links.specialist);
  await referrer.page.waitForURL("**/refer/**");
  await specialist.page.waitForURL("**/oncall/**");
  await showPattern(specialist, pattern);
  for (const person of [referrer, specialist]) person.id = (await call(person, "GET", "/api/session")).person.id;
  await request();
});

after(async () => {
  await members?.stop();
  await browser?.close();
  await demo?.stop();
});

const act = (action) => call(specialist, "POST", `/api/consults/${consult}/actions`, action);

/** A consult with an image, and Nowak asked into it. */
async function request() {
  const services = await call(referrer, "GET", "/api/services");
  const service = services.find(({ name }) => name === "Schlaganfall-Neurologie");
  const made = await call(referrer, "POST", "/api/consults", { id: newId(), service_id: service.id, urgency: "emergency", fields: {} });
  consult = made.summary.id;
  await act({ type: "accept" });
  nowak = await Account.signIn(`http://127.0.0.1:${demo.port}`, ...SPECIALISTS[0]);
  await act({ type: "add_participant", person: nowak.id, part: "second_specialist" });
  const folder = path.join(demo.data, "demo-dicom");
  const [image] = (await readdir(folder)).filter((name) => name.endsWith(".dcm"));
  await referrer.page.goto(new URL(`/refer/#/consult/${consult}`, referrer.page.url()).href);
  await referrer.byId("dicom-files").setInputFiles(path.join(folder, image));
  await referrer.page.getByText("auf dem Server").first().waitFor();
}

const debug = (person) => person.page.evaluate(() => {
  const { you, viewport, annotations } = window.telekonsilDebug;
  return { you, viewport, annotations };
});

/** Draws a measurement on the page, and answers with what travels of it. */
async function measure(person) {
  await person.byId("tool-length").click();
  const { x, y } = await middle(person);
  await person.page.mouse.move(x - 60, y - 20);
  await person.page.mouse.down();
  await person.page.mouse.move(x + 70, y + 30, { steps: 5 });
  await person.page.mouse.up();
  const { you, annotations } = await debug(person);
  const { points } = annotations.findLast(({ author }) => author === you);
  return JSON.stringify({ points }).slice(1, -1);
}

/** Moves the pointer to and fro: each position travels once, some get lost, and these two come again and again. */
async function point(person) {
  await person.byId("tool-pointer").click();
  const { x, y } = await middle(person);
  for (let i = 0; i < 60; i += 1) {
    await person.page.mouse.move(x + 40 * (i % 2), y);
    await person.page.evaluate(() => new Promise(requestAnimationFrame));
  }
}

async function middle(person) {
  const box = await person.byId("viewport-0").boundingBox();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Somebody keeps a measurement with a label, and both pages show it. */
async function label(who, text) {
  const { you } = await members.say("state", { who });
  const { viewport: { studyUid, seriesUid, sopInstanceUid, frame, camera: { focalPoint } } } = await debug(referrer);
  const points = [focalPoint, focalPoint.map((value) => value + 20)];
  const image = { studyUid, seriesUid, sopInstanceUid, frame, frameOfReferenceUid: "" };
  const value = { tool: "Length", author: you, ...image, points, label: text };
  await members.say("keep", { who, key: "ann/1.2.3", text: JSON.stringify([1, you, value]) });
  for (const person of [referrer, specialist])
    await person.until(() => window.telekonsilDebug.annotations.some(({ uid }) => uid === "1.2.3"));
}

/** Everything that is shown and said is marked. What the server has of it by then. */
async function searched() {
  for (const person of [referrer, specialist]) {
    await person.page.goto(new URL(`/room/${consult}`, person.page.url()).href);
    await person.byId("join").click();
  }
  // It knows the keys, and what the browsers' encoders have made of a picture and a tone.
  members = await Members.start();
  const who = await members.join(nowak, consult);
  const marks = Object.fromEntries(["picture", "line", "note", "pointer"].map((what) => [what, `${what} ${randomUUID()}`]));
  await members.say("mark", { who, mark: marks.picture });
  for (const person of [referrer, specialist]) await members.say("until_seen", { who, person: person.id, pictures: PICTURES });
  await seesPattern(referrer, pattern);
  for (const person of [referrer, specialist]) await person.until(() => window.telekonsilDebug.loaded === 1, null, 30_000);

  await label(who, marks.note);
  marks.measurement = await measure(referrer);
  await members.say("until_heard", { who, person: referrer.id, text: marks.measurement });
  await specialist.byId("toggle-chat").click();
  await specialist.byId("chat-text").fill(marks.line);
  await specialist.byId("chat-send").click();
  await members.say("until_heard", { who, person: specialist.id, text: marks.line });
  // Each once, and some may get lost.
  for (let i = 0; i < 50; i += 1) await members.say("point", { who, key: "ptr/9", text: marks.pointer });
  await point(referrer);
  const { notes } = await members.say("until_heard", { who, person: referrer.id, text: '"point":[' });
  const positions = notes.heard.filter(({ person, key }) => person === referrer.id && key === "p");
  for (const [i, { text }] of positions.entries()) marks[`position ${i}`] = text;
  const { you } = await members.say("state", { who });
  await referrer.until((seat) => Object.values(window.telekonsilDebug.slots).some(({ member }) => member === seat), you);

  assert.ok(demo.log.some((line) => line.includes("TRACE")), "the log is at its most talkative");
  await writeFile(path.join(demo.data, "everything.log"), demo.log.join("\n"));
  const answer = await members.say("search", { pid: demo.process.pid, folder: demo.data, marks });
  await members.stop();
  members = undefined;
  for (const person of [referrer, specialist]) {
    await person.byId("leave").click();
    await person.byId("room-ended").waitFor();
  }
  return answer;
}

test("of a sealed room the server has nothing that was shown or said, and no key", { skip }, async () => {
  const { marks, found } = await searched();
  console.log(`# looked for ${marks} marks`);
  assert.ok(marks > 100);
  assert.deepEqual(found, {});
});

test("of an open one it has all, and the same search finds it", { skip }, async () => {
  await act({ type: "lift_encryption" });
  const { found } = await searched();
  console.log(`# found ${JSON.stringify(found)}`);
  const inMemory = (what) => Object.keys(found).some((name) => name.startsWith(what) && name.endsWith(" in memory"));
  for (const what of ["picture", "line", "note", "measurement", "pointer", "position", "a picture or sound"]) assert.ok(inMemory(what), what);
});
