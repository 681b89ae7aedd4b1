import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ClientMessage, IceServer, Member, RoomTicket, ServerMessage } from "../api/types";
import type { EncryptionState } from "../e2ee/encryption";
import { UNDER_WAY } from "../e2ee/media/leak";
import type { Consumer } from "./channel";
import { Connection, type RoomEncryption } from "./connection";

const relay = { urls: ["turns:turn.example:443?transport=tcp"], username: "u", credential: "c" } as unknown as IceServer;
const nobody: Consumer = {
  seat: () => undefined,
  roster: () => undefined,
  opened: () => undefined,
  closed: () => undefined,
  drained: () => undefined,
  received: () => undefined,
};
const nothing = { microphone: undefined, camera: undefined, screen: undefined };
const silent = { microphone: false, camera: false, screen: false };

let configured: RTCConfiguration[];
let opened: string[];
let sockets: FakeSocket[];

/** What was done to senders and receivers, in order; a new line for each task. */
let done: string[];
let peers: FakePeer[];

/** As much of a browser as an offer takes. */
class FakePeer {
  onconnectionstatechange: (() => void) | null = null;
  report: object[] = [];
  localDescription = { type: "offer", sdp: "v=0" };
  connectionState = "new";
  private mids = 0;
  constructor(configuration: RTCConfiguration) {
    configured.push(configuration);
    peers.push(this);
  }
  addTransceiver(made: string | object) {
    done.push(typeof made === "string" ? "made without a track" : "made with a track");
    this.mids += 1;
    const sender = {
      replaceTrack: async (track: object | null) => void done.push(track ? "track" : "no track"),
      getParameters: () => ({ encodings: [{}] }),
      setParameters: async (_: object, options?: object) => void (options && done.push(JSON.stringify(options))),
    };
    return { mid: String(this.mids), sender, receiver: { track: {} }, setCodecPreferences: () => undefined };
  }
  getStats = async () => new Map(this.report.entries());
  connect(): void {
    this.connectionState = "connected";
    this.onconnectionstatechange?.();
  }
  createDataChannel = () => ({});
  createOffer = async () => this.localDescription;
  setLocalDescription = async () => undefined;
  setRemoteDescription = async () => undefined;
  isClosed = false;
  close(): void {
    this.isClosed = true;
  }
}

class FakeSocket {
  static readonly OPEN = 1;
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly said: string[] = [];
  constructor(url: string) {
    opened.push(url);
    sockets.push(this);
  }
  open(): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
  }
  hear(message: ServerMessage): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  end(): void {
    this.onclose?.();
  }
  send = (text: string) => void this.said.push((JSON.parse(text) as ClientMessage).type);
  close = () => void this.said.push("closed");
}

