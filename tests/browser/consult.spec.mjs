// The main job, end to end, in real browsers: a request at night, a call, the same image under four eyes, an answer.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import path from "node:path";
import { Demo, DESKTOP, Person, PHONE, launchBrowser } from "./harness.mjs";

let demo, browser, referrer, specialist, coordinator;
const people = () => [referrer, specialist, coordinator].filter(Boolean);

before(async () => {
  demo = await Demo.start();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await demo?.stop();
});

const frames = (mid) => window.telekonsilDebug?.framesDecoded[mid] ?? 0;
const debug = (person) => person.page.evaluate(() => JSON.parse(JSON.stringify({
  phase: window.telekonsilDebug.phase, you: window.telekonsilDebug.you, mode: window.telekonsilDebug.mode,
  presenter: window.telekonsilDebug.presenter, viewport: window.telekonsilDebug.viewport ?? null,
  annotations: window.telekonsilDebug.annotations, loaded: window.telekonsilDebug.loaded, slots: window.telekonsilDebug.slots,
})));

/** Until this person decodes video of somebody else's camera, and goes on doing so. */
async function seesVideo(person) {
  await person.until(() => Object.entries(window.telekonsilDebug?.slots ?? {})
    .some(([mid, slot]) => slot.source === "camera" && (window.telekonsilDebug.framesDecoded[mid] ?? 0) > 0), null, 30_000);
  const mid = await person.page.evaluate(() =>
    Object.entries(window.telekonsilDebug.slots).find(([, slot]) => slot.source === "camera")[0]);
  const before = await person.page.evaluate(frames, mid);
  await person.until(([line, seen]) => (window.telekonsilDebug.framesDecoded[line] ?? 0) > seen + 10, [mid, before]);
}

async function enterRoom(person) {
  await person.byId("join").click();
  await person.until(() => window.telekonsilDebug?.phase === "live", null, 30_000);
}

/** Grey levels of the viewport's middle, 16 × 16 coarse cells: what a person sees, independent of the screen's size. */
async function picture(person) {
  const png = await person.byId("viewport-0").locator("canvas").first().screenshot();
  return person.page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    // Means over cells, not single pixels: the noise of a CT differs by the position of each pixel.
    const cells = 16;
    const side = Math.floor((Math.min(image.width, image.height) * 0.6) / cells) * cells;
    const canvas = new OffscreenCanvas(side, side);
    const context = canvas.getContext("2d");
    context.drawImage(image, (image.width - side) / 2, (image.height - side) / 2, side, side, 0, 0, side, side);
    const { data } = context.getImageData(0, 0, side, side);
    const means = new Array(cells * cells).fill(0);
    const cell = side / cells;
    for (let y = 0; y < side; y += 1)
      for (let x = 0; x < side; x += 1)
        means[Math.floor(y / cell) * cells + Math.floor(x / cell)] += data[4 * (y * side + x)] / (cell * cell);
    return means;
  }, png.toString("base64"));
}

test("the demo starts and links lead to three pages", async () => {
  assert.deepEqual(Object.keys(demo.links).sort(), ["admin", "coordinator", "referrer", "specialist"]);
  referrer = await Person.arrive(browser, demo.links.referrer);
  specialist = await Person.arrive(browser, demo.links.specialist, { viewport: PHONE, touch: true, colorScheme: "dark" });
  coordinator = await Person.arrive(browser, demo.links.coordinator);
  await referrer.page.waitForURL("**/refer/**");
  await specialist.page.waitForURL("**/oncall/**");
  await coordinator.page.waitForURL("**/desk/**");
  await coordinator.page.getByText("Schlaganfall-Neurologie").first().waitFor();
  await coordinator.shot("desk-empty");
  await referrer.shot("refer-empty");
  await specialist.page.getByRole("button", { name: "Bereitschaft starten" }).click();
  await specialist.page.getByText("Bereit", { exact: true }).waitFor();
  await specialist.shot("oncall-phone");
});

test("an emergency needs two choices, the images ride along, the specialist's phone rings", async () => {
  const { page } = referrer;
  await page.getByRole("link", { name: "Neues Telekonsil" }).or(page.getByRole("button", { name: "Neues Telekonsil" })).first().click();
  await page.getByText("Notfall", { exact: false }).first().click();
  await page.getByText("Schlaganfall-Neurologie").first().click();
  await page.getByTestId("dicom-folder").setInputFiles(path.join(demo.data, "demo-dicom"));
  await page.getByText(/Bilder aus 1 Studie/).waitFor({ timeout: 30_000 });
  await referrer.shot("refer-new");
  await page.getByRole("button", { name: "Jetzt klingeln lassen" }).click();
  await specialist.page.getByRole("button", { name: "Annehmen" }).waitFor();
  await specialist.shot("ring-phone");
  const text = await specialist.page.locator("[role=alertdialog]").innerText();
  assert.match(text, /Krankenhaus Tannbach/);
  assert.doesNotMatch(text, /PHANTOM/i, "the ring never shows the patient");
  await coordinator.page.getByText("Es klingelt").first().waitFor();
  await referrer.shot("refer-ringing");
});

