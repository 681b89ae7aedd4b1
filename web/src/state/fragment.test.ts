import { expect, it } from "vitest";
import { tokenOf } from "./fragment";

it.each([
  ["#AbC-_0123456789abcdef", "AbC-_0123456789abcdef"],
  ["#/AbC-_0123456789abcdef", "AbC-_0123456789abcdef"],
  ["#short", undefined],
  ["", undefined],
  ["#<script>alert(1)</script>", undefined],
])("the token in %j", (hash, token) => {
  expect(tokenOf(hash)).toBe(token);
});