beforeEach(() => {
  vi.useFakeTimers();
  configured = [];
  opened = [];
  sockets = [];
  done = [];
  peers = [];
  const target = { addEventListener: () => undefined, removeEventListener: () => undefined };
  vi.stubGlobal("RTCPeerConnection", FakePeer);
  vi.stubGlobal("RTCRtpReceiver", { getCapabilities: () => null });
  vi.stubGlobal("MediaStream", class {});
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("document", { visibilityState: "visible", ...target });
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("addEventListener", target.addEventListener);
  vi.stubGlobal("removeEventListener", target.removeEventListener);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const ticket: RoomTicket = { expires_at: 0, ticket: "t", url: "ws://x", ice_servers: [relay] };

test("the very first peer knows the relays of its ticket", async () => {
  let give: (ticket: RoomTicket) => void = () => undefined;
  const connection = new Connection(() => new Promise((resolve) => (give = resolve)), nobody);
  connection.join(nothing, silent);
  await vi.advanceTimersByTimeAsync(10);
  expect(configured).toEqual([]);
  give(ticket);
  await vi.advanceTimersByTimeAsync(10);
  expect(opened).toEqual(["ws://x"]);
  expect(configured.map(({ iceServers }) => iceServers)).toEqual([[relay]]);
  expect(connection.snapshot().offer).toMatchObject({ sdp: "v=0", restart: false });
  connection.leave();
});

test("a first ticket that fails costs no peer, and the next one brings one with its relays", async () => {
  let tries = 0;
  const connection = new Connection(async () => {
    tries += 1;
    if (tries < 3) throw new TypeError("no network");
    return ticket;
  }, nobody);
  connection.join(nothing, silent);
  await vi.advanceTimersByTimeAsync(4_000);
  expect(tries).toBe(3);
  expect(configured.map(({ iceServers }) => iceServers)).toEqual([[relay]]);
  connection.leave();
});

test("whoever leaves before the ticket comes makes no peer", async () => {
  let give: (ticket: RoomTicket) => void = () => undefined;
  const connection = new Connection(() => new Promise((resolve) => (give = resolve)), nobody);
  connection.join(nothing, silent);
  connection.leave();
  give(ticket);
  await vi.advanceTimersByTimeAsync(10);
  expect([configured, opened]).toEqual([[], []]);
});

test("what was prepared in the lobby needs no request, no socket and no other peer at the press", async () => {
  let asked = 0;
  const connection = new Connection(async () => {
    asked += 1;
    return ticket;
  }, nobody);
  connection.prepare();
  await vi.advanceTimersByTimeAsync(10);
  expect([asked, opened]).toEqual([1, ["ws://x"]]);
  sockets[0]?.open();
  sockets[0]?.hear({ type: "ready" });
  expect(sockets[0]?.said).toEqual(["knock"]);
  connection.join(nothing, silent);
  expect(sockets[0]?.said).toEqual(["knock", "enter", "offer", "publishing"]);
  expect([asked, opened.length, configured.length]).toEqual([1, 1, 1]);
  connection.leave();
});

test("a lobby that nobody leaves by the door closes its socket", async () => {
  const connection = new Connection(async () => ticket, nobody);
  connection.prepare();
  await vi.advanceTimersByTimeAsync(10);
  sockets[0]?.open();
  connection.leave();
  expect(sockets[0]?.said).toEqual(["knock", "closed"]);
});

/** Writes down what it is told. */
class FakeEncryption implements RoomEncryption {
  send: RoomEncryption["send"] = () => undefined;
  mediaLost: RoomEncryption["mediaLost"] = () => undefined;
  renew: RoomEncryption["renew"] = () => undefined;
  status: EncryptionState["status"] = "required";
  readonly told: string[] = [];
  readonly expected = new Map<string, string | undefined>();
  readonly released: string[] = [];
  device: () => void = () => undefined;
  sealed: Record<string, { sealed: number; plain: number; noKey: number; tooShort: number; otherCodec: number }> = {};
  readonly media: RoomEncryption["media"] = {
    configuration: {},
    seal: () => void done.push("seal"),
    open: () => void done.push("open"),
    expect: (line, person) => void this.expected.set(line, person),
    release: (line) => {
      this.expected.delete(line);
      this.released.push(line);
    },
    counts: async () => ({ sealed: this.sealed, opened: {} }),
  };
  deviceKey = () => new Promise<string>((resolve) => (this.device = () => resolve("key")));
  attested = async () => (this.told.push("attested"), true);
  online = (me: number) => void this.told.push(`online ${me}`);
  offline = () => void this.told.push("offline");
  received = ({ type }: { type: string }) => void this.told.push(type);
  setEncryption = ({ type }: { type: "required" | "lifted" }) => void this.told.push(type);
  snapshot = () => ({ status: this.status, members: this.members }) as unknown as EncryptionState;
  members: { leaf: number; key: string }[] = [];
  private changed: () => void = () => undefined;
  subscribe = (listener: () => void) => ((this.changed = listener), () => undefined);
  become(...keys: readonly string[]): void {
    this.members = keys.map((key, leaf) => ({ leaf, key }));
    this.changed();
  }
}

const person = (id: number) => ({ id, person: { id: `person ${id}`, name: "", hospital: "" } }) as unknown as Member;
const camera = { kind: "video" } as MediaStreamTrack;

describe("encrypted", () => {
  /** In the room, with the given camera. */
  async function inside(track?: MediaStreamTrack) {
    const encryption = new FakeEncryption();
    const asked: (string | undefined)[] = [];
    const ask = async (_signal: AbortSignal, device: string | undefined) => {
      asked.push(device);
      return { ...ticket, attestation: { attestation: "a", authority: "b" } };
    };
    const connection = new Connection(ask, nobody, encryption);
    connection.join({ ...nothing, camera: track }, silent);
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toEqual([]);
    encryption.device();
    await vi.advanceTimersByTimeAsync(10);
    expect(asked).toEqual(["key"]);
    sockets[0]?.open();
    sockets[0]?.hear({ type: "welcome", you: 1, roster: [person(1), person(2)], encryption: { type: "required" } });
    return { connection, encryption };
  }

  test("the ticket asks for the device's attestation, and the seat is told with what the room requires", async () => {
    const { connection, encryption } = await inside();
    expect(encryption.told).toEqual(["attested", "online 1", "required"]);
    encryption.send({ type: "created", generation: 1, tag: "t" });
    sockets[0]?.hear({ type: "mls", message: { type: "commit", generation: 1, epoch: 1, committer: 1, commit: "" } });
    sockets[0]?.hear({ type: "encryption", encryption: { type: "lifted", at: 1, by: person(2).person } });
    expect(sockets[0]?.said.at(-1)).toBe("mls");
    expect(encryption.told.slice(3)).toEqual(["commit", "lifted"]);
    expect(connection.snapshot().encryption).toMatchObject({ type: "lifted", at: 1 });
    connection.leave();
    expect(encryption.told.at(-1)).toBe("offline");
  });

  test("a lost socket is no seat, and each welcome is one", async () => {
    const { connection, encryption } = await inside();
    sockets[0]?.end();
    expect(encryption.told.at(-1)).toBe("offline");
    connection.leave();
  });

  test("every sender and receiver gets its transform in the task that made it, before any track", async () => {
    const { connection } = await inside(camera);
    expect(done).not.toContain("made with a track");
    done.forEach((what, i) => what === "made without a track" && expect(done[i + 1]).toMatch(/seal|open/));
    expect(done.filter((what) => what === "seal")).toHaveLength(3);
    expect(done.filter((what) => what === "open")).toHaveLength(15);
    expect(done.lastIndexOf("seal")).toBeLessThan(done.indexOf("track"));
    connection.leave();
  });

  test("pictures begin anew for somebody who has come into the group, and for nobody who was in it", async () => {
    const { connection, encryption } = await inside(camera);
    const keyFrames = () => done.filter((what) => what === '{"encodingOptions":[{"keyFrame":true}]}').length;
    encryption.become("anna");
    await vi.advanceTimersByTimeAsync(10);
    const before = keyFrames();
    encryption.become("anna", "ben");
    await vi.advanceTimersByTimeAsync(10);
    // Camera and screen.
    expect(keyFrames()).toBe(before + 2);
    encryption.become("anna");
    await vi.advanceTimersByTimeAsync(10);
    expect(keyFrames()).toBe(before + 2);
    connection.leave();
  });

  test("each line shows the person on its slot, on the old peer and on the new one, and nobody without a slot", async () => {
    const { connection, encryption } = await inside();
    const slots = [{ mid: "4", member: 2, source: "microphone" } as const];
    sockets[0]?.hear({ type: "slots", slots });
    const shown = () => [...encryption.expected].filter(([, who]) => who !== undefined);
    expect(shown()).toEqual([[expect.stringMatching(/in 0$/), "person 2"]]);
    peers[0]?.connect();
    sockets[0]?.hear({ type: "answer", sdp: "a" });
    sockets[0]?.hear({ type: "bye", reason: "restart" });
    await vi.advanceTimersByTimeAsync(400);
    encryption.device();
    await vi.advanceTimersByTimeAsync(10);
    expect(peers).toHaveLength(2);
    expect(shown().map(([, who]) => who)).toEqual(["person 2", "person 2"]);
    connection.leave();
    expect(shown()).toEqual([]);
  });

  test("all lines of a peer that is closed are given up, and no other", async () => {
    const { connection, encryption } = await inside();
    peers[0]?.connect();
    sockets[0]?.hear({ type: "answer", sdp: "a" });
    expect(encryption.released).toEqual([]);
    const before = [...encryption.expected.keys()];
    sockets[0]?.hear({ type: "bye", reason: "restart" });
    await vi.advanceTimersByTimeAsync(400);
    encryption.device();
    await vi.advanceTimersByTimeAsync(10);
    // The old one plays on until the new one is through.
    expect([peers.length, encryption.released]).toEqual([2, []]);
    connection.leave();
    expect(encryption.released).toEqual(expect.arrayContaining(before));
    expect(new Set(encryption.released).size).toBe(2 * (3 + 15));
    expect(encryption.expected.size).toBe(0);
  });

  test("when the worker dies nothing is sent any more at once, and another peer comes by itself", async () => {
    const { connection, encryption } = await inside(camera);
    sockets[0]?.hear({ type: "answer", sdp: "a" });
    peers[0]?.connect();
    expect(connection.snapshot().phase).toBe("live");
    encryption.mediaLost();
    expect([peers[0]?.isClosed, connection.snapshot().phase]).toEqual([true, "waiting"]);
    expect(encryption.released).toHaveLength(3 + 15);
    await vi.advanceTimersByTimeAsync(400);
    encryption.device();
    await vi.advanceTimersByTimeAsync(10);
    sockets[1]?.open();
    sockets[1]?.hear({ type: "welcome", you: 1, roster: [person(1)], encryption: { type: "required" } });
    expect([peers.length, peers[1]?.isClosed]).toEqual([2, false]);
    expect(sockets[1]?.said).toEqual(["hello", "offer", "publishing"]);
    expect(connection.hasLeaked).toBe(false);
    connection.leave();
  });

  test("a worker that dies in the lobby costs what was prepared, and the press makes another peer", async () => {
    const encryption = new FakeEncryption();
    const connection = new Connection(async () => ticket, nobody, encryption);
    connection.prepare();
    encryption.device();
    await vi.advanceTimersByTimeAsync(10);
    expect(peers).toHaveLength(1);
    encryption.mediaLost();
    expect(peers[0]?.isClosed).toBe(true);
    connection.join(nothing, silent);
    await vi.advanceTimersByTimeAsync(10);
    expect(peers).toHaveLength(2);
    connection.leave();
  });

  test("a ticket that nobody shows brings the next attestation, and disturbs nothing", async () => {
    const { connection, encryption } = await inside();
    sockets[0]?.hear({ type: "answer", sdp: "a" });
    peers[0]?.connect();
    encryption.told.length = 0;
    encryption.renew();
    encryption.device();
    await vi.advanceTimersByTimeAsync(10);
    expect([encryption.told, sockets.length, connection.snapshot().phase]).toEqual([["attested"], 1, "live"]);
    connection.leave();
  });

  test("a device that was somebody else's gets another ticket", async () => {
    const encryption = new FakeEncryption();
    const keys = ["old", "new"];
    encryption.deviceKey = async () => keys.shift() ?? "";
    const answers = [false, true];
    encryption.attested = async () => answers.shift() ?? false;
    const asked: (string | undefined)[] = [];
    const ask = async (_: AbortSignal, device: string | undefined) => {
      asked.push(device);
      return { ...ticket, attestation: { attestation: "a", authority: "b" } };
    };
    const connection = new Connection(ask, nobody, encryption);
    connection.join(nothing, silent);
    await vi.advanceTimersByTimeAsync(10);
    // At once: it is no failure.
    expect([asked, sockets.length, connection.snapshot().phase]).toEqual([["old", "new"], 1, "socket"]);
    connection.leave();
  });

  test("a ticket whose attestation does not check has failed, and another one is asked for later", async () => {
    const encryption = new FakeEncryption();
    encryption.deviceKey = async () => "key";
    encryption.attested = () => Promise.reject(new Error("attestation_unknown"));
    const asked = vi.fn(async () => ({ ...ticket, attestation: { attestation: "a", authority: "b" } }));
    const connection = new Connection(asked, nobody, encryption);
    connection.join(nothing, silent);
    await vi.advanceTimersByTimeAsync(10);
    expect([asked.mock.calls.length, sockets.length, connection.snapshot().phase]).toEqual([1, 0, "waiting"]);
    // A device that is replaced each time neither.
    encryption.attested = async () => false;
    await vi.advanceTimersByTimeAsync(300);
    expect([asked.mock.calls.length, sockets.length]).toEqual([3, 0]);
    encryption.attested = async () => true;
    await vi.advanceTimersByTimeAsync(1000);
    expect([asked.mock.calls.length, sockets.length]).toEqual([4, 1]);
    connection.leave();
  });

  test("in a room without encryption nothing is sealed", async () => {
    const encryption = new FakeEncryption();
    encryption.status = "lifted";
    const connection = new Connection(async () => ticket, nobody, encryption);
    connection.join(nothing, silent);
    await vi.advanceTimersByTimeAsync(0);
    encryption.device();
    await vi.advanceTimersByTimeAsync(10);
    expect(done).toContain("made without a track");
    expect(done).not.toContain("seal");
    connection.leave();
  });

  test("frames that pass their transform by end all sending, for good", async () => {
    const { connection, encryption } = await inside(camera);
    peers[0]?.connect();
    const sent = (framesEncoded: number) => [{ id: "o", type: "outbound-rtp", kind: "video", mid: "2", framesEncoded }];
    await connection.watch(sent(UNDER_WAY + 1));
    expect(connection.hasLeaked).toBe(false);
    done.length = 0;
    await connection.watch(sent(2 * UNDER_WAY));
    expect(connection.hasLeaked).toBe(true);
    expect(done).toEqual(["no track", "no track", "no track"]);
    connection.publish("camera", camera, { microphone: false, camera: true, screen: false });
    expect(done).toHaveLength(3);
    expect(connection.snapshot().publishing).toEqual(silent);
    expect(encryption.sealed).toEqual({});
    connection.leave();
  });
});
