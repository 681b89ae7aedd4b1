// What the server's process knows of a consult: its memory, its folder and its log are searched for what was shown and
// said, and for the group's keys. Once with a room that is sealed: nothing is there. Once with one that somebody has
// opened: all of it is there, and so the search finds what there is to find.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { Demo, Person, launchBrowser, newId } from "./harness.mjs";
import { Account, Members, SPECIALISTS } from "./members.mjs";
import { call } from "./network.mjs";

const PICTURES = 60;
/** The one who searches is no parent of the server's process. The native test of the same (tests/system/sealed.rs) is. */
const skip = process.getuid() !== 0 && "only root may read another process's memory";

let demo, browser, referrer, specialist, members;

before(async () => {
  if (skip) return;
  process.env.RUST_LOG = "trace";
  demo = await Demo.start();
  browser = await launchBrowser();
  referrer = await Person.arrive(browser, demo.links.referrer);
  specialist = await Person.arrive(browser, demo.links.specialist);
  await referrer.page.waitForURL("**/refer/**");
  await specialist.page.waitForURL("**/oncall/**");
});

after(async () => {
  await members?.stop();
  await browser?.close();
  await demo?.stop();
});

/** A consult in which everything is marked, and what the server has of it by then. */
async function searched({ isLifted }) {
  const services = await call(referrer, "GET", "/api/services");
  const service = services.find(({ name }) => name === "Schlaganfall-Neurologie");
  const made = await call(referrer, "POST", "/api/consults", { id: newId(), service_id: service.id, urgency: "emergency", fields: {} });
  const consult = made.summary.id;
  const act = (action) => call(specialist, "POST", `/api/consults/${consult}/actions`, action);
  await act({ type: "accept" });
  if (isLifted) await act({ type: "lift_encryption" });
  const nowak = await Account.signIn(`http://127.0.0.1:${demo.port}`, ...SPECIALISTS[0]);
  await act({ type: "add_participant", person: nowak.id, part: "second_specialist" });
  for (const person of [referrer, specialist]) {
    await person.page.goto(new URL(`/room/${consult}`, person.page.url()).href);
    await person.byId("join").click();
  }
  // It knows the keys, and what the browsers' encoders have made of a picture and a tone.
  members = await Members.start();
  const who = await members.join(nowak, consult);
  const marks = Object.fromEntries(["picture", "line", "note", "pointer"].map((what) => [what, `${what} ${randomUUID()}`]));
  await members.say("mark", { who, mark: marks.picture });
  await members.say("keep", { who, key: "ann/9", text: marks.note });
  for (const person of [referrer, specialist]) {
    const { person: { id } } = await call(person, "GET", "/api/session");
    await members.say("until_seen", { who, person: id, pictures: PICTURES });
  }
  await specialist.byId("toggle-chat").click();
  await specialist.byId("chat-text").fill(marks.line);
  await specialist.byId("chat-send").click();
  const { person: { id: falk } } = await call(specialist, "GET", "/api/session");
  await members.say("until_heard", { who, person: falk, text: marks.line });
  // Each once, and some may get lost.
  for (let i = 0; i < 50; i += 1) await members.say("point", { who, key: "ptr/9", text: marks.pointer });
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
  const { marks, found } = await searched({ isLifted: false });
  console.log(`# looked for ${marks} marks`);
  assert.ok(marks > 100);
  assert.deepEqual(found, {});
});

test("of an open one it has all, and the same search finds it", { skip }, async () => {
  const { found } = await searched({ isLifted: true });
  console.log(`# found ${JSON.stringify(found)}`);
  for (const what of ["picture", "line", "note", "pointer", "a picture or sound"]) assert.ok(found[`${what} in memory`] > 0, what);
});
