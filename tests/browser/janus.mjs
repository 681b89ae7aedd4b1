// A call of two people through Janus VideoRoom (Debian package `janus`), from a page of our own that publishes what our
// client publishes, each of its connections behind a tests/relay as bad as ours.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { networkInterfaces, tmpdir } from "node:os";
import path from "node:path";
import { DESKTOP, Person, freePort } from "./harness.mjs";
import { ANNOUNCED, Relay, watch } from "./network.mjs";

const PROGRAM = "/usr/bin/janus";
/** Four connections, a port each; outside of what the kernel gives to the relays' own sockets. */
const MEDIA_PORTS = "20000-20063";
const ROOM = 1;
/** A name that Chromium takes for this machine, and therefore gives camera and microphone to. Nothing listens there. */
const PAGE = "http://janus.localhost/";

/** Why the call cannot take place on this machine; `undefined`: it can. */
export function unavailable() {
  if (!existsSync(PROGRAM)) return "the package janus is not installed";
  if (!address()) return "Janus leaves loopback addresses out, and this machine has no other";
  return undefined;
}

/** Where Janus takes packets. Clients are told of `ANNOUNCED`, where the relays are. */
function address() {
  const all = Object.values(networkInterfaces()).flat();
  return all.find(({ family, internal }) => family === "IPv4" && !internal)?.address;
}

/** `watch` looks for the video in a tile. */
const HTML = `<!doctype html><title>Janus</title>
<div class="tile"><video autoplay muted playsinline></video><audio autoplay></audio></div>`;

