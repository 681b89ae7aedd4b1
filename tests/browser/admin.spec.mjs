// From an empty installation to the first consult without a line of demo data; then sessions and data protection.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { Person, PHONE, launchBrowser } from "./harness.mjs";
import { Installation } from "./installation.mjs";

let installation, browser, admin, falk, weber, alt, officers, label;

before(async () => {
  installation = await Installation.start();
  browser = await launchBrowser();
});

after(async () => {
  await browser?.close();
  await installation?.stop();
});

const link = (person, name) => person.page.getByRole("link", { name, exact: true });
const button = (person, name) => person.page.getByRole("button", { name, exact: true });
const field = (person, name) => person.page.getByRole("textbox", { name });
const select = (person, name) => person.page.getByRole("combobox", { name });
const text = (person, words) => person.page.getByText(words).first();
const tick = (person, name) => person.page.locator("label", { hasText: name }).filter({ has: person.page.getByRole("checkbox") }).first().click();
const dialog = (person) => person.page.getByRole("dialog");

async function save(name) {
  await button(admin, "Speichern").click();
  await text(admin, `Gespeichert: ${name}`).waitFor();
}

/** Makes an account through the page, and its sign-in link; returns the link. */
async function employ({ name, email, house, roles, qualification, network }) {
  await admin.page.goto(`${installation.origin}/admin/#/people/new`);
  await field(admin, /^Name mit Titel/).fill(name);
  await field(admin, /^E-Mail-Adresse/).fill(email);
  await select(admin, /^Haus/).selectOption({ label: house });
  for (const role of roles) await tick(admin, role);
  if (qualification) await tick(admin, qualification);
  if (network) await tick(admin, network);
  await button(admin, "Speichern").click();
  await button(admin, "Link erstellen").click();
  const url = await field(admin, "Anmelde-Link").inputValue();
  await button(admin, "Fertig").click();
  await dialog(admin).waitFor({ state: "detached" });
  return url;
}

/** Arrives by a sign-in link, which waits for a press. */
async function signsIn(url, options) {
  const person = await Person.arrive(browser, url, options);
  await button(person, "Anmelden").click();
  return person;
}

test("the console's link makes the first administrator, once", async () => {
  admin = await Person.arrive(browser, installation.setupUrl);
  assert.equal(new URL(admin.page.url()).hash, "", "the token leaves the address bar");
  await button(admin, "Einrichten").click();
  await text(admin, "Bitte mindestens 12 Zeichen.").waitFor();
  await admin.shot("setup-faults");
  await field(admin, /^Name des Hauses/).fill("Universitätsklinikum Nordstadt");
  await field(admin, /^Ort/).fill("Nordstadt");
  await field(admin, /^Telefonzentrale/).fill("030 1234-0");
  await field(admin, /^Ihr Name/).fill("Sabine Roth");
  await field(admin, /^E-Mail-Adresse/).fill("roth@nordstadt.example");
  await admin.page.locator("input[name=password]").fill("ein langer Satz zum Merken");
  await admin.page.locator("input[name=again]").fill("ein langer Satz zum Merken");
  await button(admin, "Einrichten").click();
  await admin.page.waitForURL("**/admin/**");
  await text(admin, "0 von 6").waitFor();
  await admin.shot("admin-empty");
  const late = await Person.arrive(browser, installation.setupUrl);
  await text(late, "Schon eingerichtet").waitFor();
  await late.goodbye();
});

