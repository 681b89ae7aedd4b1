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
import { Course } from "./course";
import { measuredOf, type PathResult } from "./verdict";

/** Between two looks, in ms. */
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
  const course = new Course();
  for (;;) {
    await inSight(signal);
    const result = await tryOnce(course, track, signal, show);
    if (result !== "anew") return result;
    show({ done: 0, picture: undefined });
  }
}

async function tryOnce(
  course: Course,
  track: MediaStreamTrack | undefined,
  signal: AbortSignal,
  show: (progress: Progress) => void,
): Promise<PathResult | "anew"> {
  const sent = new Reader();
  const received = new Reader();
  const picture = track?.clone() ?? testPicture();
  let tickets: Promise<CheckTickets> | undefined;
  let isSpent = false;
  const ticket = (which: keyof CheckTickets) => {
    let isUsed = false;
    return async (): Promise<RoomTicket> => {
      // A ticket is good once, and both are for the same room: another try needs two others.
      if (isUsed) {
        isSpent = true;
        throw new ApiError("not_found", 404);
      }
      isUsed = true;
      tickets ??= api.checkTickets(signal);
      return (await tickets)[which];
    };
  };
  const sender = new Connection(ticket("send"), NOBODY);
  const receiver = new Connection(ticket("receive"), NOBODY);
  let wasHidden = false;
  const onVisibility = () => (wasHidden ||= document.visibilityState === "hidden");
  document.addEventListener("visibilitychange", onVisibility);
  const stop = () => {
    document.removeEventListener("visibilitychange", onVisibility);
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
    course.begin(performance.now());
    for (;;) {
      await pause(EVERY);
      if (signal.aborted) return { state: "unavailable" };
      const phases = [sender.snapshot().phase, receiver.snapshot().phase];
      const turn = course.look({ phases, isSpent, wasHidden }, performance.now());
      if (turn.type === "anew") return "anew";
      if (turn.type === "over") return turn.result;
      const slot = receiver.snapshot().slots.find(({ source }) => source === "camera");
      if (slot) receiver.show(slot.mid, HEIGHT);
      const done = turn.type === "measure" ? turn.done : 0;
      show({ done, picture: slot && receiver.stream(slot.mid) });
      if (turn.type === "wait") continue;
      await Promise.all([sent.read(sender), received.read(receiver)]);
      if (done === 1) return { state: "measured", measured: measuredOf(sent.samples, received.samples) };
    }
  } finally {
    signal.removeEventListener("abort", stop);
    stop();
  }
}

/** A page that nobody sees asks for no pictures: there is nothing to measure. */
function inSight(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (document.visibilityState === "hidden" && !signal.aborted) return;
      document.removeEventListener("visibilitychange", look);
      signal.removeEventListener("abort", look);
      resolve();
    };
    document.addEventListener("visibilitychange", look);
    signal.addEventListener("abort", look);
    look();
  });
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
