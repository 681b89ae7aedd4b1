/**
 * The live event stream `GET /api/events`. Read with `fetch` rather than `EventSource`: a dead connection is noticed by
 * its missing keep-alives, `Last-Event-ID` survives every reconnect, and an ended session is told from a lost network.
 *
 * Tabs of one browser share one stream, because HTTP/1.1 allows six connections to a host: the holder of a Web Lock
 * reads it and passes everything on over a BroadcastChannel. The on-call page reads its own: a ring must not depend on
 * the health of another tab.
 */

import { useEffect, useRef, useSyncExternalStore } from "react";
import { goToSignIn } from "./client";
import { heard } from "./contact";
import { SseParser, retryDelay } from "./sse";
import type { LiveEvent } from "./types";

/** `connecting` is the first attempt, `lost` any later one. */
export type StreamStatus = "connecting" | "live" | "lost";
export type EventListener = (event: LiveEvent, id: string) => void;

/** Silence after which a connection counts as dead. The server sends a keep-alive every 15 s: less would cut good
 * connections at one lost packet, more leaves a doctor unreachable without knowing it. */
const SILENCE_MS = 40_000;
/** How long a visible tab waits for the reading tab's sign of life. Less takes over from a tab that is only busy. */
const LEADER_ANSWER_MS = 3000;
const LEADER_CHECK_MS = 15_000;
const LOCK = "telekonsil-events";

type ChannelMessage =
  | { type: "event"; event: LiveEvent; id: string }
  | { type: "status"; status: StreamStatus }
  | { type: "ask" }
  /** The tab in sight has reason to believe that the network is back. */
  | { type: "retry" };

class EventStream {
  private readonly listeners = new Set<EventListener>();
  private readonly statusListeners = new Set<() => void>();
  private status: StreamStatus = "connecting";
  private started = false;
  private readonly parser = new SseParser();
  private connection: AbortController | null = null;
  private wake: (() => void) | null = null;
  private channel: BroadcastChannel | null = null;
  private isLeader = false;
  private heardFromLeader = 0;