test("one accept opens the way into the room", async () => {
  await specialist.page.getByRole("button", { name: "Annehmen" }).click();
  await coordinator.page.getByText("Angenommen").first().waitFor();
  await referrer.page.getByText("Alle", { exact: false }).filter({ hasText: "auf dem Server" }).first().waitFor({ timeout: 60_000 });
  await referrer.shot("refer-accepted");
  await specialist.page.getByRole("link", { name: "Raum betreten" }).first().click();
  await referrer.page.getByRole("link", { name: "Raum betreten" }).first().click();
  await specialist.page.waitForURL("**/room/**");
  await referrer.page.waitForURL("**/room/**");
  await specialist.byId("join").waitFor();
  await specialist.shot("lobby-phone");
  await enterRoom(referrer);
  await enterRoom(specialist);
});

test("both see each other's video through the SFU", async () => {
  await seesVideo(referrer);
  await seesVideo(specialist);
});

test("slice, window, zoom and measurement of one are the other's", async () => {
  for (const person of [referrer, specialist]) await person.until(() => (window.telekonsilDebug?.loaded ?? 0) >= 120, null, 60_000);
  await referrer.byId("take-control").click();
  await specialist.until((you) => window.telekonsilDebug.presenter === you, (await debug(referrer)).you);
  await referrer.byId("preset-brain").click();
  await referrer.byId("tool-scroll").click();
  const box = await referrer.byId("viewport-0").boundingBox();
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await referrer.page.mouse.move(middle.x, middle.y);
  for (let i = 0; i < 5; i += 1) await referrer.page.mouse.wheel(0, 120);
  await referrer.byId("tool-length").click();
  await referrer.page.mouse.move(middle.x - 60, middle.y - 20);
  await referrer.page.mouse.down();
  await referrer.page.mouse.move(middle.x, middle.y, { steps: 5 });
  await referrer.page.mouse.move(middle.x + 70, middle.y + 30, { steps: 5 });
  await referrer.page.mouse.up();
  await specialist.until(() => window.telekonsilDebug.annotations.length === 1);
  const mine = await debug(referrer);
  await specialist.until((sop) => window.telekonsilDebug.viewport?.sopInstanceUid === sop, mine.viewport.sopInstanceUid);
  await specialist.until(([lower, upper]) => Math.abs(window.telekonsilDebug.viewport.voi.lower - lower) < 0.5 && Math.abs(window.telekonsilDebug.viewport.voi.upper - upper) < 0.5,
    [mine.viewport.voi.lower, mine.viewport.voi.upper]);
  const theirs = await debug(specialist);
  assert.equal(mine.viewport.voi.upper - mine.viewport.voi.lower, 80, "brain window");
  for (const [i, value] of mine.viewport.camera.focalPoint.entries())
    assert.ok(Math.abs(value - theirs.viewport.camera.focalPoint[i]) < 0.2, `same centre in patient millimetres (${value} ${theirs.viewport.camera.focalPoint[i]})`);
  const length = (annotation) => Math.hypot(...annotation.points[0].map((value, i) => value - annotation.points[1][i]));
  assert.ok(length(mine.annotations[0]) > 5, "the measurement has a length in millimetres");
  assert.ok(Math.abs(length(mine.annotations[0]) - length(theirs.annotations[0])) < 0.01);
  await referrer.shot("room-desktop");
  await specialist.shot("room-phone");
  for (const person of [referrer, specialist]) assert.equal(await person.byId("not-primary").first().isVisible(), true);
});

test("a pointer shows with its owner's name", async () => {
  await referrer.byId("tool-pointer").click();
  const box = await referrer.byId("viewport-0").boundingBox();
  const { you } = await debug(referrer);
  const there = specialist.byId(`pointer-${you}`);
  for (let i = 0; i < 40 && !(await there.isVisible()); i += 1) {
    await referrer.page.mouse.move(box.x + box.width / 2 + i, box.y + box.height / 2);
    await specialist.page.evaluate(() => new Promise(requestAnimationFrame));
  }
  assert.equal(await there.isVisible(), true);
});

test("free and follow", async () => {
  await specialist.byId("preset-bone").click();
  await specialist.until(() => window.telekonsilDebug.mode === "free");
  await specialist.byId("follow").click();
  await specialist.until(() => window.telekonsilDebug.mode === "follow" && Math.abs(window.telekonsilDebug.viewport.voi.upper - window.telekonsilDebug.viewport.voi.lower - 80) < 0.5);
});

