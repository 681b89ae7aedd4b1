import { expect, test } from "vitest";
import { readPreset } from "./preset";

test("an address sets what it names", () => {
  const read = readPreset("#preset=language=en&theme=dark&volume=80&prefetch=300&prefetch_mobile=0&channels=push,email,sms");
  expect(read).toEqual({
    preset: { language: "en", theme: "dark", volume: 0.8, prefetch: 300, prefetch_mobile: 0, channels: ["email", "sms"] },
    unknown: [],
  });
});

test("what means nothing is told, and the rest still counts", () => {
  const read = readPreset("#preset=theme=pink&volume=0&password=x&prefetch=99999&channels=sms,pigeon&language=de");
  expect(read?.preset).toEqual({ language: "de" });
  expect(read?.unknown).toEqual(["theme=pink", "volume=0", "password=x", "prefetch=99999", "channels=sms,pigeon"]);
});

test("no volume makes somebody unreachable", () => {
  expect(readPreset("#preset=volume=19")?.preset).toEqual({});
  expect(readPreset("#preset=volume=20")?.preset).toEqual({ volume: 0.2 });
});

test("other addresses set nothing", () => {
  for (const hash of ["", "#/", "#/consult/x", "#/preset=language=en"]) expect(readPreset(hash)).toBeNull();
});