test("the checklist leads through house, network, service, people, contract and turns", async () => {
  await link(admin, "Los: Häuser anlegen").click();
  await field(admin, /^Name/).fill("Krankenhaus Tannbach");
  await field(admin, /^Ort/).fill("Tannbach");
  await field(admin, /^Telefonzentrale/).fill("0123 45-0");
  await save("Krankenhaus Tannbach");
  await link(admin, "Los: Ein Netz anlegen").click();
  await field(admin, /^Name/).fill("Neuronetz");
  await save("Neuronetz");
  await link(admin, "Los: Einen Dienst anlegen").click();
  await field(admin, /^Name/).fill("Schlaganfall-Dienst");
  await select(admin, /^Fachgebiet/).selectOption("stroke_neurology");
  await field(admin, /^Notfallnummer/).fill("030 1234-112");
  await save("Schlaganfall-Dienst");
  await link(admin, "Los: Personen anlegen").waitFor();
  const uni = "Universitätsklinikum Nordstadt";
  falk = await employ({
    name: "Dr. Miriam Falk", email: "falk@nordstadt.example", house: uni, roles: ["Beratend"],
    qualification: "Schlaganfall-Neurologie", network: "Neuronetz",
  });
  weber = await employ({ name: "Dr. Jan Weber", email: "weber@tannbach.example", house: "Krankenhaus Tannbach", roles: ["Anfordernd"] });
  alt = await employ({ name: "Dr. Karl Alt", email: "alt@nordstadt.example", house: uni, roles: ["Anfordernd"] });
  officers = [];
  for (const [name, email] of [["Lena Groß", "gross@nordstadt.example"], ["Ben Stark", "stark@nordstadt.example"]])
    officers.push(await employ({ name, email, house: uni, roles: ["Datenschutz"] }));
  await link(admin, "Los: Verträge eintragen").click();
  const cell = admin.page.getByRole("checkbox", { name: `${uni} berät Krankenhaus Tannbach` });
  await admin.page.locator("td label").filter({ has: cell }).click();
  await link(admin, "Los: Den Dienstplan füllen").click();
  await select(admin, "Person hinzufügen").first().selectOption({ label: "Dr. Miriam Falk" });
  await admin.shot("admin-turns");
  await save("Schlaganfall-Dienst");
  await text(admin, "1 Person im ersten Dienst").waitFor();
  assert.equal(await admin.page.getByText("Bis zum ersten Konsil").count(), 0, "nothing is left to do");
  await admin.page.goto(`${installation.origin}/admin/#/people`);
  await admin.shot("admin-people");
});

test("an address that is taken and a colleague who was faster are said, not overwritten", async () => {
  await link(admin, "Dr. Jan Weber bearbeiten").click();
  await field(admin, /^E-Mail-Adresse/).fill("FALK@nordstadt.example");
  await button(admin, "Speichern").click();
  await text(admin, "gehört schon zu einem anderen Konto").waitFor();
  await field(admin, /^E-Mail-Adresse/).fill("weber@tannbach.example");
  const other = await Person.arrive(browser);
  await other.context.addCookies(await admin.context.cookies());
  await other.page.goto(admin.page.url());
  await field(other, /^Dienstliche/).fill("0123 45-77");
  await button(other, "Speichern").click();
  await text(other, "Gespeichert").waitFor();
  await field(admin, /^Dienstliche/).fill("0123 45-99");
  await button(admin, "Speichern").click();
  await text(admin, "Inzwischen geändert").waitFor();
  await admin.shot("admin-stale");
  await button(admin, "Neuen Stand laden").click();
  assert.equal(await field(admin, /^Dienstliche/).inputValue(), "0123 45-77");
  await dialog(admin).getByRole("button", { name: "Abbrechen" }).click();
  await other.goodbye();
});

test("the new referrer's request rings the new specialist", async () => {
  falk = await signsIn(falk, { viewport: PHONE, touch: true });
  await falk.page.waitForURL("**/oncall/**");
  await button(falk, "Bereitschaft starten").click();
  await text(falk, "Bereit").waitFor();
  weber = await signsIn(weber);
  await weber.page.waitForURL("**/refer/**");
  await weber.page.getByRole("link", { name: "Neues Telekonsil" }).or(button(weber, "Neues Telekonsil")).first().click();
  await text(weber, "Notfall").click();
  await text(weber, "Schlaganfall-Dienst").click();
  await button(weber, "Jetzt klingeln lassen").click();
  const accept = button(falk, "Annehmen");
  await accept.waitFor({ timeout: 30_000 });
  // The ring screen ignores taps in its first moment.
  while (!(await text(falk, "Angenommen").isVisible())) await accept.click({ timeout: 1_000 }).catch(() => {});
  await text(weber, "hat angenommen").waitFor();
  label = await weber.page.evaluate(async () => (await (await fetch("/api/consults")).json())[0].label);
});

test("who came by a link sets a first password", async () => {
  await button(falk, "Einstellungen").click();
  await button(falk, "Mein Konto").click();
  const [wanted, repeated] = [/^Neues Passwort$/, /wiederholen/].map((name) => dialog(falk).getByLabel(name));
  await wanted.fill("Stroke Unit bei Nacht");
  await repeated.fill("Stroke Unit bei Nacht");
  await dialog(falk).locator("button[type=submit]").click();
  await text(falk, "Das Passwort ist geändert.").waitFor();
  await admin.page.goto(`${installation.origin}/admin/#/people`);
});

