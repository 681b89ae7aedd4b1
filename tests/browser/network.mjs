// Two people in a room with a bad network between them and the server: the SFU announces the address of tests/relay,
// which passes packets on as it is told, and everything else goes through a `Front`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import path from "node:path";
import readline from "node:readline";
import { BIN, Demo, DESKTOP, Person, freePort, newId } from "./harness.mjs";

/** `tests/run` builds it beside the server. */
const RELAY = process.env.TELEKONSIL_RELAY ?? path.join(path.dirname(BIN), "relay");
/** Where clients believe the media port is. The whole of 127/8 is this machine on Linux. */
export const ANNOUNCED = "127.0.0.2";
const SERVER = "127.0.0.1";
/** What takes longer than a person would wait for a test. */
export const LONG = Boolean(process.env.TELEKONSIL_LONG);
/** The sequence of losses and delays is the same for the same seed; what browsers do between them is not. */
const SEED = process.env.TELEKONSIL_SEED ?? "7";

/** The demo's people and images on `telekonsil serve`, with a relay before its media port. */
export class World {
  /**
   * `turn`: lines of the configuration. `spared`: the address from which a TURN server relays. `direct`: the address of
   * the media port, with no relay before it.
   */
  static async start({ turn = "", spared = [], direct } = {}) {
    const world = new World();
    const demo = await Demo.start();
    world.links = demo.links;
    // Everything that the demo has made stays; `serve` can be told of another address, which the demo cannot.
    await demo.kill();
    world.demo = demo;
    const config = path.join(demo.data, "network.toml");
    const port = direct ? demo.port : await freePort();
    await writeFile(config, `
listen = "127.0.0.1:${port}"
data_dir = "."
[media]
bind = "${direct ?? SERVER}:${demo.mediaPort}"
announced = ["${direct ?? ANNOUNCED}"]
shards = 1
${turn}
`);
    await world.serve(config, port);
    if (!direct) {
      world.front = await Front.start(demo.port, port);
      world.relay = await Relay.start(`${ANNOUNCED}:${demo.mediaPort}`, `${SERVER}:${demo.mediaPort}`, spared);
    }
    return world;
  }

  async serve(config, port) {
    this.log = [];
    this.process = spawn(BIN, ["serve", "--config", config], { stdio: ["ignore", "ignore", "pipe"] });
    this.exited = once(this.process, "exit");
    readline.createInterface({ input: this.process.stderr }).on("line", (line) => this.log.push(line));
    const url = `http://127.0.0.1:${port}/readyz`;
    for (;;) {
      if (this.process.exitCode !== null) throw new Error(`telekonsil ended:\n${this.log.join("\n")}`);
      if ((await fetch(url).catch(() => undefined))?.ok) return;
    }
  }

  get errors() {
    return this.log.filter((line) => /\bERROR\b|panicked at/.test(line));
  }

  /** Referrer and specialist in a room of their own, in browsers that may be two. */
  async meet([one, other]) {
    const referrer = await this.arrive(one, this.links.referrer, "**/refer/**");
    const specialist = await this.arrive(other, this.links.specialist, "**/oncall/**");
    await intoRoom(referrer, specialist);
    for (const person of [referrer, specialist]) await person.until(() => window.drawnAt.length > 5, null, 30_000);
    return [referrer, specialist];
  }

  async arrive(browser, link, page) {
    const person = await Person.arrive(browser, undefined, { viewport: DESKTOP });
    await person.context.addInitScript(watch);
    await person.page.goto(link);
    await person.page.waitForURL(page);
    return person;
  }

  async stop() {
    await this.relay?.stop();
    this.front?.stop();
    this.process?.kill("SIGTERM");
    const [code] = (await this.exited) ?? [0];
    await this.demo?.stop();
    if (this.errors.length || code !== 0) throw new Error(`telekonsil ended with ${code}:\n${this.log.slice(-20).join("\n")}`);
  }
}

/**
 * The way to pages, requests and signalling. While it is cut nobody is told: bytes go nowhere. What was open or opened
 * then stays dead, as behind a router that has lost its state; TCP would repeat it, but ever more slowly.
 */
class Front {
  static async start(port, server) {
    const front = new Front();
    front.open = new Set();
    front.isCut = false;
    front.listener = createServer((client) => {
      const ends = [client, ...(front.isCut ? [] : [connect(server, "127.0.0.1")])];
      front.open.add(ends);
      for (const end of ends) {
        end.on("error", () => {});
        end.on("close", () => {
          for (const other of ends) other.destroy();
          front.open.delete(ends);
        });
      }
      if (front.isCut) return;
      client.pipe(ends[1]);
      ends[1].pipe(client);
    });
    await new Promise((done) => front.listener.listen(port, "127.0.0.1", done));
    return front;
  }

