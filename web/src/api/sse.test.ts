import { expect, test } from "vitest";
import { retryDelay, SseParser } from "./sse";

test("events come out whole, however the stream is cut", () => {
  const stream = ': keep-alive\n\nid: 7\ndata: {"type":"hello"}\n\nid: 8\r\ndata: a\r\ndata: b\r\n\r\nevent: x\ndata:c\n\n';
  const expected = [
    { id: "7", data: '{"type":"hello"}' },
    { id: "8", data: "a\nb" },
    { id: "8", data: "c" },
  ];
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const parser = new SseParser();
    expect([...parser.push(stream.slice(0, cut)), ...parser.push(stream.slice(cut))], `cut at ${cut}`).toEqual(expected);
  }
});

test("a broken connection forgets half an event and keeps the position", () => {
  const parser = new SseParser();
  parser.push("id: 3\ndata: x\n\ndata: ha");
  parser.reset();
  expect(parser.lastEventId).toBe("3");
  expect(parser.push("data: y\n\n")).toEqual([{ id: "3", data: "y" }]);
});

test("waits grow, stay below their limit, and differ between clients", () => {
  expect(retryDelay(1, 0)).toBe(500);
  expect(retryDelay(3, 0)).toBe(2000);
  expect(retryDelay(30, 0)).toBe(8000);
  expect(retryDelay(30, 0.99)).toBeLessThan(retryDelay(30, 0));
});
