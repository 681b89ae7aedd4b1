// coturn as deploy/turnserver.conf sets it up: the file itself, with what stands between <…> filled in.
import { execFileSync, spawn } from "node:child_process";
import { createHash, randomUUID, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "./harness.mjs";
import { ANNOUNCED } from "./network.mjs";

const PROGRAM = "/usr/bin/turnserver";
/** Its own address, as in production; from here its packets come to the media port. */
export const TURN_ADDRESS = "127.0.0.3";

export class Turn {
  /** `undefined` where coturn is not installed. */
  static async start() {
    if (!existsSync(PROGRAM)) return undefined;
    const turn = new Turn();
    turn.folder = await mkdtemp(path.join(tmpdir(), "telekonsil-turn-"));
    turn.port = await freePort();
    const secret = randomUUID();
    await writeFile(turn.file("secret"), secret);
    execFileSync("openssl", [
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=turn",
      "-keyout", turn.file("key.pem"), "-out", turn.file("certificate.pem"),
    ], { stdio: "ignore" });
    await writeFile(turn.file("turnserver.conf"), await turn.configuration(secret));
    turn.log = "";
    turn.process = spawn(PROGRAM, ["-c", turn.file("turnserver.conf"), "--log-file=stdout"], { stdio: ["ignore", "pipe", "pipe"] });
    turn.exited = once(turn.process, "exit");
    for (const stream of [turn.process.stdout, turn.process.stderr]) stream.on("data", (text) => (turn.log += text));
    await turn.listening();
    return turn;
  }

  file(name) {
    return path.join(this.folder, name);
  }

  async configuration(secret) {
    const deployed = await readFile(new URL("../../deploy/turnserver.conf", import.meta.url), "utf8");
    const ours = {
      "listening-ip": TURN_ADDRESS, "tls-listening-port": this.port, cert: this.file("certificate.pem"), pkey: this.file("key.pem"),
      "static-auth-secret": secret, "relay-ip": TURN_ADDRESS, "allowed-peer-ip": ANNOUNCED, pidfile: this.file("pid"),
    };
    const seen = new Set();
    const lines = deployed.split("\n").map((line) => {
      const [, name] = /^([a-z-]+)=/.exec(line) ?? [];
      if (!(name in ours)) return line === "syslog" ? "" : line;
      seen.add(name);
      return `${name}=${ours[name]}`;
    });
    const missing = Object.keys(ours).filter((name) => !seen.has(name));
    if (missing.length) throw new Error(`deploy/turnserver.conf says nothing of ${missing}`);
    // This machine's own addresses are all that a test has; in production it is a hole.
    return [...lines, "allow-loopback-peers", ""].join("\n");
  }

  async listening() {
    for (let open = false; !open; ) {
      if (this.process.exitCode !== null) throw new Error(`turnserver ended:\n${this.log}`);
      const socket = connect(this.port, TURN_ADDRESS);
      open = await Promise.race([once(socket, "connect").then(() => true), once(socket, "close").then(() => false)]).catch(() => false);
      socket.destroy();
    }
  }

  /** Lines of Telekonsil's configuration. */
  get lines() {
    return `[turn]\nurls = ["turns:${TURN_ADDRESS}:${this.port}?transport=tcp"]\nsecret_file = "${this.file("secret")}"`;
  }

  /** Makes a browser trust the certificate. */
  async flags() {
    const certificate = new X509Certificate(await readFile(this.file("certificate.pem")));
    const key = certificate.publicKey.export({ type: "spki", format: "der" });
    return [`--ignore-certificate-errors-spki-list=${createHash("sha256").update(key).digest("base64")}`];
  }

  async stop() {
    this.process.kill("SIGTERM");
    await this.exited;
    await rm(this.folder, { recursive: true, force: true });
  }
}
