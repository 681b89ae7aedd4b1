// A real `telekonsil serve` on an empty folder: nobody is in it, and the console shows how the first one gets in.
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import readline from "node:readline";
import { BIN, freePort } from "./harness.mjs";

export class Installation {
  static async start() {
    const installation = new Installation();
    installation.data = await mkdtemp(path.join(tmpdir(), "telekonsil-serve-"));
    const [port, media] = [await freePort(), await freePort()];
    installation.origin = `http://127.0.0.1:${port}`;
    const config = path.join(installation.data, "telekonsil.toml");
    await writeFile(config, `
listen = "127.0.0.1:${port}"
public_urls = ["${installation.origin}"]
data_dir = "${installation.data}/data"
[media]
bind = "127.0.0.1:${media}"
announced = ["127.0.0.1"]
`);
    await installation.launch(config);
    return installation;
  }

  async launch(config) {
    this.log = [];
    this.process = spawn(BIN, ["serve", "--config", config], { stdio: ["ignore", "ignore", "pipe"] });
    this.exited = new Promise((done) => this.process.once("exit", (code, signal) => done({ code, signal })));
    this.setupUrl = await new Promise((resolve, reject) => {
      readline.createInterface({ input: this.process.stderr }).on("line", (line) => {
        this.log.push(line);
        const url = /https?:\S+\/setup\/#\S+/.exec(line);
        if (url) resolve(url[0]);
      });
      this.exited.then(({ code }) => reject(new Error(`telekonsil ended with ${code}:\n${this.log.join("\n")}`)));
    });
  }

  get errors() {
    return this.log.filter((line) => /\bERROR\b|panicked at|"level":"ERROR"/.test(line));
  }

  async stop() {
    if (this.process.exitCode === null && this.process.signalCode === null) this.process.kill("SIGTERM");
    const { code } = await this.exited;
    await rm(this.data, { recursive: true, force: true });
    if (this.errors.length) throw new Error(`the server logged errors:\n${this.errors.join("\n")}`);
    if (code !== 0) throw new Error(`telekonsil ended with ${code}:\n${this.log.slice(-20).join("\n")}`);
  }
}
