/** One RTCPeerConnection of one attempt: the offer's m-lines, the data channels, what comes in. */

import type { IceServer, PersonId, PublishLine, ReceiveLine, Source } from "../api/types";
import type { MediaSealing } from "../e2ee/encryption";
import { ALL_LAYERS, degradationOf, encodingsOf, fitted } from "./encodings";
import { LeakWatch } from "./leakWatch";
import type { Offer } from "./machine";
import { Silence, type Signs } from "./silence";
import type { Entry } from "./stats";

const SOURCES = ["microphone", "camera", "screen"] as const;
/** Others in a room of eight (`MAX_MEMBERS` − 1): each may be heard and seen at once without any renegotiation. */
const OTHERS = 7;

export interface LocalTracks {
  readonly microphone: MediaStreamTrack | undefined;
  readonly camera: MediaStreamTrack | undefined;
  readonly screen: MediaStreamTrack | undefined;
}

export interface PeerEvents {
  media(state: "connected" | "disconnected" | "failed"): void;
  stateChannel(channel: RTCDataChannel): void;
  pointerChannel(channel: RTCDataChannel): void;
}

/** Labels of lines are unique over the page: their worker outlives each peer. */
let made = 0;

export class Peer {
  private readonly pc: RTCPeerConnection;
  private readonly label = `peer ${(made += 1)}`;
  private readonly senders: Record<Source, RTCRtpTransceiver>;
  /** One change of a sender's parameters after the other: a browser refuses two at once. */
  private tuning: Promise<void> = Promise.resolve();
  /** Layers that somebody looks at. */
  private readonly wanted: Record<Source, number> = { microphone: ALL_LAYERS, camera: ALL_LAYERS, screen: ALL_LAYERS };
  private readonly silence = new Silence();
  private readonly leakWatch = new LeakWatch();
  private isSilent = false;
  private told: RTCPeerConnectionState = "new";
  private readonly receivers: { source: Source; transceiver: RTCRtpTransceiver; stream: MediaStream; line: string }[] = [];

  constructor(
    tracks: LocalTracks,
    iceServers: readonly IceServer[],
    private readonly events: PeerEvents,
    /** Seals what leaves and opens what comes. Without it frames are as they are. */
    private readonly sealing: MediaSealing | undefined,
  ) {
    // The SFU's own addresses, UDP and TCP, are in its answer. A relay is asked for beside them when there is one; no
    // STUN server is: the SFU sees by itself where a client comes from.
    this.pc = new RTCPeerConnection({
      ...sealing?.configuration,
      iceServers: [...iceServers],
      bundlePolicy: "max-bundle",
      rtcpMuxPolicy: "require",
    });
    this.pc.onconnectionstatechange = () => this.tell();
    this.senders = { microphone: this.publish("microphone"), camera: this.publish("camera"), screen: this.publish("screen") };
    for (const source of SOURCES) void this.replace(source, tracks[source]).catch(() => undefined);
    for (let i = 0; i < OTHERS; i += 1) this.receive("microphone");
    for (let i = 0; i < OTHERS; i += 1) this.receive("camera");
    this.receive("screen");
    const state = this.pc.createDataChannel("state");
    const pointer = this.pc.createDataChannel("pointer", { ordered: false, maxRetransmits: 0 });
    state.binaryType = "arraybuffer";
    pointer.binaryType = "arraybuffer";
    events.stateChannel(state);
    events.pointerChannel(pointer);
  }

  /** The one offer. It waits for no candidate: the server needs none of ours. */
  offer(): Promise<Offer> {
    return this.describe(false);
  }

  /** An offer for a new path, while media go on by the old one as long as they can. */
  restart(iceServers: readonly IceServer[]): Promise<Offer> {
    // The credentials of a relay are as old as the ticket.
    this.pc.setConfiguration({ ...this.pc.getConfiguration(), iceServers: [...iceServers] });
    return this.describe(true);
  }

  private async describe(restart: boolean): Promise<Offer> {
    await this.pc.setLocalDescription(await this.pc.createOffer({ iceRestart: restart }));
    const publish: PublishLine[] = [];
    for (const source of SOURCES) {
      publish.push({ mid: midOf(this.senders[source]), source });
    }
    const receive: ReceiveLine[] = this.receivers.map(({ source, transceiver }) => ({
      mid: midOf(transceiver),
      source,
    }));
    return { sdp: this.pc.localDescription?.sdp ?? "", publish, receive, restart };
  }

  async answer(sdp: string): Promise<void> {
    await this.pc.setRemoteDescription({ type: "answer", sdp });
    for (const source of ["camera", "screen"] as const) this.fit(source);
  }

  /** Sends no more than the smallest `layers` of `source`, without any negotiation. */
  want(source: Source, layers: number): void {
    this.wanted[source] = layers;
    this.fit(source);
  }

  /** The next pictures can be decoded without those before, which somebody who has just come cannot open. */
  refresh(): void {
    for (const source of ["camera", "screen"] as const) {
      const { sender } = this.senders[source];
      this.tuning = this.tuning
        .then(async () => {
          const parameters = sender.getParameters();
          // Other browsers than Chromium leave the options unread; their pictures come when the server asks.
          const options = { encodingOptions: parameters.encodings.map(() => ({ keyFrame: true })) };
          const set = sender.setParameters as (all: RTCRtpSendParameters, options: object) => Promise<void>;
          await set.call(sender, parameters, options);
        })
        .catch(() => undefined);
    }
  }

