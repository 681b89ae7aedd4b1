import { describe, expect, it } from "vitest";
import { claimDevice, device, forgetDevice } from "./deviceStore";

// That a key outlives the page is seen in browsers only: here there is no IndexedDB.
describe("a device", () => {
  it("is one as long as the page lives, where nothing can be kept, and signs without giving its key away", async () => {
    const [one, same] = await Promise.all([device("member"), device("member")]);
    expect(same).toBe(one);
    expect(one.privateKey.extractable).toBe(false);
    await expect(crypto.subtle.exportKey("pkcs8", one.privateKey)).rejects.toThrow();
  });

  it("is another one for a guest, and after it was forgotten", async () => {
    const [member, guest] = [await device("member"), await device("guest")];
    expect(guest.publicKey).not.toEqual(member.publicKey);
    await forgetDevice("guest");
    expect((await device("guest")).publicKey).not.toEqual(guest.publicKey);
    expect(await device("member")).toBe(member);
  });

  it("is whose it was attested as first, and another one for the next person", async () => {
    const { publicKey } = await device("member");
    expect(await claimDevice("member", "anna")).toBe(true);
    expect(await claimDevice("member", "anna")).toBe(true);
    expect((await device("member")).publicKey).toEqual(publicKey);
    expect(await claimDevice("member", "ben")).toBe(false);
    const next = await device("member");
    expect(next.publicKey).not.toEqual(publicKey);
    expect(await claimDevice("member", "ben")).toBe(true);
    expect((await device("member")).publicKey).toEqual(next.publicKey);
  });
});