export class JanusWorld {
  static async start() {
    const world = new JanusWorld();
    world.folder = await mkdtemp(path.join(tmpdir(), "telekonsil-janus-"));
    world.port = await freePort();
    world.relays = [];
    world.transactions = 0;
    try {
      await world.launch();
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  async launch() {
    for (const [name, text] of Object.entries(configuration(this.folder, this.port))) {
      await writeFile(path.join(this.folder, name), text);
    }
    const log = await open(path.join(this.folder, "log"), "w");
    const args = ["-F", this.folder, "-C", path.join(this.folder, "janus.jcfg")];
    this.process = spawn(PROGRAM, args, { stdio: ["ignore", log.fd, log.fd] });
    this.exited = once(this.process, "exit");
    await log.close();
    while (!(await fetch(`${this.api}/info`).catch(() => undefined))?.ok) {
      if (this.process.exitCode !== null) throw new Error(`janus ended with ${this.process.exitCode}`);
    }
    this.session = (await this.ask("", { janus: "create" })).data.id;
    await this.message(await this.handle(), { request: "create", room: ROOM, publishers: 2, bitrate: 0, videocodec: "vp8" });
  }

  get api() {
    return `http://127.0.0.1:${this.port}/janus`;
  }

  /** Like `World.meet`. `sources`: of `published`. `substream`: the layer that each asks for; `undefined`: does not ask. */
  async meet(browsers, sources, substream) {
    const people = [];
    for (const browser of browsers) people.push(await arrive(browser));
    for (const [i, { page }] of people.entries()) {
      const sdp = await page.evaluate((sources) => window.publish(sources), sources);
      const handle = await this.handle();
      const join = { request: "joinandconfigure", ptype: "publisher", room: ROOM, id: feed(i) };
      // Janus takes the first of the layers for the largest, unless told (janus-gateway#2385).
      const { jsep } = await this.message(handle, join, { type: "offer", sdp, rid_order: "lmh" });
      await this.relayTo(jsep.sdp);
      await page.evaluate((sdp) => window.accept(sdp), jsep.sdp);
      await this.connected(handle);
    }
    for (const [i, { page }] of people.entries()) {
      const handle = await this.handle();
      const join = { request: "join", ptype: "subscriber", room: ROOM, streams: [{ feed: feed(1 - i) }] };
      const { jsep } = await this.message(handle, join);
      await this.relayTo(jsep.sdp);
      const sdp = await page.evaluate((sdp) => window.subscribe(sdp), jsep.sdp);
      await this.message(handle, { request: "start" }, { type: "answer", sdp });
      await this.connected(handle);
      if (substream === undefined) continue;
      const streams = jsep.sdp.match(/^a=mid:.+$/gm).map((line) => ({ mid: line.slice("a=mid:".length), substream }));
      await this.message(handle, { request: "configure", streams });
    }
    for (const person of people) await person.until(() => window.drawnAt.length > 5, null, 30_000);
    return people;
  }

  /** A relay before the port of the connection that `sdp` is Janus's side of. */
  async relayTo(sdp) {
    const [, port] = /^a=candidate:\S+ 1 udp \d+ \S+ (\d+) typ host/im.exec(sdp);
    this.relays.push(await Relay.start(`${ANNOUNCED}:${port}`, `${address()}:${port}`, []));
  }

  /** Like `relay.network` of ours: each person has a link up and one down. Here they are those of two connections. */
  async network(set) {
    for (const relay of this.relays) await relay.network(set);
  }

  async handle() {
    return (await this.ask(`/${this.session}`, { janus: "attach", plugin: "janus.plugin.videoroom" })).data.id;
  }

  /** What the plugin says, and its SDP if there is one. */
  async message(handle, body, jsep) {
    const answer = await this.ask(`/${this.session}/${handle}`, { janus: "message", body, ...(jsep && { jsep }) });
    const { data } = answer.plugindata;
    if (data.error) throw new Error(`janus refuses ${body.request}: ${data.error}`);
    return answer;
  }

  /** A request and what finally answers it: not the mere receipt. */
  async ask(where, request) {
    this.transactions += 1;
    const transaction = String(this.transactions);
    const response = await fetch(this.api + where, { method: "POST", body: JSON.stringify({ ...request, transaction }) });
    const receipt = await response.json();
    const answer = receipt.janus === "ack" ? await this.event((event) => event.transaction === transaction) : receipt;
    if (answer.error) throw new Error(`janus refuses ${request.janus}: ${answer.error.reason}`);
    return answer;
  }

  /** Only then has a publisher a feed that others may ask for. */
  connected(handle) {
    return this.event(({ janus, sender }) => janus === "webrtcup" && sender === handle);
  }

  /** The next event that `isIt`; those before it are nobody's. */
  async event(isIt) {
    for (;;) {
      const event = await (await fetch(`${this.api}/${this.session}`)).json();
      if (isIt(event)) return event;
      if (event.janus === "hangup") throw new Error(`janus hung up: ${event.reason}`);
    }
  }

  async stop() {
    for (const relay of this.relays) await relay.stop();
    this.process?.kill("SIGTERM");
    await this.exited;
    await rm(this.folder, { recursive: true, force: true });
  }
}

const feed = (i) => 1_000 + i;

function configuration(folder, port) {
  return {
    "janus.jcfg": `
general: { configs_folder = "${folder}" session_timeout = 0 debug_level = 2 }
nat: { ice_enforce_list = "${address()}" nat_1_1_mapping = "${ANNOUNCED}" }
media: { ipv6 = false rtp_port_range = "${MEDIA_PORTS}" }
transports: {
  disable = "libjanus_websockets.so,libjanus_pfunix.so,libjanus_mqtt.so,libjanus_rabbitmq.so,libjanus_nanomsg.so"
}
`,
    "janus.transport.http.jcfg": `general: { json = "compact" http = true port = ${port} ip = "127.0.0.1" https = false }\n`,
    "janus.plugin.videoroom.jcfg": "general: { }\n",
  };
}

async function arrive(browser) {
  const person = await Person.arrive(browser, undefined, { viewport: DESKTOP });
  await person.context.addInitScript(watch);
  await person.context.addInitScript(client);
  await person.context.route(PAGE, (route) => route.fulfill({ contentType: "text/html", body: HTML }));
  await person.page.goto(PAGE);
  return person;
}

/** How one of our people sends camera and microphone, for another client to do the same. */
export const published = (person) =>
  person.page.evaluate(() => {
    const senders = window.connections.findLast(({ connectionState }) => connectionState === "connected").getSenders();
    return senders.filter(({ track }) => track).map((sender) => {
      const { encodings, codecs, degradationPreference } = sender.getParameters();
      return {
        kind: sender.track.kind, constraints: sender.track.getConstraints(), degradationPreference,
        // Our server switches layers off that nobody looks at; Janus has no word for it.
        encodings: encodings.map((encoding) => ({ ...encoding, active: true })),
        codecs: codecs.map(({ mimeType }) => mimeType),
      };
    });
  });

/** Runs in the page: what a client of VideoRoom has to do, without the signalling. */
function client() {
  window.publish = async (sources) => {
    const connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    const senders = [];
    for (const { kind, constraints, encodings, codecs, degradationPreference } of sources) {
      const stream = await navigator.mediaDevices.getUserMedia({ [kind]: constraints });
      const transceiver = connection.addTransceiver(stream.getTracks()[0], { direction: "sendonly", sendEncodings: encodings });
      const known = RTCRtpReceiver.getCapabilities(kind).codecs;
      transceiver.setCodecPreferences(known.filter(({ mimeType }) => codecs.includes(mimeType)));
      senders.push([transceiver.sender, degradationPreference]);
    }
    await connection.setLocalDescription();
    window.accept = async (sdp) => {
      await connection.setRemoteDescription({ type: "answer", sdp });
      for (const [sender, degradationPreference] of senders.filter(([, preference]) => preference)) {
        await sender.setParameters({ ...sender.getParameters(), degradationPreference });
      }
    };
    return connection.localDescription.sdp;
  };
  window.subscribe = async (sdp) => {
    const connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    connection.ontrack = ({ track }) => {
      document.querySelector(track.kind).srcObject = new MediaStream([track]);
    };
    await connection.setRemoteDescription({ type: "offer", sdp });
    await connection.setLocalDescription();
    return connection.localDescription.sdp;
  };
}