  cut() {
    this.isCut = true;
    for (const end of [...this.open].flat()) end.unpipe().pause();
  }

  mend() {
    this.isCut = false;
  }

  stop() {
    this.listener.close();
    for (const end of [...this.open].flat()) end.destroy();
  }
}

/** Both press "join" in the room of a new consult; returns its id. */
export async function intoRoom(referrer, specialist) {
  const services = await call(referrer, "GET", "/api/services");
  const service = services.find(({ name }) => name === "Schlaganfall-Neurologie");
  const id = newId();
  await call(referrer, "POST", "/api/consults", { id, service_id: service.id, urgency: "emergency", fields: {} });
  await call(specialist, "POST", `/api/consults/${id}/actions`, { type: "accept" });
  for (const person of [referrer, specialist]) {
    await person.page.goto(new URL(`/room/${id}`, person.page.url()).href);
    await person.byId("join").click();
  }
  return id;
}

/** A request as the page itself makes it. */
export async function call(person, method, url, body) {
  const answer = await person.page.evaluate(
    async ([method, url, body]) => {
      const me = await (await fetch("/api/session")).json();
      const headers = { "content-type": "application/json", "x-csrf-token": me.csrf_token };
      const response = await fetch(url, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
      return { status: response.status, body: await response.json() };
    },
    [method, url, body],
  );
  if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** tests/relay. */
export class Relay {
  static async start(listen, server, spared) {
    await access(RELAY).catch(() => {
      throw new Error(`no relay at ${RELAY}: cargo build --release --workspace --all-targets`);
    });
    const relay = new Relay();
    relay.process = spawn(RELAY, [listen, server, SEED, ...spared], { stdio: ["pipe", "pipe", "inherit"] });
    relay.exited = once(relay.process, "exit");
    relay.lines = readline.createInterface({ input: relay.process.stdout })[Symbol.asyncIterator]();
    await relay.answer();
    return relay;
  }

  async answer() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error("the relay ended");
    const answer = JSON.parse(value);
    if (answer.refused) throw new Error(`the relay refuses: ${answer.refused}`);
    return answer;
  }

  async say(command) {
    this.process.stdin.write(`${JSON.stringify(command)}\n`);
    return this.answer();
  }

  /** Sets all conditions; what is not said is perfect. */
  network(set, direction = "both", after_ms = 0) {
    return this.say({ do: "network", direction, after_ms, set });
  }

  async stop() {
    this.process.stdin.end();
    await this.exited;
  }
}

/** Runs in the page before anything else: keeps its connections, and the times at which another's picture was drawn. */
export function watch() {
  window.connections = [];
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...rest) {
      super(...rest);
      window.connections.push(this);
    }
  };
  window.drawnAt = [];
  let watched;
  setInterval(() => {
    const video = document.querySelector(".tile:not(.tile-self) video");
    if (!video || video === watched) return;
    watched = video;
    const drawn = () => {
      window.drawnAt.push(Date.now());
      if (video === watched) video.requestVideoFrameCallback(drawn);
    };
    video.requestVideoFrameCallback(drawn);
  }, 20);
}

/** Sums of what came in over the connection that is in use, and how it gets here. */
export const sample = (person) =>
  person.page.evaluate(async () => {
    const sums = { at: performance.now(), frames: 0, freezes: 0, frozen: 0, samples: 0, concealed: 0, bytes: 0, height: 0 };
    const connected = window.connections.findLast((connection) => connection.connectionState === "connected");
    if (!connected) return { ...sums, isConnected: false };
    const report = await connected.getStats();
    const all = [...report.values()];
    for (const line of all.filter(({ type }) => type === "inbound-rtp")) {
      sums.bytes += line.bytesReceived ?? 0;
      sums.frames += line.framesDecoded ?? 0;
      sums.freezes += line.freezeCount ?? 0;
      sums.frozen += line.totalFreezesDuration ?? 0;
      sums.height = Math.max(sums.height, line.frameHeight ?? 0);
      if (line.kind !== "audio" || !line.packetsReceived) continue;
      sums.samples += line.totalSamplesReceived ?? 0;
      sums.concealed += line.concealedSamples ?? 0;
    }
    const transport = all.find(({ type, selectedCandidatePairId }) => type === "transport" && selectedCandidatePairId);
    const pair = report.get(transport?.selectedCandidatePairId);
    const [local, remote] = [report.get(pair?.localCandidateId), report.get(pair?.remoteCandidateId)];
    return {
      ...sums, isConnected: true, local: local?.candidateType, protocol: local?.protocol, relayProtocol: local?.relayProtocol,
      remote: remote?.candidateType, roundTrip: pair?.currentRoundTripTime,
    };
  });

