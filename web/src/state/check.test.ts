import { expect, test } from "vitest";
import { isEmail, isPhone, isZone } from "./check";

test.each(["030 1234-0", "+49 (0)30 / 12.34", "112", "*31#030"])("%s is a telephone number", (text) => expect(isPhone(text)).toBe(true));
test.each(["", "12", "Pforte", "030 1234 Durchwahl 5", "+-() ", "1".repeat(41)])("%j is none", (text) => expect(isPhone(text)).toBe(false));

test.each(["a@b", "dr.falk@klinik.example"])("%s is an address", (text) => expect(isEmail(text)).toBe(true));
test.each(["", "@", "a@", "@b", "a@b@c", "a b@c"])("%j is none", (text) => expect(isEmail(text)).toBe(false));

test("zones are those of the time zone database", () => {
  expect(isZone("Europe/Berlin")).toBe(true);
  for (const text of ["", "Berlin", "Europe/Atlantis"]) expect(isZone(text), text).toBe(false);
});
