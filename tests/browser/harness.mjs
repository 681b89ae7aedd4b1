// Starts a real server and a real browser for the specs, and fails a spec when either of them complains.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, mkdir, rm } from "node:fs/promises";
import { tmpdir, homedir } from "node:os";
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import path from "node:path";
import readline from "node:readline";
import { chromium } from "playwright-core";

export const BIN =
  process.env.TELEKONSIL_BIN ?? path.join(homedir(), ".cache/telekonsil/target/release/telekonsil");
/** Where screenshots go; CI keeps nothing, a person looks at them. */
export const SHOTS = process.env.TELEKONSIL_SHOTS ?? path.join(tmpdir(), "telekonsil-shots");
export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1280, height: 800 };

/**
 * A port that is free on 127.0.0.1, for TCP and UDP. Not of the range that the kernel gives to whoever asks for any
 * (from 32768 on): a browser's own socket would have it a moment later.
 */
export async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const tcp = createServer();
    const udp = createSocket("udp4");
    try {
      await Promise.all([bound(tcp, "listening", () => tcp.listen(port, "127.0.0.1")), bound(udp, "listening", () => udp.bind(port, "127.0.0.1"))]);
      return port;
    } catch {
      // Somebody has it.
    } finally {
      await Promise.all([tcp, udp].map((socket) => new Promise((done) => { try { socket.close(done); } catch { done(); } })));
    }
  }
}

const bound = (socket, event, bind) => new Promise((done, failed) => {
  socket.once(event, done);
  socket.once("error", failed);
  bind();
});

/** An id as the pages make them (UUIDv7). */
export function newId() {
  const time = Date.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

/** A running `telekonsil demo`. `links` holds the one-time links by role. */
export class Demo {
  static async start(options = {}) {
    const demo = new Demo();
    demo.data = options.data ?? (await mkdtemp(path.join(tmpdir(), "telekonsil-spec-")));
    demo.port = options.port ?? (await freePort());
    demo.mediaPort = options.mediaPort ?? (await freePort());
    await demo.launch();
    return demo;
  }

  async launch() {
    this.log = [];
    const args = ["demo", "--listen", `127.0.0.1:${this.port}`, "--media-port", String(this.mediaPort), "--data", this.data];
    this.process = spawn(BIN, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.exited = new Promise((done) => this.process.once("exit", (code, signal) => done({ code, signal })));
    readline.createInterface({ input: this.process.stderr }).on("line", (line) => this.log.push(line));
    const out = readline.createInterface({ input: this.process.stdout });
    const started = process.hrtime.bigint();
    this.links = await new Promise((resolve, reject) => {
      out.once("line", (line) => resolve(JSON.parse(line)));
      this.exited.then(({ code }) => reject(new Error(`telekonsil ended with ${code}:\n${this.log.join("\n")}`)));
    });
    this.startMillis = Number(process.hrtime.bigint() - started) / 1e6;
  }

  get errors() {
    return this.log.filter((line) => /\bERROR\b|panicked at|"level":"ERROR"/.test(line));
  }

  /** `kill -9`. */
  async kill() {
    this.process.kill("SIGKILL");
    await this.exited;
  }

  async stop() {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill("SIGTERM");
    const ended = await this.exited;
    await rm(this.data, { recursive: true, force: true });
    if (this.errors.length) throw new Error(`the server logged errors:\n${this.errors.join("\n")}`);
    if (ended.signal !== "SIGKILL" && ended.code !== 0) throw new Error(`telekonsil ended with ${ended.code}:\n${this.log.slice(-20).join("\n")}`);
  }
}

const FLAGS = [
  "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader",
  "--autoplay-policy=no-user-gesture-required",
];
const FAKE_DEVICES = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

/** Chromium with a fake camera and microphone, or, with `devices: false`, on a machine that has neither. */
export async function launchBrowser({ devices = true, flags = [] } = {}) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true,
    args: [...FLAGS, ...(devices ? FAKE_DEVICES : []), ...flags],
  });
}

/** A person with a browser of their own. Collects console errors and failed or third-party requests. */
export class Person {
  static async arrive(browser, url, options = {}) {
    const person = new Person();
    person.context = await browser.newContext({
      viewport: options.viewport ?? DESKTOP, locale: options.locale ?? "de-DE", timezoneId: options.timezone ?? "Europe/Berlin",
      hasTouch: options.touch ?? false, colorScheme: options.colorScheme ?? "light",
    });
    // The pages speak German until somebody switches.
    if (options.language) await person.context.addInitScript((language) => localStorage.setItem("telekonsil.language", language), options.language);
    person.complaints = [];
    person.foreign = [];
    person.page = await person.context.newPage();
    person.watch(person.page);
    person.context.on("page", (page) => page !== person.page && person.watch(page));
    if (url) await person.page.goto(url);
    return person;
  }

  watch(page) {
    page.on("pageerror", (error) => this.complaints.push(`pageerror ${error.message}`));
    page.on("console", (line) => line.type() === "error" && this.complaints.push(`console ${line.text()} ${line.location().url ?? ""}`));
    page.on("request", (request) => {
      const { hostname, protocol } = new URL(request.url());
      if (/^(https?|wss?):$/.test(protocol) && hostname !== "127.0.0.1" && !hostname.endsWith("localhost")) this.foreign.push(request.url());
    });
  }

  /** Looks again until `check` holds in the page; a level, not an edge. */
  async until(check, argument, timeout = 20_000) {
    await this.page.waitForFunction(check, argument, { timeout, polling: 100 });
  }

  byId(id) {
    return this.page.getByTestId(id);
  }

  async shot(name) {
    await mkdir(SHOTS, { recursive: true });
    await this.page.screenshot({ path: path.join(SHOTS, `${name}.png`) });
  }

  async goodbye() {
    await this.context.close();
  }
}
