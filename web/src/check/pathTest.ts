/**
 * The path to the media server, tried out: two connections of one's own in a room that nobody else can enter. One sends
 * the picture, the other gets it back, both as in a consult.
 */

import { api } from "../api/client";
import { ApiError } from "../api/problem";
import type { CheckTickets, RoomTicket } from "../api/types";
import type { Consumer } from "../rtc/channel";
import { Connection } from "../rtc/connection";
import { sampleOf, type Counters, type Entry, type Sample } from "../rtc/stats";
import { measuredOf, type PathResult } from "./verdict";

/** How long media may take to come up, in ms. More keeps somebody waiting whose network lets nothing through; less
 * calls a slow network blocked: TURN is tried after everything else. */
const UP_WITHIN = 15_000;
/** Measured for so long: the browser's estimate needs some seconds to grow to what a picture wants. */
const MEASURE = 8_000;
const EVERY = 1_000;
/** The largest layer is asked for. */
const HEIGHT = 1080;

export interface Progress {
  /** 0 to 1. */
  readonly done: number;
  /** What has come back. */
  readonly picture: MediaStream | undefined;
}

const NOBODY: Consumer = {
  seat: () => undefined,
  roster: () => undefined,
  opened: () => undefined,
  closed: () => undefined,
  drained: () => undefined,
  received: () => undefined,
};

/** Runs until it is through or `signal` ends it. */
export async function tryPath(
  track: MediaStreamTrack | undefined,
  signal: AbortSignal,
  show: (progress: Progress) => void,
): Promise<PathResult> {
  const sent = new Reader();
  const received = new Reader();
  const picture = track?.clone() ?? testPicture();
  let tickets: Promise<CheckTickets> | undefined;
  const ticket = (which: keyof CheckTickets) => {
    let isUsed = false;
    return async (): Promise<RoomTicket> => {
      // A ticket is good once, and both are for the same room: there is no second try.
      if (isUsed) throw new ApiError("not_found", 404);
      isUsed = true;
      tickets ??= api.checkTickets(signal);
      return (await tickets)[which];
    };
  };
  const sender = new Connection(ticket("send"), NOBODY);
  const receiver = new Connection(ticket("receive"), NOBODY);
  const stop = () => {
    sender.leave();
    receiver.leave();
    picture.stop();
  };
  signal.addEventListener("abort", stop);
  try {
    sender.join(
      { microphone: undefined, camera: picture, screen: undefined },
      { microphone: false, camera: true, screen: false },
    );
    receiver.join(
      { microphone: undefined, camera: undefined, screen: undefined },
      { microphone: false, camera: false, screen: false },
    );
    const start = performance.now();
    let live: number | undefined;
    for (;;) {
      await pause(EVERY);
      const now = performance.now();
      const states = [sender.snapshot(), receiver.snapshot()];
      // The server let us in, so what failed after that were media.
      const failed: PathResult = { state: states.some(({ you }) => you !== undefined) ? "blocked" : "unavailable" };
      if (signal.aborted || states.some(({ phase }) => phase === "ended")) return failed;
      if (states.every(({ phase }) => phase === "live")) live ??= now;
      const slot = receiver.snapshot().slots.find(({ source }) => source === "camera");
      if (slot) receiver.show(slot.mid, HEIGHT);
      show({
        done: live === undefined ? 0 : Math.min(1, (now - live) / MEASURE),
        picture: slot && receiver.stream(slot.mid),
      });
      if (live === undefined) {
        if (now - start > UP_WITHIN) return failed;
        continue;
      }
      await Promise.all([sent.read(sender), received.read(receiver)]);
      if (now - live >= MEASURE) return { state: "measured", measured: measuredOf(sent.samples, received.samples) };
    }
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}

class Reader {
  samples: Sample[] = [];
  private before: { counters: Counters; at: number } | undefined;

  async read(connection: Connection): Promise<void> {
    const report = await connection.report();
    if (!report) return;
    const at = performance.now();
    const entries = [...(report as unknown as Map<string, Entry>).values()];
    const { sample, counters } = sampleOf(entries, at, this.before);
    // The first has no rates yet.
    if (this.before) this.samples.push(sample);
    this.before = { counters, at };
  }
}

/** Without a camera the path is tried with noise, which no encoder can make small. */
function testPicture(): MediaStreamTrack {
  const canvas = document.createElement("canvas");
  canvas.width = 960;
  canvas.height = 540;
  const context = canvas.getContext("2d");
  const draw = () => {
    for (let i = 0; context && i < 400; i += 1) {
      context.fillStyle = `hsl(${Math.random() * 360} 70% 50%)`;
      context.fillRect(Math.random() * 960, Math.random() * 540, 60, 40);
    }
  };
  draw();
  const [track] = canvas.captureStream(15).getVideoTracks();
  if (!track) throw new Error("a canvas has one track");
  const timer = setInterval(() => (track.readyState === "live" ? draw() : clearInterval(timer)), 66);
  return track;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
