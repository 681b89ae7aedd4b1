/** Runs {@link step}: carries out its effects and feeds it what happens. One object per stay in a room. */

import { asApiError } from "../api/problem";
import type { ClientMessage, IceServer, PersonId, Publishing, RoomTicket, ServerMessage, Source } from "../api/types";
import type { Encryption, EncryptionState } from "../e2ee/encryption";
import type { Consumer, Link } from "./channel";
import { decodeFrame, encodeAgedPut, encodeFrame, Kind } from "./envelope";
import { initial, nextDeadline, step, TICKET_WITHIN, type Effect, type Input, type State } from "./machine";
import { Peer, type LocalTracks } from "./peer";
import type { Signs } from "./silence";
import type { Entry } from "./stats";
import { View } from "./view";

/**
 * Bytes that may wait in the `state` channel. More lets a follower fall behind by what lies in the queue; less wastes
 * the line. 64 KiB are two seconds on a line of 256 kbit/s.
 */
const STATE_BACKLOG = 64 * 1024;
/** Questions for a ticket under way at once. More takes the connections that a browser allows to a server (six over
 * HTTP/1.1) from everything else; less gives up one that a slow network is about to answer. */
const MAX_ASKING = 3;
/** The pointer shows where somebody points *now*: anything that waits is already wrong. */
const POINTER_BACKLOG = 4 * 1024;

/** Asks for the way in, for a member of the team or for a guest. `device`: the public key that is to be attested. */
export type AskTicket = (signal: AbortSignal, device: string | undefined) => Promise<RoomTicket>;

/** As much of the end-to-end encryption as the way into a room has to do with. */
export type RoomEncryption = Pick<
  Encryption,
  | "attested"
  | "deviceKey"
  | "media"
  | "mediaLost"
  | "offline"
  | "online"
  | "received"
  | "renew"
  | "send"
  | "setEncryption"
  | "snapshot"
  | "subscribe"
>;

const NO_TRACKS: LocalTracks = { microphone: undefined, camera: undefined, screen: undefined };
const NOTHING: Publishing = { microphone: false, camera: false, screen: false };

export class Connection {
  private state: State = initial;
  private readonly peers = new Map<number, Peer>();
  /** The peer whose media are on screen: the last one that connected. */
  private shown: Peer | undefined;
  private socket: WebSocket | undefined;
  /** Questions for a ticket that are under way, the newest last, and for which attempt. */
  private asking: AbortController[] = [];
  private askedFor = 0;
  /** Of the last ticket; their credentials are made for it. `undefined` until there was one. */
  private iceServers: readonly IceServer[] | undefined;
  /** The peer that waits for the first ticket: whoever is reached by a relay alone needs it in the first offer. */
  private peerInWait: number | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly view = new View();
  private viewTimer: ReturnType<typeof setTimeout> | undefined;
  private tracks: LocalTracks = NO_TRACKS;
  private leaked = false;
  private readonly listeners = new Set<() => void>();

  /**
   * `shared` gets what comes on the data channels. Without `encryption` all leaves as it is: in the check before a call,
   * whose sender and receiver are of one page and whose pictures nobody else gets.
   */
  constructor(
    private readonly ticket: AskTicket,
    private readonly shared: Consumer,
    private readonly encryption?: RoomEncryption,
  ) {
    if (!encryption) return;
    encryption.send = (message) => this.send({ type: "mls", message });
    encryption.mediaLost = () => this.replacePeers();
    encryption.renew = () => void this.renewAttestation();
    encryption.subscribe(() => this.refreshFor(encryption.snapshot().members));
  }

  readonly snapshot = (): State => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Somebody may be about to join. Costs nothing as long as what was prepared before is good. */
  prepare(): void {
    if (this.state.phase !== "idle") return;
    this.listen();
    this.feed({ type: "prepare" });
  }

  join(tracks: LocalTracks, publishing: Publishing): void {
    this.listen();
    if (!this.leaked) for (const source of ["microphone", "camera", "screen"] as const) this.replace(source, tracks[source]);
    this.feed({ type: "join", publishing: this.leaked ? NOTHING : publishing });
  }

  leave(): void {
    this.feed({ type: "leave" });
  }

  /** The picture of line `mid` is drawn `height` pixels of the screen high, 0 for one that is out of sight. */
  show(mid: string, height: number): void {
    this.view.show(mid, height);
    this.tellView();
  }

  /** The picture of line `mid` is no longer on the page. */
  hide(mid: string): void {
    this.view.hide(mid);
    this.tellView();
  }