test("a reload comes back into the room, a late joiner sees slice, window and measurement", async () => {
  const mine = await debug(referrer);
  await specialist.page.reload();
  if (await specialist.byId("join").isVisible().catch(() => false)) await specialist.byId("join").click();
  await specialist.until(() => window.telekonsilDebug?.phase === "live", null, 30_000);
  await specialist.until((sop) => window.telekonsilDebug.viewport?.sopInstanceUid === sop && window.telekonsilDebug.annotations.length === 1, mine.viewport.sopInstanceUid, 30_000);
  await seesVideo(specialist);
  await seesVideo(referrer);
  // The same size of screen, so that the pictures can be compared by pixels: without the note that the key is a new one.
  await referrer.byId("encryption-changed").getByRole("button", { name: "Verstanden" }).click();
  await specialist.page.setViewportSize(DESKTOP);
  await specialist.until((lower) => Math.abs(window.telekonsilDebug.viewport.voi.lower - lower) < 0.5, mine.viewport.voi.lower);
  await specialist.until(() => window.telekonsilDebug.loaded >= 120, null, 60_000);
  await specialist.shot("room-specialist-desktop");
  await referrer.shot("room-referrer-desktop");
  const [one, two] = await Promise.all([picture(referrer), picture(specialist)]);
  const off = one.reduce((sum, value, i) => sum + Math.abs(value - two[i]), 0) / one.length;
  assert.ok(Math.max(...one) - Math.min(...one) > 20, "there is a picture, not a plain colour");
  assert.ok(off < 6, `mean difference of the two pictures is ${off.toFixed(1)} grey levels`);
});

test("who left and comes back later sees what happened meanwhile", async () => {
  await specialist.byId("leave").click();
  await specialist.byId("join-again").waitFor();
  const { you } = await debug(referrer);
  await referrer.until(() => !Object.values(window.telekonsilDebug.slots).some((slot) => slot.source === "camera"));
  await referrer.byId("preset-bone").click();
  await referrer.byId("tool-scroll").click();
  const box = await referrer.byId("viewport-0").boundingBox();
  await referrer.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  for (let i = 0; i < 3; i += 1) await referrer.page.mouse.wheel(0, 120);
  const mine = await debug(referrer);
  await specialist.byId("join-again").click();
  if (await specialist.byId("join").isVisible().catch(() => false)) await specialist.byId("join").click();
  await specialist.until(([presenter, sop, upper]) => window.telekonsilDebug?.presenter === presenter &&
    window.telekonsilDebug.viewport?.sopInstanceUid === sop && Math.abs(window.telekonsilDebug.viewport.voi.upper - upper) < 0.5,
    [you, mine.viewport.sopInstanceUid, mine.viewport.voi.upper], 30_000);
  await seesVideo(referrer);
});

test("mute and camera show in the roster, leaving frees the seat", async () => {
  await referrer.byId("toggle-camera").click();
  await specialist.until(() => !Object.values(window.telekonsilDebug.slots).some((slot) => slot.source === "camera"));
  await referrer.byId("toggle-camera").click();
  await seesVideo(specialist);
});

test("a shared screen reaches the other side", async () => {
  await referrer.byId("toggle-screen").click();
  await specialist.byId("shared-screen").waitFor();
  await specialist.until(() => Object.entries(window.telekonsilDebug.slots)
    .some(([mid, slot]) => slot.source === "screen" && (window.telekonsilDebug.framesDecoded[mid] ?? 0) > 0), null, 30_000);
  await specialist.shot("room-screen-share");
  await referrer.byId("toggle-screen").click();
  await specialist.byId("shared-screen").waitFor({ state: "hidden" });
});