  /** Starts at the first call; `exclusive` reads an own stream, whatever other tabs do. */
  start(exclusive: boolean): void {
    if (this.started) return;
    this.started = true;
    // A network that came back or a page that woke up should not wait for the next attempt.
    addEventListener("online", () => this.retryNow());
    addEventListener("offline", () => this.connection?.abort());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.retryNow();
    });
    if (exclusive || !("locks" in navigator) || !("BroadcastChannel" in globalThis)) void this.read(new AbortController().signal);
    else this.share();
  }

  subscribe(listener: EventListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  readonly subscribeStatus = (listener: () => void): (() => void) => {
    this.statusListeners.add(listener);
    return () => this.statusListeners.delete(listener);
  };

  readonly getStatus = (): StreamStatus => this.status;

  /** Skips the wait before the next attempt, also that of the tab that reads for this one. */
  retryNow(): void {
    this.wake?.();
    if (!this.isLeader && this.status === "lost") this.channel?.postMessage({ type: "retry" } satisfies ChannelMessage);
  }

  private share(): void {
    const channel = new BroadcastChannel(LOCK);
    this.channel = channel;
    channel.onmessage = ({ data }: MessageEvent<ChannelMessage>) => {
      if (data.type === "ask") {
        if (this.isLeader) channel.postMessage({ type: "status", status: this.status } satisfies ChannelMessage);
        return;
      }
      if (data.type === "retry") {
        this.wake?.();
        return;
      }
      if (this.isLeader) return;
      this.heardFromLeader = Date.now();
      if (data.type === "status") this.setStatus(data.status);
      else this.emit(data.event, data.id);
    };
    void this.lead(false);
    const check = () => this.checkLeader(channel);
    setInterval(check, LEADER_CHECK_MS);
    document.addEventListener("visibilitychange", check);
    channel.postMessage({ type: "ask" } satisfies ChannelMessage);
  }

  /** A frozen tab keeps its lock and reads nothing: a visible one takes the lock away from it. */
  private checkLeader(channel: BroadcastChannel): void {
    if (this.isLeader || document.visibilityState !== "visible") return;
    const asked = Date.now();
    channel.postMessage({ type: "ask" } satisfies ChannelMessage);
    setTimeout(() => {
      if (!this.isLeader && this.heardFromLeader < asked) void this.lead(true);
    }, LEADER_ANSWER_MS);
  }

  private async lead(steal: boolean): Promise<void> {
    const over = new AbortController();
    try {
      await navigator.locks.request(LOCK, { steal }, async () => {
        this.isLeader = true;
        await this.read(over.signal);
      });
    } catch {
      // Another tab took the lock: follow it, and queue up again.
    }
    this.isLeader = false;
    over.abort();
    this.connection?.abort();
    if (this.channel) void this.lead(false);
  }

  private async read(over: AbortSignal): Promise<void> {
    for (let attempt = 1; !over.aborted; attempt += 1) {
      const outcome = await this.connect(() => {
        attempt = 0;
        this.publishStatus("live");
      });
      if (over.aborted) return;
      if (outcome === "signed_out") {
        goToSignIn();
        return;
      }
      this.publishStatus("lost");
      await this.pause(retryDelay(Math.max(1, attempt), Math.random()));
    }
  }

  private async connect(onLive: () => void): Promise<"lost" | "signed_out"> {
    const abort = new AbortController();
    this.connection = abort;
    let silence = setTimeout(() => abort.abort(), SILENCE_MS);
    this.parser.reset();
    try {
      const headers: Record<string, string> = { Accept: "text/event-stream" };
      if (this.parser.lastEventId !== "") headers["Last-Event-ID"] = this.parser.lastEventId;
      const response = await fetch("/api/events", {
        headers,
        signal: abort.signal,
        credentials: "same-origin",
        cache: "no-store",
      });
      if (response.status === 401) return "signed_out";
      if (!response.ok || response.body === null) return "lost";
      heard();
      onLive();
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return "lost";
        heard();
        clearTimeout(silence);
        silence = setTimeout(() => abort.abort(), SILENCE_MS);
        for (const event of this.parser.push(decoder.decode(value, { stream: true }))) this.receive(event.data, event.id);
      }
    } catch {
      return "lost";
    } finally {
      clearTimeout(silence);
      abort.abort();
    }
  }

  private receive(data: string, id: string): void {
    let event: LiveEvent;
    try {
      event = JSON.parse(data) as LiveEvent;
    } catch {
      return;
    }
    this.channel?.postMessage({ type: "event", event, id } satisfies ChannelMessage);
    this.emit(event, id);
  }

  private emit(event: LiveEvent, id: string): void {
    for (const listener of this.listeners) listener(event, id);
  }

  private publishStatus(status: StreamStatus): void {
    this.channel?.postMessage({ type: "status", status } satisfies ChannelMessage);
    this.setStatus(status);
  }

  private setStatus(status: StreamStatus): void {
    if (this.status === status) return;
    this.status = status;
    for (const listener of this.statusListeners) listener();
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      this.wake = done;
      function done() {
        clearTimeout(timer);
        resolve();
      }
    });
  }
}

/** The page's only stream. */
export const events = new EventStream();

/** Calls `listener` with every live event while the component is mounted; starts the stream at first use. */
export function useEvents(listener: EventListener, options: { exclusive?: boolean } = {}): void {
  const latest = useRef(listener);
  useEffect(() => {
    latest.current = listener;
  });
  const exclusive = options.exclusive ?? false;
  useEffect(() => {
    const stop = events.subscribe((event, id) => latest.current(event, id));
    events.start(exclusive);
    return stop;
  }, [exclusive]);
}

/** Whether live events arrive at the moment. */
export function useStreamStatus(): StreamStatus {
  return useSyncExternalStore(events.subscribeStatus, events.getStatus);
}
