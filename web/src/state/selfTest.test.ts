import { expect, test } from "vitest";
import { reportOf } from "./selfTest";

test("what was not tried is not told, what does not work is", () => {
  expect(reportOf({ camera: undefined, microphone: "silent", speaker: "ok", path: undefined })).toEqual({
    camera: null,
    microphone: false,
    sound: true,
    path: null,
  });
  expect(reportOf({ camera: "off", microphone: "ok", speaker: "silent", path: { state: "blocked" } })).toEqual({
    camera: false,
    microphone: true,
    sound: false,
    path: false,
  });
});