  /** Sends `track` as `source` and tells the room what is sent. */
  publish(source: Source, track: MediaStreamTrack | undefined, publishing: Publishing): void {
    if (this.leaked) return;
    this.replace(source, track);
    this.feed({ type: "publishing", publishing });
  }

  private replace(source: Source, track: MediaStreamTrack | undefined): void {
    this.tracks = { ...this.tracks, [source]: track };
    for (const peer of this.peers.values()) void peer.replace(source, track).catch(() => undefined);
  }

  /** What comes in on an m-line. */
  stream(mid: string): MediaStream | undefined {
    return this.drawn?.stream(mid);
  }

  audioStreams(): { mid: string; stream: MediaStream }[] {
    return this.drawn?.audioStreams() ?? [];
  }

  /** The first peer is on the page before it is connected, so that its first picture finds its place. */
  private get drawn(): Peer | undefined {
    return this.shown ?? this.peers.get(this.state.peer);
  }

  isShown(mid: string): boolean {
    return this.view.isShown(mid);
  }

  /** The browser's statistics of the media on screen. */
  async report(): Promise<RTCStatsReport | undefined> {
    return this.shown?.stats().catch(() => undefined);
  }

  /** What had come in by `now`, from {@link report}. */
  heard(now: number, signs: Signs): void {
    this.shown?.heard(now, signs);
  }

  /** Something left that was not sealed: nothing leaves any more. */
  get hasLeaked(): boolean {
    return this.leaked;
  }

  /** Stops all sending when frames leave unsealed. `report`: {@link report} of this second. */
  async watch(report: readonly Entry[]): Promise<void> {
    if (this.leaked || !(await this.shown?.leaks(report))) return;
    for (const source of ["microphone", "camera", "screen"] as const) this.replace(source, undefined);
    this.leaked = true;
    this.feed({ type: "publishing", publishing: NOTHING });
  }

  /** Frames decoded so far on each incoming video line that carries something. */
  async framesDecoded(): Promise<Record<string, number>> {
    const frames: Record<string, number> = {};
    const report = await this.report();
    report?.forEach((entry: RTCInboundRtpStreamStats) => {
      if (entry.type === "inbound-rtp" && entry.kind === "video" && entry.mid)
        frames[entry.mid] = entry.framesDecoded ?? 0;
    });
    return frames;
  }

  private feed(input: Input): void {
    const before = this.state;
    const { state, effects } = step(before, input, performance.now(), Math.random());
    this.state = state;
    for (const effect of effects) this.carryOut(effect);
    this.schedule();
    if (state.you !== undefined && state.you !== before.you) this.shared.seat(state.you);
    if (state.roster !== before.roster) this.shared.roster(state.roster.map((member) => member.id));
    if (state.roster !== before.roster || state.slots !== before.slots) this.expect();
    this.tellEncryption(before);
    if (state.phase === "ended" && before.phase !== "ended") this.stopListening?.();
    if (state !== before || effects.length > 0) for (const listener of this.listeners) listener();
  }

  private known: EncryptionState["members"] = [];

  /** Whoever is new in the group opens nothing of what was sealed before. */
  private refreshFor(members: EncryptionState["members"]): void {
    const before = new Set(this.known.map(({ leaf, key }) => `${leaf} ${key}`));
    this.known = members;
    if (members.every(({ leaf, key }) => before.has(`${leaf} ${key}`))) return;
    for (const peer of this.peers.values()) peer.refresh();
  }

  private tellEncryption(before: State): void {
    const { encryption, state } = this;
    if (state.welcomed !== before.welcomed) {
      if (state.welcomed && state.you !== undefined) encryption?.online(state.you);
      else encryption?.offline();
    }
    // After the seat: what was not known in the lobby lifts nothing without the user's consent.
    if (state.encryption && state.encryption !== before.encryption) encryption?.setEncryption(state.encryption);
  }

  /**
   * Each line shows one person's frames. While a new peer replaces an old one both are told the same: the tiles take
   * their pictures by the newest slots, too.
   */
  private expect(): void {
    for (const peer of this.peers.values()) peer.expect((mid) => this.personOn(mid));
  }

  private personOn(mid: string): PersonId | undefined {
    const { slots, roster } = this.state;
    const member = slots.find((slot) => slot.mid === mid)?.member;
    return roster.find(({ id }) => id === member)?.person.id;
  }

  private schedule(): void {
    clearTimeout(this.timer);
    const at = nextDeadline(this.state);
    if (at !== undefined)
      this.timer = setTimeout(() => this.feed({ type: "tick" }), Math.max(0, at - performance.now()));
  }

  private stopListening: (() => void) | undefined;

