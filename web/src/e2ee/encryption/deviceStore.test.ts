import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

type Store = typeof import("./deviceStore");

/** A page that is loaded anew: what it had in memory is gone. */
async function page(): Promise<Store> {
  vi.resetModules();
  return import("./deviceStore");
}

/** As much of IndexedDB as is used here, over one store. Where it is read-only, transactions that write are given up. */
class DatabaseDouble {
  readonly kept = new Map<string, unknown>();
  isReadOnly = false;

  open() {
    return answered({ transaction: () => this.transaction(), close: () => undefined });
  }

  private transaction() {
    const change = new Map(this.kept);
    let writes = false;
    const write = (run: () => void) => {
      writes = true;
      run();
      return answered(undefined);
    };
    const transaction = {
      oncomplete: (): void => undefined,
      onabort: (): void => undefined,
      error: null,
      objectStore: () => ({
        get: (name: string) => answered(change.get(name)),
        put: (value: unknown, name: string) => write(() => change.set(name, value)),
        delete: (name: string) => write(() => change.delete(name)),
      }),
    };
    // After the answers to all that was asked.
    setTimeout(() => {
      if (writes && this.isReadOnly) return transaction.onabort();
      for (const name of this.kept.keys()) if (!change.has(name)) this.kept.delete(name);
      for (const [name, value] of change) this.kept.set(name, value);
      transaction.oncomplete();
    });
    return transaction;
  }
}

function answered<T>(result: T) {
  const request = { result, onsuccess: (): void => undefined };
  queueMicrotask(() => request.onsuccess());
  return request;
}

let database: DatabaseDouble;

beforeEach(() => {
  database = new DatabaseDouble();
  vi.stubGlobal("indexedDB", database);
});

afterEach(() => vi.unstubAllGlobals());

describe("a device", () => {
  it("is one as long as the page lives, where nothing can be kept, and signs without giving its key away", async () => {
    vi.stubGlobal("indexedDB", undefined);
    const { device } = await page();
    const [one, same] = await Promise.all([device("member"), device("member")]);
    expect(same).toBe(one);
    expect(one.privateKey.extractable).toBe(false);
    await expect(crypto.subtle.exportKey("pkcs8", one.privateKey)).rejects.toThrow();
  });

  it("is another one for a guest, and after it was forgotten", async () => {
    const { device, forgetDevice } = await page();
    const [member, guest] = [await device("member"), await device("guest")];
    expect(guest.publicKey).not.toEqual(member.publicKey);
    await forgetDevice("guest");
    expect((await device("guest")).publicKey).not.toEqual(guest.publicKey);
    expect(await device("member")).toBe(member);
  });

  it("outlives the page, with whose it is, and is another one for the next person", async () => {
    const first = await page();
    const { publicKey } = await first.device("member");
    expect((await first.claimDevice("member", "anna")).publicKey).toEqual(publicKey);
    const second = await page();
    expect((await second.device("member")).publicKey).toEqual(publicKey);
    expect((await second.claimDevice("member", "anna")).publicKey).toEqual(publicKey);
    const next = await second.claimDevice("member", "ben");
    expect(next.publicKey).not.toEqual(publicKey);
    expect(await second.device("member")).toBe(next);
    const third = await page();
    expect((await third.claimDevice("member", "ben")).publicKey).toEqual(next.publicKey);
  });

  it("is another one for the next person also where the store can be read only, as long as the page lives", async () => {
    const { publicKey } = await (await page()).claimDevice("member", "anna");
    database.isReadOnly = true;
    const { claimDevice, device } = await page();
    expect((await device("member")).publicKey).toEqual(publicKey);
    const mine = await claimDevice("member", "ben");
    expect(mine.publicKey).not.toEqual(publicKey);
    expect((await device("member")).publicKey).toEqual(mine.publicKey);
    expect(await claimDevice("member", "ben")).toBe(mine);
  });

  it("is one person's over all tabs: the same for the same one, never one for two", async () => {
    const [one, two, three] = [await page(), await page(), await page()];
    const { publicKey } = await one.device("member");
    for (const each of [two, three]) expect((await each.device("member")).publicKey).toEqual(publicKey);
    await one.claimDevice("member", "anna");
    const bens = await two.claimDevice("member", "ben");
    expect(bens.publicKey).not.toEqual(publicKey);
    expect((await three.claimDevice("member", "ben")).publicKey).toEqual(bens.publicKey);
    // A page that has a device keeps it.
    expect((await one.device("member")).publicKey).toEqual(publicKey);
  });
});