  /** The encodings are what is looked at, of what the picture has. */
  private fit(source: Source): void {
    const { sender } = this.senders[source];
    this.tuning = this.tuning
      .then(async () => {
        const parameters: RTCRtpSendParameters & { degradationPreference?: string | undefined } =
          sender.getParameters();
        const { width, height } = (source === "camera" && sender.track?.getSettings()) || {};
        const pixels = width && height ? width * height : undefined;
        const encodings = fitted(parameters.encodings, { layers: this.wanted[source], pixels });
        const degradation = degradationOf(source);
        if (!encodings && parameters.degradationPreference === degradation) return;
        parameters.encodings = encodings ?? parameters.encodings;
        if (degradation) parameters.degradationPreference = degradation;
        await sender.setParameters(parameters);
      })
      // A browser that knows less sends more than is needed; the server copes.
      .catch(() => undefined);
  }

  /** Sends `track` as `source` from now on; `undefined` sends nothing. Needs no negotiation. */
  async replace(source: Source, track: MediaStreamTrack | undefined): Promise<void> {
    await this.senders[source].sender.replaceTrack(track ?? null);
    if (source === "camera") this.fit(source);
  }

  /** What comes in on an m-line. */
  stream(mid: string): MediaStream | undefined {
    return this.receivers.find(({ transceiver }) => transceiver.mid === mid)?.stream;
  }

  /** Whose pictures and sound the lines may show: `personOn` an m-line. The lines have their numbers since the offer. */
  expect(personOn: (mid: string) => PersonId | undefined): void {
    for (const { transceiver, line } of this.receivers)
      this.sealing?.expect(line, transceiver.mid === null ? undefined : personOn(transceiver.mid));
  }

  /** Frames leave that nobody has sealed. `report`: its statistics of this second. */
  async leaks(report: readonly Entry[]): Promise<boolean> {
    if (!this.sealing) return false;
    const outgoing = SOURCES.map((source) => ({ mid: this.senders[source].mid, line: this.lineOf(source) }));
    return this.leakWatch.leaks(report, outgoing, await this.sealing.counts());
  }

  private lineOf(source: Source): string {
    return `${this.label} ${source}`;
  }

  /** Every incoming audio line; unused ones are silent. */
  audioStreams(): { mid: string; stream: MediaStream }[] {
    return this.receivers
      .filter(({ source, transceiver }) => source === "microphone" && transceiver.mid !== null)
      .map(({ transceiver, stream }) => ({ mid: transceiver.mid ?? "", stream }));
  }

  stats(): Promise<RTCStatsReport> {
    return this.pc.getStats();
  }

  /** What had come in by `now`. */
  heard(now: number, signs: Signs): void {
    this.isSilent = this.silence.at(now, signs);
    this.tell();
  }

  /** Connected is what the browser believes in and what something comes in on. */
  private tell(): void {
    const { connectionState } = this.pc;
    const state = connectionState === "connected" && this.isSilent ? "disconnected" : connectionState;
    if (state === this.told) return;
    this.told = state;
    if (state === "connected" || state === "disconnected" || state === "failed") this.events.media(state);
  }

  close(): void {
    this.pc.onconnectionstatechange = null;
    this.pc.close();
    for (const source of SOURCES) this.sealing?.release(this.lineOf(source));
    for (const { line } of this.receivers) this.sealing?.release(line);
  }

  /**
   * Without a track: what is set on a sender one task later than it was made is ignored by Chromium, which then sends
   * frames as they are (LAB.md). So nothing can be encoded before the transform is there.
   */
  private publish(source: Source): RTCRtpTransceiver {
    const kind = source === "microphone" ? "audio" : "video";
    const transceiver = this.pc.addTransceiver(kind, { direction: "sendonly", sendEncodings: encodingsOf(source) });
    this.sealing?.seal(transceiver.sender, this.lineOf(source));
    preferCodecs(transceiver, kind);
    return transceiver;
  }

  private receive(source: Source): void {
    const kind = source === "microphone" ? "audio" : "video";
    const transceiver = this.pc.addTransceiver(kind, { direction: "recvonly" });
    const line = `${this.label} in ${this.receivers.length}`;
    this.sealing?.open(transceiver.receiver, line);
    preferCodecs(transceiver, kind);
    this.receivers.push({ source, transceiver, stream: new MediaStream([transceiver.receiver.track]), line });
  }
}

function midOf(transceiver: RTCRtpTransceiver): string {
  if (transceiver.mid === null) throw new Error("the offer gave no mid");
  return transceiver.mid;
}

/**
 * opus, and VP8 with its retransmissions, and nothing else: frames of these can be sealed in both Chromium and Firefox
 * (LAB.md).
 */
function preferCodecs(transceiver: RTCRtpTransceiver, kind: "audio" | "video"): void {
  const wanted = kind === "audio" ? ["audio/opus"] : ["video/vp8", "video/rtx"];
  const codecs = RTCRtpReceiver.getCapabilities(kind)?.codecs.filter((codec) =>
    wanted.includes(codec.mimeType.toLowerCase()),
  );
  if (codecs && codecs.length > 0) transceiver.setCodecPreferences(codecs);
}
