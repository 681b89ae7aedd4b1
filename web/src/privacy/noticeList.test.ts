import { expect, test } from "vitest";
import type { Notice, NoticePage } from "../api/types";
import { nextPage, noticeList } from "./noticeList";

const page = (ids: string[], has_more: boolean): NoticePage => ({
  notices: ids.map((id) => ({ id }) as Notice),
  has_more,
});

test("a glass that was shown first is not shown again in its own place", () => {
  const pages = [page(["glass", "d", "c"], true), page(["b", "glass", "a"], false)];
  expect(noticeList(pages).map((notice) => notice.id)).toEqual(["glass", "d", "c", "b", "a"]);
});

test("the next page begins behind the last one, as long as there is one", () => {
  expect(nextPage(page(["b", "a"], true))).toBe("a");
  expect(nextPage(page(["b", "a"], false))).toBeUndefined();
});
