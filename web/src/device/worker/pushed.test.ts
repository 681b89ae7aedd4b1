import { beforeEach, expect, test, vi } from "vitest";
import type { PushMessage } from "../../api/types";
import type { QueuedAnswer } from "../../state/outbox";

const outbox = vi.hoisted(() => ({ enqueue: vi.fn(), flush: vi.fn() }));
const request = vi.hoisted(() => vi.fn());
vi.mock("../outbox", () => outbox);
vi.mock("../../api/client", () => ({ request }));
vi.mock("../subscription", () => ({ subscribeAgain: vi.fn() }));

const { clicked, pushed } = await import("./pushed");

const ring: PushMessage = {
  type: "ring",
  ring_id: "r1",
  consult_id: "c1",
  service: "Schlaganfall",
  hospital: "Kreisklinik",
  urgency: "emergency",
  until: Date.now() + 60_000,
  receipt: "token",
  language: "de",
};

interface Shown {
  title: string;
  tag: string;
  data: { url: string };
  close: () => void;
}

/** What of a service worker is needed: notifications by their tag, pages. */
function worker(pages: { url: string; postMessage: () => void; focus: () => void }[] = []) {
  const shown: Shown[] = [];
  const opened: string[] = [];
  const registration = {
    async showNotification(title: string, options: Omit<Shown, "title" | "close">) {
      const note = { ...options, title, close: () => void shown.splice(shown.indexOf(note), 1) };
      const before = shown.findIndex(({ tag }) => tag === options.tag);
      if (before === -1) shown.push(note);
      else shown[before] = note;
    },
    getNotifications: async ({ tag }: { tag: string }) => shown.filter((note) => note.tag === tag),
  };
  const clients = { matchAll: async () => pages, openWindow: async (url: string) => void opened.push(url) };
  return { shown, opened, sw: { registration, clients } as unknown as ServiceWorkerGlobalScope };
}

const data = (message: PushMessage) => ({ json: () => message }) as PushMessageData;
const click = (note: Shown | undefined, action = "") => ({ notification: note, action }) as unknown as NotificationEvent;
const states = () => request.mock.calls.map(([, options]) => (options as { body: { state: string } }).body.state);

beforeEach(() => vi.resetAllMocks());

test("a ring is shown and acknowledged; its end takes it away", async () => {
  const { sw, shown } = worker();
  await pushed(sw, data(ring));
  await pushed(sw, data(ring));
  expect(shown.map(({ title }) => title)).toEqual(["Notfall · Schlaganfall"]);
  await pushed(sw, data({ type: "ring_ended", ring_id: "r1", receipt: "token2" }));
  expect(shown).toEqual([]);
  expect(states()).toEqual(["delivered", "delivered", "delivered"]);
});

test("accepting from the notification sends the answer and says what became of it", async () => {
  const { sw, shown, opened } = worker();
  await pushed(sw, data(ring));
  outbox.flush.mockImplementation(async () => outbox.enqueue.mock.calls.map(([queued]) => ({ ...(queued as QueuedAnswer), fate: { state: "done", at: 1 } })));
  await clicked(sw, click(shown[0], "accept"));
  expect(outbox.enqueue.mock.calls[0]?.[0]).toMatchObject({ ringId: "r1", consultId: "c1", answer: { type: "accept" } });
  expect(shown.map(({ title, data: { url } }) => [title, url])).toEqual([["Angenommen", "/oncall/#/consult/c1"]]);
  expect(opened).toEqual([]);
  expect(states()).toContain("seen");
});

test("without a network it says that the answer waits", async () => {
  const { sw, shown } = worker();
  await pushed(sw, data(ring));
  outbox.flush.mockResolvedValue([]);
  await clicked(sw, click(shown[0], "in_five"));
  expect(shown[0]?.title).toContain("Kein Netz");
});

test("a press on it opens the app, or brings the one that is open to the front", async () => {
  const { sw, shown, opened } = worker();
  await pushed(sw, data(ring));
  await clicked(sw, click(shown[0]));
  expect(opened).toEqual(["/oncall/"]);

  const page = { url: "https://k.example/oncall/#/device", postMessage: vi.fn(), focus: vi.fn() };
  const open = worker([page]);
  await pushed(open.sw, data(ring));
  await clicked(open.sw, click(open.shown[0]));
  expect(page.focus).toHaveBeenCalledOnce();
  expect(open.opened).toEqual([]);
});
