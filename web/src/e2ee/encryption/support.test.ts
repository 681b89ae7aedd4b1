import { afterEach, describe, expect, it, vi } from "vitest";
import { findGaps } from "./support";

afterEach(() => vi.unstubAllGlobals());

/** A browser that has all of it; Node itself has Ed25519 and X25519. */
function whole(): void {
  vi.stubGlobal("RTCRtpScriptTransform", class {});
  vi.stubGlobal("Worker", class {});
}

const without = (...names: readonly string[]) => ({
  subtle: {
    generateKey: ({ name }: { name: string }) =>
      names.includes(name) ? Promise.reject(new Error()) : Promise.resolve({}),
  },
});

describe("a browser", () => {
  it("that has all of it can encrypt, also by streams alone", async () => {
    whole();
    expect(await findGaps()).toEqual([]);
    vi.stubGlobal("RTCRtpScriptTransform", undefined);
    Reflect.deleteProperty(globalThis, "RTCRtpScriptTransform");
    vi.stubGlobal(
      "RTCRtpSender",
      class {
        createEncodedStreams(): void {}
      },
    );
    expect(await findGaps()).toEqual([]);
  });

  it("is told what it lacks", async () => {
    expect(await findGaps()).toEqual(["transform", "worker"]);
    whole();
    vi.stubGlobal("crypto", without("X25519"));
    expect(await findGaps()).toEqual(["x25519"]);
    vi.stubGlobal("crypto", without("Ed25519"));
    expect(await findGaps()).toEqual(["ed25519"]);
    vi.stubGlobal("crypto", {});
    expect(await findGaps()).toEqual(["crypto"]);
  });
});