test("a session that the administrator ends opens nothing any more", async () => {
  await link(admin, "Sitzungen").click();
  await button(admin, "Sitzung von Dr. Miriam Falk beenden").click();
  await admin.shot("admin-session-end");
  await button(admin, "Ja, beenden").click();
  await button(admin, "Sitzung von Dr. Miriam Falk beenden").waitFor({ state: "detached" });
  await falk.page.reload();
  await falk.page.waitForURL("**/login**");
  await falk.page.locator("input[name=email]").fill("falk@nordstadt.example");
  await falk.page.locator("input[name=password]").fill("Stroke Unit bei Nacht");
  await button(falk, "Anmelden").click();
  await falk.page.waitForURL("**/oncall/**");
  await text(admin, "dieses Gerät").waitFor();
});

test("broken glass tells the data-protection role at once", async () => {
  officers = [await signsIn(officers[0]), await signsIn(officers[1], { viewport: PHONE, touch: true })];
  for (const officer of officers) {
    await officer.page.waitForURL("**/privacy/**");
    // Who made these accounts and their links is told from the first one on.
    await text(officer, "Rechte geändert · Ben Stark").first().waitFor();
    await text(officer, "Anmelde-Link ausgestellt · Ben Stark").first().waitFor();
  }
  alt = await signsIn(alt);
  await alt.page.waitForURL("**/refer/**");
  await button(alt, "Einstellungen").click();
  await button(alt, "Notfallzugriff").click();
  await dialog(alt).getByRole("textbox").first().fill(label);
  await dialog(alt).getByRole("textbox").nth(1).fill("Der Patient liegt jetzt bei uns, der Befund fehlt.");
  await dialog(alt).locator("button[type=submit]").click();
  await text(officers[0], `Notfallzugriff · ${label}`).waitFor();
  await text(officers[0], "Der Patient liegt jetzt bei uns").waitFor();
  await officers[0].shot("privacy-notice");
  await officers[1].shot("privacy-notice-phone");
  await button(officers[0], `Hinweis zu ${label} als gesehen vermerken`).click();
  await text(officers[0], `Notfallzugriff · ${label}`).waitFor({ state: "detached" });
  await officers[1].page.getByRole("link", { name: "Notfallzugriffe" }).click();
  await text(officers[1], "Gesehen von Lena Groß").waitFor();
  await officers[0].page.getByRole("link", { name: "Zugriffe", exact: true }).click();
  await field(officers[0], /^Konsil/).fill(label);
  await button(officers[0], "Anzeigen").click();
  await text(officers[0], `Zugriffe auf ${label}`).waitFor();
});

test("an export takes two people and is whole", async () => {
  const [asks, decides] = officers;
  await asks.page.getByRole("link", { name: /^Exporte/ }).click();
  await button(asks, "Export anfragen").click();
  await field(asks, /^Konsil/).fill(label);
  await field(asks, /^Grund/).fill("Anfrage des Landgerichts, 12 O 3/26");
  await button(asks, "Anfragen").click();
  await text(asks, "Eine zweite Person muss entscheiden.").waitFor();
  assert.equal(await button(asks, `Export von ${label} zustimmen`).count(), 0, "nobody decides their own");
  await decides.page.getByRole("link", { name: /^Exporte/ }).click();
  await button(decides, `Export von ${label} zustimmen`).click();
  await text(decides, "Entschieden von Ben Stark").waitFor();
  assert.equal(await button(decides, `Export von ${label} herunterladen`).count(), 0, "who decides does not fetch it");
  const download = asks.page.waitForEvent("download");
  await button(asks, `Export von ${label} herunterladen`).click();
  const file = JSON.parse(await readFile(await (await download).path(), "utf8"));
  assert.match(JSON.stringify(file), /Dr\. Miriam Falk|accepted/);
  await text(asks, "heruntergeladen").waitFor();
  await asks.shot("privacy-exports");
});

test("nobody's console complained, and nothing left the machine", () => {
  assert.deepEqual(installation.errors, []);
  for (const person of [admin, weber, alt, ...officers]) {
    assert.deepEqual(person.foreign, []);
    assert.deepEqual(person.complaints, []);
  }
});
