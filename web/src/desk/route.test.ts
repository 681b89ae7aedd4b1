import { expect, test } from "vitest";
import { parseDeskRoute } from "./route";

test("the desk's pages have addresses, and what is unknown is the board", () => {
  expect(parseDeskRoute("#/wall")).toEqual({ page: "wall" });
  expect(parseDeskRoute("#/reports")).toEqual({ page: "reports" });
  expect(parseDeskRoute("#/directory")).toEqual({ page: "directory", house: undefined });
  expect(parseDeskRoute("#/directory/7")).toEqual({ page: "directory", house: "7" });
  for (const hash of ["", "#/", "#/rota/1", "#/consult/7", "#/elsewhere"]) expect(parseDeskRoute(hash)).toEqual({ page: "board" });
});
