// nginx as deploy/nginx-443.conf and the README set it up: their own lines, with addresses and names of this machine.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "./harness.mjs";
import { TURN_ADDRESS } from "./turn.mjs";

const PROGRAM = "/usr/sbin/nginx";
/** Debian has it in a package of its own. */
const STREAM = "/usr/lib/nginx/modules/ngx_stream_module.so";
/** The relay's name; all other names are the pages'. */
export const RELAY_NAME = "turn.localhost";

export class Nginx {
  static isInstalled() {
    return existsSync(PROGRAM) && existsSync(STREAM);
  }

  /** `port`: where clients come in. `pages`: the port at which Telekonsil speaks plain HTTP. `turn`: of turn.mjs. */
  static async start(port, pages, turn) {
    const nginx = new Nginx();
    nginx.port = port;
    nginx.folder = await mkdtemp(path.join(tmpdir(), "telekonsil-nginx-"));
    const file = path.join(nginx.folder, "nginx.conf");
    await writeFile(file, await nginx.configuration(pages, turn));
    nginx.log = "";
    nginx.process = spawn(PROGRAM, ["-p", nginx.folder, "-e", "stderr", "-c", file], { stdio: ["ignore", "ignore", "pipe"] });
    nginx.exited = once(nginx.process, "exit");
    nginx.process.stderr.on("data", (text) => (nginx.log += text));
    await nginx.listening();
    return nginx;
  }

  async configuration(pages, turn) {
    const deployed = await repository("deploy/nginx-443.conf");
    const readme = await repository("README.md");
    const location = found(readme, /^ {4}location \/ \{\n[^}]*\n {4}\}$/m);
    const [, upgrade] = found(readme, /`(map \$http_upgrade [^`]+)`/);
    const [, server] = found(deployed, /^#\n((?:# {5}.*\n)+)/m);
    const http = server.replaceAll(/^# {5}/gm, "").replace("location / { … }", () => location[0]);
    const parts = {
      "listen 443;": `listen 127.0.0.1:${this.port};`, "listen [::]:443;": "", "turn.example.org": RELAY_NAME,
      "127.0.0.1:5348": `127.0.0.1:${await freePort()}`, "127.0.0.1:5349": `${TURN_ADDRESS}:${turn.port}`, "127.0.0.1:8443": `127.0.0.1:${await freePort()}`,
      "telekonsil.example.org": "*.localhost", "http://127.0.0.1:8080": `http://127.0.0.1:${pages}`,
      "/etc/telekonsil/certificate.pem": turn.file("certificate.pem"), "/etc/telekonsil/key.pem": turn.file("key.pem"),
    };
    const stream = deployed.split("\n").filter((line) => !line.startsWith("#")).join("\n");
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${name};`).join(" ");
    return Object.entries(parts).reduce(
      (text, [theirs, ours]) => {
        if (!text.includes(theirs)) throw new Error(`deploy/nginx-443.conf and the README say nothing of ${theirs}`);
        return text.replaceAll(theirs, ours);
      },
      `load_module ${STREAM};\ndaemon off;\nmaster_process off;\npid pid;\nevents {}\n${stream}
http {\naccess_log off;\n${temporary}\n${upgrade}\n${http}}\n`,
    );
  }

  async listening() {
    for (let open = false; !open; ) {
      if (this.process.exitCode !== null) throw new Error(`nginx ended:\n${this.log}`);
      const socket = connect(this.port, "127.0.0.1");
      open = await Promise.race([once(socket, "connect").then(() => true), once(socket, "close").then(() => false)]).catch(() => false);
      socket.destroy();
    }
  }

  async stop() {
    this.process.kill("SIGTERM");
    await this.exited;
    await rm(this.folder, { recursive: true, force: true });
  }
}

const repository = (name) => readFile(new URL(`../../${name}`, import.meta.url), "utf8");

function found(text, pattern) {
  const match = pattern.exec(text);
  if (!match) throw new Error(`${pattern} is not there any more`);
  return match;
}