test("what the specialist shows of the report is seen in the room, changed, and taken back", async () => {
  const panel = specialist.page;
  await specialist.byId("key-image").click();
  await specialist.byId("answer").click();
  await panel.getByText("Verlegung", { exact: true }).first().click();
  await panel.getByRole("textbox", { name: /^Empfehlung/ }).fill("Lyse beginnen.");
  await specialist.byId("show-now").click();
  await specialist.byId("shown-since").getByText(/^Im Raum gezeigt um/).waitFor();
  const note = referrer.byId("shown-note");
  await note.getByText(/Miriam Falk zeigt eine Entscheidung: Verlegung · 1 Schlüsselbild/).waitFor();
  await referrer.shot("room-shown-note");
  await referrer.byId("shown-look").click();
  const shown = referrer.byId("shown");
  await shown.getByText("Lyse beginnen.").waitFor();
  await referrer.until(() => (document.querySelector("[data-testid=shown] img")?.naturalWidth ?? 0) > 0);
  await referrer.shot("room-shown");
  await panel.getByText("Behandlung vor Ort", { exact: true }).first().click();
  await specialist.byId("shown-since").getByText(/^Geändert seit/).waitFor();
  assert.match(await shown.innerText(), /Verlegung/, "nothing is shown that was not meant to be");
  await specialist.byId("show-now").scrollIntoViewIfNeeded();
  await specialist.shot("room-show");
  for (const person of [referrer, specialist]) await person.page.setViewportSize(PHONE);
  await referrer.shot("room-shown-phone");
  await specialist.byId("show-now").scrollIntoViewIfNeeded();
  await specialist.shot("room-show-phone");
  for (const person of [referrer, specialist]) await person.page.setViewportSize(DESKTOP);
  await specialist.byId("show-now").click();
  await shown.getByText("Behandlung vor Ort").waitFor();
  // The draft is thrown away, and with it what was shown of it.
  await panel.getByRole("button", { name: "Entwurf verwerfen" }).click();
  await panel.getByRole("alertdialog").getByRole("button", { name: "Entwurf verwerfen" }).click();
  await shown.waitFor({ state: "hidden" });
  for (const person of [referrer, specialist]) await person.page.getByTestId("answer-panel").getByRole("button", { name: "Schließen" }).click();
});

test("another patient's images leave every screen at once", async () => {
  // Of the canvas itself: a picture of the page has words on it.
  const brightest = (person) => person.page.evaluate(() => {
    const canvas = document.querySelector("[data-testid=viewport-0] canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.reduce((most, value, i) => (i % 4 === 3 ? most : Math.max(most, value)), 0);
  });
  for (const person of [referrer, specialist]) assert.ok((await brightest(person)) > 20, "there is a picture");
  await referrer.page.getByRole("button", { name: /gehört nicht zu diesem Patienten/ }).click();
  for (const person of [referrer, specialist]) {
    await person.until(() => document.querySelector("[data-testid=viewport-0]").dataset.sop === undefined);
    await person.page.getByText("Zu diesem Konsil gibt es noch keine Bilder.").waitFor();
    assert.equal(await brightest(person), 0, "nothing is left of it");
  }
  await specialist.shot("room-images-taken-out");
});

test("the answer is written, read, acknowledged; the consult is closed", async () => {
  await specialist.byId("end-session").click();
  await specialist.byId("end-session-confirm").click();
  await specialist.page.getByRole("button", { name: "Bericht schreiben" }).first().click();
  const panel = specialist.page;
  await panel.getByText("Verlegung", { exact: false }).first().click();
  await panel.getByRole("textbox", { name: /^Empfehlung/ }).fill("Lyse, dann Verlegung auf die Stroke Unit.");
  await panel.getByRole("textbox", { name: /^Beurteilung/ }).fill("Intrazerebrale Blutung rechts.");
  await panel.getByRole("textbox", { name: /^Befund/ }).fill("Hyperdensität in den Stammganglien.");
  await specialist.shot("answer-form");
  await panel.getByRole("button", { name: "Unterschreiben und senden" }).click();
  // A signature asks for the password again, and a wrong one signs nothing.
  await panel.getByLabel("Ihr Passwort").fill("falsch");
  await specialist.byId("sign-now").click();
  await panel.getByText("Das Passwort stimmt nicht").first().waitFor();
  specialist.complaints = specialist.complaints.filter((line) => !line.includes("403"));
  await panel.getByLabel("Ihr Passwort").fill("telekonsil-demo");
  await specialist.shot("report-sign");
  await specialist.byId("sign-now").click();
  await referrer.page.goto(new URL("/refer/", referrer.page.url()).href);
  // The tiles of the pre-alert bear the services' names too.
  await referrer.page.locator("main a[href^='#/consult/']").first().click();
  await referrer.page.getByText("Lyse, dann Verlegung auf die Stroke Unit.").waitFor();
  await referrer.shot("refer-answer");
  await referrer.page.getByRole("button", { name: "Gelesen und verstanden" }).click();
  await referrer.page.getByRole("button", { name: "Konsil abschließen" }).waitFor();
  await referrer.shot("refer-acknowledged");
});

test("the coordinator sees the course and the reasons", async () => {
  await coordinator.page.getByRole("link", { name: "Schlaganfall-Neurologie" }).first().click();
  await coordinator.page.getByText("Warum diese Person").first().waitFor();
  await coordinator.page.getByText("Dr. Miriam Falk").first().waitFor();
  await coordinator.shot("desk-detail");
});

test("nobody complained and nothing was fetched from elsewhere", () => {
  for (const person of people()) {
    assert.deepEqual(person.foreign, []);
    assert.deepEqual(person.complaints, []);
  }
  assert.deepEqual(demo.errors, []);
});
