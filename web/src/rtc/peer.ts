/** One RTCPeerConnection of one attempt: the offer's m-lines, the data channels, what comes in. */

import type { IceServer, PublishLine, ReceiveLine, Source } from "../api/types";
import { degradationOf, encodingsOf, withLayers } from "./encodings";
import type { Offer } from "./machine";
import { Silence, type Signs } from "./silence";

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

export class Peer {
  private readonly pc: RTCPeerConnection;
  private readonly senders: Record<Source, RTCRtpTransceiver>;
  /** One change of a sender's parameters after the other: a browser refuses two at once. */
  private tuning: Promise<void> = Promise.resolve();
  private readonly silence = new Silence();
  private isSilent = false;
  private told: RTCPeerConnectionState = "new";
  private readonly receivers: { source: Source; transceiver: RTCRtpTransceiver; stream: MediaStream }[] = [];

  constructor(
    tracks: LocalTracks,
    iceServers: readonly IceServer[],
    private readonly events: PeerEvents,
  ) {
    // The SFU's own addresses, UDP and TCP, are in its answer. A relay is asked for beside them when there is one; no
    // STUN server is: the SFU sees by itself where a client comes from.
    this.pc = new RTCPeerConnection({
      iceServers: [...iceServers],
      bundlePolicy: "max-bundle",
      rtcpMuxPolicy: "require",
    });
    this.pc.onconnectionstatechange = () => this.tell();
    this.senders = {
      microphone: this.publish("microphone", tracks.microphone),
      camera: this.publish("camera", tracks.camera),
      screen: this.publish("screen", tracks.screen),
    };
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
    for (const source of ["microphone", "camera", "screen"] as const) {
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
    for (const source of ["camera", "screen"] as const) this.tune(source, () => undefined);
  }

  /** Sends no more than the smallest `layers` of `source`, without any negotiation. */
  want(source: Source, layers: number): void {
    this.tune(source, (encodings) => withLayers(encodings, layers));
  }

  private tune(
    source: Source,
    change: (encodings: RTCRtpEncodingParameters[]) => RTCRtpEncodingParameters[] | undefined,
  ): void {
    const { sender } = this.senders[source];
    this.tuning = this.tuning
      .then(async () => {
        const parameters: RTCRtpSendParameters & { degradationPreference?: string | undefined } =
          sender.getParameters();
        const encodings = change(parameters.encodings);
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
  }

  /** What comes in on an m-line. */
  stream(mid: string): MediaStream | undefined {
    return this.receivers.find(({ transceiver }) => transceiver.mid === mid)?.stream;
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
  }

  private publish(source: Source, track: MediaStreamTrack | undefined): RTCRtpTransceiver {
    const kind = source === "microphone" ? "audio" : "video";
    const transceiver = this.pc.addTransceiver(track ?? kind, {
      direction: "sendonly",
      sendEncodings: encodingsOf(source),
    });
    preferCodecs(transceiver, kind);
    return transceiver;
  }

  private receive(source: Source): void {
    const kind = source === "microphone" ? "audio" : "video";
    const transceiver = this.pc.addTransceiver(kind, { direction: "recvonly" });
    preferCodecs(transceiver, kind);
    this.receivers.push({ source, transceiver, stream: new MediaStream([transceiver.receiver.track]) });
  }
}

function midOf(transceiver: RTCRtpTransceiver): string {
  if (transceiver.mid === null) throw new Error("the offer gave no mid");
  return transceiver.mid;
}

/**
 * opus, and VP8 with its retransmissions, and nothing else: what is to be end-to-end encrypted later works with these
 * alone in both Chromium and Firefox (LAB.md).
 */
function preferCodecs(transceiver: RTCRtpTransceiver, kind: "audio" | "video"): void {
  const wanted = kind === "audio" ? ["audio/opus"] : ["video/vp8", "video/rtx"];
  const codecs = RTCRtpReceiver.getCapabilities(kind)?.codecs.filter((codec) =>
    wanted.includes(codec.mimeType.toLowerCase()),
  );
  if (codecs && codecs.length > 0) transceiver.setCodecPreferences(codecs);
}
