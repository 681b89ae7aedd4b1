import { describe, expect, it } from "vitest";
import type { Consumer } from "../../rtc/channel";
import { Kind } from "../../rtc/envelope";
import { utf8, type Bytes } from "../bytes";
import type { DataSealing } from "../encryption/types";
import { AdmitNotes } from "./admitNotes";
import { Outgoing } from "./outgoing";
import { SealedChannels } from "./sealedChannels";

/** Seals nothing; epochs by hand. */
class FakeSealing implements DataSealing {
  current: number | undefined = 1;
  fault: "other_group" | undefined;
  private readonly listeners = new Set<() => void>();
  readonly isLiftOffered = () => false;
  readonly version = () => this.current;
  readonly subscribe = (l: () => void) => (this.listeners.add(l), () => void this.listeners.delete(l));
  become(version: number | undefined): void {
    this.current = version;
    for (const listener of this.listeners) listener();
  }
  seal = async (_: unknown, payload: Bytes) => payload;
  open = async (_: unknown, payload: Bytes) => ({ ok: true as const, person: undefined, payload });
  say = async (_: string, payload: Bytes) => payload;
  sayAgain = async (_: string, payload: Bytes) => payload;
  hear = async (_: string, payload: Bytes) =>
    this.fault
      ? { ok: false as const, fault: this.fault }
      : { ok: true as const, author: { person: "ben", name: "Ben", isGuest: false }, payload, quotation: payload, isQuoted: false };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

const recorder = () => {
  const log: string[] = [];
  const inner: Consumer = {
    seat: () => undefined, roster: () => undefined, drained: () => undefined,
    opened: () => void log.push("opened"), closed: () => void log.push("closed"),
    received: ({ key, kind }) => void log.push(kind === Kind.endOfSnapshot ? "end" : key),
  };
  return { log, inner };
};

describe("what leaves and what comes", () => {
  it("what is put while the channel opens leaves", async () => {
    const sealing = new FakeSealing();
    const sent: string[] = [];
    const notes = new AdmitNotes({ admitted: () => undefined, withdrawn: () => undefined, who: () => undefined, store: { read: () => ["gast"], write: () => undefined } });
    const sealed = new SealedChannels(notes, sealing, { who: () => "ben", now: () => 0, after: () => () => undefined, isOpen: () => false });
    sealed.opened({ put: (key) => (sent.push(key), true), ephemeral: () => undefined });
    await turn();
    await turn();
    expect(sent).toEqual(["admit/gast"]);
  });

  it("what is put while the last one leaves, leaves", async () => {
    const lost: number[] = [];
    for (let depth = 0; depth < 10; depth += 1) {
      const sealing = new FakeSealing();
      const sent: string[] = [];
      const outgoing: Outgoing = new Outgoing(sealing, { now: () => 0, isOpen: () => false, drained: () => undefined });
      const later = (n: number): void => (n === 0 ? void outgoing.put("sealed", "b", utf8("b"), undefined) : queueMicrotask(() => later(n - 1)));
      outgoing.open({
        put: (key) => {
          sent.push(key);
          if (key === "a") queueMicrotask(() => later(depth));
          return true;
        },
        ephemeral: () => undefined,
      });
      await turn();
      outgoing.put("sealed", "a", utf8("a"), undefined);
      await turn();
      await turn();
      expect(sent).toContain("a");
      if (!sent.includes("b")) lost.push(depth);
    }
    expect(lost).toEqual([]);
  });

  it("what was written for a sealed room does not leave in a lifted one, and holds up nothing", async () => {
    const sealing = new FakeSealing();
    const sent: string[] = [];
    let isOpen = false;
    const outgoing = new Outgoing(sealing, { now: () => 0, isOpen: () => isOpen, drained: () => undefined });
    const put = (form: "said" | "quoted", key: string) => void outgoing.put(form, key, utf8(key), undefined);
    outgoing.open({ put: (key) => (sent.push(key), true), ephemeral: () => undefined });
    put("said", "result/anna/words");
    put("quoted", "result/ben/words");
    put("said", "chat/anna/1");
    await turn();
    expect(sent).toEqual(["result/anna/words", "result/ben/words", "chat/anna/1"]);
    // One is being sealed while the room is lifted.
    put("said", "result/anna/0");
    isOpen = true;
    await turn();
    sealing.become(2);
    outgoing.sealAnew();
    put("quoted", "result/ben/0");
    put("said", "result/anna/1");
    await turn();
    expect(sent.slice(3)).toEqual(["chat/anna/1", "result/anna/1"]);
  });

  it("what is shown of a report counts as put when it has left over this channel, and its writer is told", async () => {
    const sealing = new FakeSealing();
    const sent: string[] = [];
    let isCongested = true;
    let told = 0;
    const outgoing = new Outgoing(sealing, { now: () => 0, isOpen: () => false, drained: () => (told += 1) });
    const link = () => ({ put: (key: string) => !isCongested && sent.push(key) > 0, ephemeral: () => undefined });
    const put = (text = "1") => outgoing.put("said", "result/anna/words", utf8(text), undefined);
    outgoing.open(link());
    expect(put()).toBe(false);
    await turn();
    expect([put(), sent, told]).toEqual([false, [], 0]);
    isCongested = false;
    outgoing.resume();
    await turn();
    expect([put(), sent.length, told]).toEqual([true, 1, 1]);
    // Another text, and another channel: once more. Whether its writer or other keys come first is the same.
    expect(put("2")).toBe(false);
    await turn();
    outgoing.open(link());
    expect(put("2")).toBe(false);
    await turn();
    sealing.become(2);
    outgoing.open(link());
    expect(put("2")).toBe(false);
    await turn();
    expect([put("2"), sent.length, told]).toEqual([true, 4, 4]);
  });

  it("what is of the next generation waits for it", async () => {
    const sealing = new FakeSealing();
    const { log, inner } = recorder();
    const sealed = new SealedChannels(inner, sealing, { who: () => "ben", now: () => 0, after: () => () => undefined, isOpen: () => false });
    sealed.opened({ put: () => true, ephemeral: () => undefined });
    sealing.fault = "other_group";
    sealed.received({ kind: Kind.put, sender: 2, key: "chat/x", payload: utf8("1") });
    await turn();
    sealing.fault = undefined;
    sealing.become(2);
    await turn();
    expect(log).toContain("chat/x");
  });

  it("the inner consumer has a link only while something can be sealed", async () => {
    const sealing = new FakeSealing();
    const { log, inner } = recorder();
    const sealed = new SealedChannels(inner, sealing, { who: () => "ben", now: () => 0, after: () => () => undefined, isOpen: () => false });
    sealed.opened({ put: () => true, ephemeral: () => undefined });
    sealing.become(undefined);
    await turn();
    expect(log).toEqual(["opened", "closed"]);
  });

  it("a channel that opens before the one before it has closed takes its place", async () => {
    const sealing = new FakeSealing();
    const { log, inner } = recorder();
    const sealed = new SealedChannels(inner, sealing, { who: () => "ben", now: () => 0, after: () => () => undefined, isOpen: () => false });
    const [old, next] = [0, 1].map(() => ({ put: () => true, ephemeral: () => undefined }));
    if (!old || !next) throw new Error();
    sealed.opened(old);
    sealed.opened(next);
    sealed.received({ kind: Kind.endOfSnapshot, sender: 0, key: "", payload: new Uint8Array() });
    sealed.closed(old);
    await turn();
    expect(log).toEqual(["opened", "closed", "opened", "end"]);
  });
});