/** What one person has seen and heard between two samples. */
export function between(before, after) {
  const seconds = (after.at - before.at) / 1000;
  const samples = after.samples - before.samples;
  return {
    "frames/s": (after.frames - before.frames) / seconds,
    freezes: after.freezes - before.freezes,
    "frozen s": after.frozen - before.frozen,
    "sound made up %": samples > 0 ? (100 * (after.concealed - before.concealed)) / samples : 100,
    "kbit/s": ((after.bytes - before.bytes) * 8) / 1000 / seconds,
    lines: after.height,
  };
}

/** What a person's browser says of its camera: what it sends and may send, in kbit/s, and what keeps it from sending more. */
export const sending = (person, millis) =>
  person.page.evaluate(async (millis) => {
    const look = async () => {
      const lines = (await Promise.all(window.connections.map((connection) => connection.getStats()))).flatMap((report) => [...report.values()]);
      const layers = lines.filter(({ type, kind }) => type === "outbound-rtp" && kind === "video");
      return {
        bytes: layers.reduce((sum, { bytesSent }) => sum + bytesSent, 0),
        limits: layers.map(({ qualityLimitationReason }) => qualityLimitationReason),
        may: Math.max(0, ...lines.map(({ availableOutgoingBitrate }) => availableOutgoingBitrate ?? 0)),
      };
    };
    const before = await look();
    await new Promise((done) => setTimeout(done, millis));
    const after = await look();
    return { sends: ((after.bytes - before.bytes) * 8) / millis, may: after.may / 1000, limits: after.limits };
  }, millis);

/** Shows everybody the other on half a screen, so that the best layer is wanted; or as before. */
export const enlarge = (people, isLarge) =>
  Promise.all(people.map(({ page }) => page.evaluate((isLarge) => {
    const style = { position: "fixed", inset: "0 auto auto 0", width: "960px", height: "540px", zIndex: 9 };
    const { style: tile } = document.querySelector(".tile:not(.tile-self)");
    for (const [name, value] of Object.entries(style)) tile[name] = isLarge ? value : "";
  }, isLarge)));

/** Milliseconds until each is shown a picture of so many lines. */
export const tall = (people, lines, timeout = 30_000) => {
  const since = Date.now();
  const isTall = (lines) => document.querySelector(".tile:not(.tile-self) video").videoHeight >= lines;
  return Promise.all(people.map(async (person) => {
    await person.until(isTall, lines, timeout);
    return Date.now() - since;
  }));
};

/** Everybody's pictures go on for `millis` under the conditions that there are. */
export async function observe(people, millis) {
  const before = await Promise.all(people.map(sample));
  await Promise.all(people.map(({ page }) => page.waitForTimeout(millis)));
  const after = await Promise.all(people.map(sample));
  return before.map((sum, i) => between(sum, after[i]));
}

/** Milliseconds from `since` until each sees the next picture. */
export const nextPictures = (people, since, timeout = 30_000) =>
  Promise.all(people.map(async (person) => {
    await person.until((time) => window.drawnAt.at(-1) > time, since, timeout);
    return person.page.evaluate((time) => window.drawnAt.find((at) => at > time) - time, since);
  }));

/** A picture that stands still for so long, in milliseconds, is seen to stand still. */
const STANDS = 1_000;
/** And one that moves for so long has come to stay. */
const MOVES = 2_000;

/**
 * Milliseconds from `since` until each sees pictures that go on: the first one of those between which none stood still,
 * up to now. What was under way when a network went comes as well, and is no picture that is back.
 */
export const picturesBack = (people, since, timeout = 30_000) =>
  Promise.all(people.map(async (person) => {
    const first = ([since, stands, moves]) => {
      const times = window.drawnAt.filter((at) => at > since);
      const begins = times.findLast((at, i) => i === 0 || at - times[i - 1] > stands);
      return times.at(-1) - begins >= moves && Date.now() - times.at(-1) < stands ? begins - since : undefined;
    };
    await person.until(first, [since, STANDS, MOVES], timeout);
    return person.page.evaluate(first, [since, STANDS, MOVES]);
  }));

/** The longest time without a new picture since then, in milliseconds. */
export const longestPause = (person, since) =>
  person.page.evaluate((time) => {
    const times = [time, ...window.drawnAt.filter((at) => at > time), Date.now()];
    return Math.max(...times.slice(1).map((at, i) => at - times[i]));
  }, since);

/** Prints rows as comments of the test's output. */
export function table(rows) {
  const titles = Object.keys(rows[0]);
  const text = (value) => (typeof value === "number" ? value.toFixed(1) : String(value));
  const widths = titles.map((title) => Math.max(title.length, ...rows.map((row) => text(row[title]).length)));
  const line = (cells) => `# ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  ")}`;
  console.log([line(titles), ...rows.map((row) => line(titles.map((title) => text(row[title]))))].join("\n"));
}