  private listen(): void {
    if (this.stopListening) return;
    const onNetwork = () => this.feed({ type: "network" });
    const isVisible = () => document.visibilityState === "visible";
    const onVisible = () => {
      this.view.setVisible(isVisible());
      this.tellView();
      if (isVisible()) this.feed({ type: "awake" });
    };
    this.view.setVisible(isVisible());
    addEventListener("online", onNetwork);
    document.addEventListener("visibilitychange", onVisible);
    const stopWatching = watchNetwork(onNetwork);
    this.stopListening = () => {
      this.stopListening = undefined;
      clearTimeout(this.viewTimer);
      removeEventListener("online", onNetwork);
      document.removeEventListener("visibilitychange", onVisible);
      stopWatching();
    };
  }

  /** Tells the server how large the pictures are, as soon as that may be said. */
  private tellView(): void {
    clearTimeout(this.viewTimer);
    const { phase } = this.state;
    if (phase !== "media" && phase !== "live" && phase !== "restart") return;
    const now = performance.now();
    const sizes = this.view.take(now);
    if (sizes) this.send({ type: "view", sizes });
    const due = this.view.due();
    if (due !== undefined) this.viewTimer = setTimeout(() => this.tellView(), due - now);
  }

  private carryOut(effect: Effect): void {
    switch (effect.type) {
      case "ticket":
        return void this.fetchTicket(effect.epoch);
      case "peer":
        return this.wantPeer(effect.peer);
      case "socket":
        return this.openSocket(effect.epoch, effect.url, effect.first);
      case "send":
        return this.send(effect.message);
      case "mls":
        return this.encryption?.received(effect.news);
      case "answer":
        this.peers
          .get(effect.peer)
          ?.answer(effect.sdp)
          .catch(() => this.feed({ type: "peer_failed", peer: effect.peer }));
        this.view.forget(performance.now());
        return this.tellView();
      case "restart":
        return void this.restart(effect.peer);
      case "want":
        return this.peers.get(effect.peer)?.want(effect.source, effect.layers);
      case "retire":
        return this.retire(effect.keep);
      case "close_socket":
        this.stopAsking();
        return this.closeSocket();
    }
  }

  private async fetchTicket(epoch: number): Promise<void> {
    if (epoch !== this.askedFor) this.stopAsking();
    this.askedFor = epoch;
    const abort = new AbortController();
    this.asking.push(abort);
    if (this.asking.length > MAX_ASKING) this.asking.shift()?.abort();
    try {
      const { ticket, url, ice_servers } = await this.ask(abort.signal);
      if (abort.signal.aborted) return;
      this.stopAsking();
      this.iceServers = ice_servers;
      this.feed({ type: "ticket", epoch, ticket, url });
      this.makeWaiting(ice_servers);
    } catch (error) {
      this.asking = this.asking.filter((other) => other !== abort);
      // Another one may still be answered.
      if (abort.signal.aborted || this.asking.length > 0) return;
      const problem = asApiError(error);
      const phone = problem?.phone ?? undefined;
      const retryAfter = (problem?.retryAfter ?? 0) * 1000;
      this.feed({ type: "ticket_failed", epoch, code: problem?.code ?? "unknown", phone, retryAfter });
    }
  }

  /** A ticket whose attestation holds. Asked for once more when the device's key has had to be replaced. */
  private async ask(signal: AbortSignal, isAgain = false): Promise<RoomTicket> {
    const { encryption } = this;
    const ticket = await this.ticket(signal, await encryption?.deviceKey());
    if (signal.aborted || !encryption || !ticket.attestation) return ticket;
    if (await encryption.attested(ticket.attestation)) return ticket;
    if (isAgain) throw new Error("the device's key was replaced twice");
    return this.ask(signal, true);
  }

  /** A ticket that nobody shows brings the attestation. When there is none, it is asked for again. */
  private async renewAttestation(): Promise<void> {
    await this.ask(AbortSignal.timeout(TICKET_WITHIN)).catch(() => undefined);
  }

  private stopAsking(): void {
    for (const abort of this.asking) abort.abort();
    this.asking = [];
  }

  private wantPeer(number: number): void {
    if (this.iceServers) void this.makePeer(number, this.iceServers);
    else this.peerInWait = number;
  }

  /** While the socket opens, so that it costs no time. */
  private makeWaiting(iceServers: readonly IceServer[]): void {
    const number = this.peerInWait;
    this.peerInWait = undefined;
    if (number !== undefined && number === this.state.peer && this.state.phase !== "ended")
      void this.makePeer(number, iceServers);
  }

