// Native members of encrypted rooms (tests/member): another implementation of MLS and SFrame beside the browsers', and one
// that knows which keys it has.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { access } from "node:fs/promises";
import path from "node:path";
import readline from "node:readline";
import { BIN } from "./harness.mjs";

/** `tests/run` builds it beside the server. */
const MEMBER = process.env.TELEKONSIL_MEMBER ?? path.join(path.dirname(BIN), "member");
/** Of everybody in the demo. */
const PASSWORD = "telekonsil-demo";

export class Members {
  static async start() {
    await access(MEMBER).catch(() => {
      throw new Error(`no member at ${MEMBER}: cargo build --release --workspace --all-targets`);
    });
    const members = new Members();
    members.process = spawn(MEMBER, [], { stdio: ["pipe", "pipe", "inherit"] });
    members.exited = once(members.process, "exit");
    members.lines = readline.createInterface({ input: members.process.stdout })[Symbol.asyncIterator]();
    return members;
  }

  /** A command of `tests/member/main.rs`, and its answer. */
  async say(what, command = {}) {
    this.process.stdin.write(`${JSON.stringify({ do: what, ...command })}\n`);
    const { value, done } = await this.lines.next();
    if (done) throw new Error("the members ended");
    const { refused, ...answer } = JSON.parse(value);
    if (refused) throw new Error(`${what}: ${refused} ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Goes into the room as that account, by its name there. An outsider has a seat and joins no group. */
  async join(account, consult, { isOutsider = false } = {}) {
    const who = account.name;
    const { device } = await this.say("device", { who });
    const ticket = await account.call("POST", account.ticketPath ?? `/api/consults/${consult}/ticket`, { device });
    await this.say("join", { who, ticket, consult, is_outsider: isOutsider });
    return who;
  }

  async stop() {
    this.process.stdin.end();
    await this.exited;
  }
}

/** Somebody who is signed in, without a browser. */
export class Account {
  /** By what stands before the `@`, and the house. */
  static async signIn(origin, name, house) {
    const account = new Account();
    Object.assign(account, { origin, name });
    const answer = await fetch(`${origin}/api/session`, {
      method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: `${name}@${house}.example`, password: PASSWORD }),
    });
    if (!answer.ok) throw new Error(`${name} cannot sign in: ${answer.status}`);
    account.cookie = answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
    const me = await account.call("GET", "/api/session");
    Object.assign(account, { id: me.person.id, csrf: me.csrf_token });
    return account;
  }

  async call(method, path, body) {
    const headers = { "content-type": "application/json", cookie: this.cookie, ...(this.csrf && { "x-csrf-token": this.csrf }) };
    const answer = await fetch(this.origin + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }
}

/** Those of the demo who may be asked into a room as further specialists. */
export const SPECIALISTS = [
  ["nowak", "rabenbrunn"], ["sommer", "auenstadt"], ["kern", "auenstadt"], ["haddad", "auenstadt"], ["lorenz", "rabenbrunn"],
  ["tanabe", "auenstadt"],
];

/** A guest by a one-time link, at the door once it is in `Members.join`. */
export class GuestAccount extends Account {
  /** `path` as the invitation's answer has it: `/guest/#token`. */
  static async open(origin, path, name) {
    const account = new GuestAccount();
    Object.assign(account, { origin, name, ticketPath: "/api/guest/ticket" });
    const answer = await fetch(`${origin}/api/guest`, {
      method: "POST", headers: { "content-type": "application/json" },
      body: JSON.stringify({ token: path.split("#")[1] }),
    });
    if (!answer.ok) throw new Error(`the link of ${name}: ${answer.status}`);
    account.cookie = answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
    account.csrf = (await answer.json()).csrf_token;
    return account;
  }
}
