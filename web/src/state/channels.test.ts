import { expect, test } from "vitest";
import { faultOf, mobileOf, move, rows, toSend, toggle } from "./channels";

test("app and push come first whatever is chosen", () => {
  expect(toggle(["email"], "sms")).toEqual(["app", "push", "email", "sms"]);
  expect(toggle(["app", "push", "email", "sms"], "email")).toEqual(["app", "push", "sms"]);
  expect(toSend(["sms"], "", "de").order).toEqual(["app", "push", "sms"]);
});

test("a channel moves among those in use and no further", () => {
  const order = ["app", "push", "sms", "email"] as const;
  expect(move(order, "email", -1)).toEqual(["app", "push", "email", "sms"]);
  expect(move(order, "sms", -1)).toEqual([...order]);
  expect(move(order, "voice", 1)).toEqual([...order]);
});

test("those not in use stand behind", () => {
  expect(rows(["app", "push", "email"])).toEqual([
    { channel: "email", isUsed: true },
    { channel: "sms", isUsed: false },
    { channel: "voice", isUsed: false },
  ]);
});

test("numbers are taken as people write them, with their country", () => {
  for (const text of ["+49 151 12345678", "0049 (151) 123-45678", "+49151/12345678"]) expect(mobileOf(text)).toBe("+4915112345678");
  for (const text of ["0151 12345678", "+0151123456", "12", "+49 abc"]) expect(mobileOf(text)).toBeUndefined();
});

test("whoever is to be called by telephone needs a number", () => {
  expect(faultOf(["sms"], " ")).toBe("mobileMissing");
  expect(faultOf(["email"], "")).toBeNull();
  expect(faultOf(["email"], "0151")).toBe("mobileWrong");
  expect(faultOf(["voice"], "+4915112345678")).toBeNull();
});