  private async makePeer(number: number, iceServers: readonly IceServer[]): Promise<void> {
    // Those that never connected are of no use to anybody.
    for (const [old, peer] of this.peers) if (peer !== this.shown) this.drop(old);
    // A transform that only passes frames on helps nobody, and not the browser that cannot have one.
    const sealing = this.encryption?.snapshot().status === "lifted" ? undefined : this.encryption?.media;
    try {
      const peer = new Peer(
        this.tracks,
        iceServers,
        {
          media: (state) => {
            if (state === "connected") this.shown = peer;
            this.feed({ type: "media", peer: number, state });
          },
          stateChannel: (channel) => this.attachState(channel),
          pointerChannel: (channel) => this.attachPointer(channel),
        },
        sealing,
      );
      this.peers.set(number, peer);
      const offer = await peer.offer();
      this.expect();
      this.feed({ type: "offer", peer: number, offer });
    } catch {
      this.feed({ type: "peer_failed", peer: number });
    }
  }

  private async restart(number: number): Promise<void> {
    try {
      const peer = this.peers.get(number);
      if (!peer) throw new Error("the peer is gone");
      this.feed({ type: "offer", peer: number, offer: await peer.restart(this.iceServers ?? []) });
    } catch {
      this.feed({ type: "peer_failed", peer: number });
    }
  }

  private openSocket(epoch: number, url: string, first: ClientMessage): void {
    this.closeSocket();
    const socket = new WebSocket(url);
    this.socket = socket;
    socket.onopen = () => socket.send(JSON.stringify(first));
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      const message = parse(data);
      if (message) this.feed({ type: "message", epoch, message });
    };
    socket.onclose = () => this.feed({ type: "socket_closed", epoch });
  }

  private closeSocket(): void {
    const socket = this.socket;
    if (!socket) return;
    this.socket = undefined;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private send(message: ClientMessage): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  private retire(keep: number | undefined): void {
    for (const number of [...this.peers.keys()]) if (number !== keep) this.drop(number);
  }

  /** Nothing leaves by them any more, at once; the next attempt makes another one. */
  private replacePeers(): void {
    this.retire(undefined);
    this.feed({ type: "peer_failed", peer: this.state.peer });
  }

  private drop(number: number): void {
    const peer = this.peers.get(number);
    this.peers.delete(number);
    if (peer && peer === this.shown) this.shown = undefined;
    peer?.close();
  }

  private pointer: RTCDataChannel | undefined;

  private attachState(channel: RTCDataChannel): void {
    const link: Link = {
      put: (key, payload, age) => {
        if (channel.readyState !== "open" || channel.bufferedAmount > STATE_BACKLOG) return false;
        const frame = age === undefined ? encodeFrame(Kind.put, key, payload) : encodeAgedPut(key, payload, age);
        // Too large to be relayed: sending it again would not make it smaller.
        if (frame) channel.send(frame);
        return true;
      },
      ephemeral: (key, payload) => {
        const frame = encodeFrame(Kind.ephemeral, key, payload);
        if (frame && this.pointer?.readyState === "open" && this.pointer.bufferedAmount <= POINTER_BACKLOG)
          this.pointer.send(frame);
      },
    };
    channel.bufferedAmountLowThreshold = STATE_BACKLOG / 2;
    channel.onbufferedamountlow = () => this.shared.drained();
    channel.onopen = () => this.shared.opened(link);
    channel.onclose = () => this.shared.closed(link);
    channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => this.receive(data);
  }

  private attachPointer(channel: RTCDataChannel): void {
    channel.onopen = () => {
      this.pointer = channel;
    };
    channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => this.receive(data);
  }

  private receive(data: unknown): void {
    const frame = data instanceof ArrayBuffer ? decodeFrame(data) : undefined;
    if (frame) this.shared.received(frame);
  }
}

/** Calls back when a telephone goes from one network to another. Other computers do not tell; their media do. */
function watchNetwork(changed: () => void): () => void {
  const network = (navigator as { connection?: EventTarget & { readonly type?: string } }).connection;
  if (network?.type === undefined) return () => undefined;
  let before = network.type;
  // It also tells of every guess of the browser at the speed.
  const onChange = () => {
    const now = network.type ?? "none";
    if (now !== before && now !== "none") changed();
    before = now;
  };
  network.addEventListener("change", onChange);
  return () => network.removeEventListener("change", onChange);
}

function parse(data: unknown): ServerMessage | undefined {
  try {
    return typeof data === "string" ? (JSON.parse(data) as ServerMessage) : undefined;
  } catch {
    return undefined;
  }
}
