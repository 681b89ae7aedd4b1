import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ClientMessage, IceServer, RoomTicket, ServerMessage } from "../api/types";
import type { Consumer } from "./channel";
import { Connection } from "./connection";

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

/** As much of a browser as an offer takes. */
class FakePeer {
  localDescription = { type: "offer", sdp: "v=0" };
  connectionState = "new";
  private mids = 0;
  constructor(configuration: RTCConfiguration) {
    configured.push(configuration);
  }
  addTransceiver() {
    this.mids += 1;
    const sender = { replaceTrack: async () => undefined };
    return { mid: String(this.mids), sender, receiver: { track: {} }, setCodecPreferences: () => undefined };
  }
  createDataChannel = () => ({});
  createOffer = async () => this.localDescription;
  setLocalDescription = async () => undefined;
  close = () => undefined;
}

class FakeSocket {
  static readonly OPEN = 1;
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
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
  send = (text: string) => void this.said.push((JSON.parse(text) as ClientMessage).type);
  close = () => void this.said.push("closed");
}

beforeEach(() => {
  vi.useFakeTimers();
  configured = [];
  opened = [];
  sockets = [];
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
