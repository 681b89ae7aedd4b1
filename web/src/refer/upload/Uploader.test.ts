import { expect, test, vi } from "vitest";
import { ApiError } from "../../api/problem";
import type { StowResult } from "../../state/stow";
import { progressOf } from "../../state/upload";
import type { ScannedObject } from "./scan";
import { Uploader, type UploadPort } from "./Uploader";

const objects = (count: number): ScannedObject[] =>
  Array.from({ length: count }, (_, index) => ({
    file: new File([`object ${index}`], `IM${index}`),
    sopInstanceUid: `1.2.${index}`,
    studyInstanceUid: "1",
    seriesInstanceUid: "1.1",
    patientId: "p",
  }));

/** A server that keeps what it stores and can be told to fail. */
class Server implements UploadPort {
  readonly stored = new Set<string>();
  readonly declared: number[] = [];
  requests = 0;
  fail: (request: number) => ApiError | null = () => null;
  refuse: (uid: string) => number | null = () => null;
  loseAnswer = false;

  async declare(_study: string, instances: number) {
    this.declared.push(instances);
    return { id: "study" };
  }
  async received() {
    return [...this.stored];
  }
  async store(_study: string, files: readonly Blob[]): Promise<StowResult> {
    this.requests += 1;
    const failure = this.fail(this.requests);
    if (failure && !this.loseAnswer) throw failure;
    const result: StowResult = { stored: [], refused: [], unnamed: [] };
    for (const file of files) {
      const uid = `1.2.${(await file.text()).split(" ")[1]}`;
      const reason = this.refuse(uid);
      if (reason === null) {
        this.stored.add(uid);
        result.stored.push(uid);
      } else result.refused.push({ sopInstanceUid: uid, reason });
    }
    if (failure) throw failure;
    return result;
  }
  async pause() {}
}

async function settled(uploader: Uploader) {
  await vi.waitFor(() => {
    if (uploader.isBusy && uploader.state().stopped === null) throw new Error("still busy");
  });
  return progressOf(uploader.state().queue);
}

test("everything arrives, and the number is announced first", async () => {
  const server = new Server();
  const uploader = new Uploader(server);
  uploader.add(objects(50));
  expect(await settled(uploader)).toMatchObject({ sent: 50, failed: 0 });
  expect(server.declared).toEqual([50]);
});

test("a lost connection is waited for, and nothing is sent twice", async () => {
  const server = new Server();
  server.fail = (request) => (request > 2 && request < 6 ? new ApiError("offline", 0) : null);
  server.loseAnswer = true;
  const uploader = new Uploader(server);
  uploader.add(objects(60));
  expect(await settled(uploader)).toMatchObject({ sent: 60, failed: 0 });
  // 60 objects are 5 requests; the three whose answers were lost had arrived and were not repeated.
  expect(server.requests).toBe(5);
});

test("after a reload the same folder sends only what is missing", async () => {
  const server = new Server();
  for (let index = 0; index < 30; index += 1) server.stored.add(`1.2.${index}`);
  const uploader = new Uploader(server);
  uploader.add(objects(36));
  expect(await settled(uploader)).toMatchObject({ sent: 36 });
  expect(server.requests).toBe(1);
});

test("a refused object does not stop the others, and can be tried again", async () => {
  const server = new Server();
  server.refuse = (uid) => (uid === "1.2.7" ? 0xc000 : null);
  const uploader = new Uploader(server);
  uploader.add(objects(20));
  expect(await settled(uploader)).toMatchObject({ sent: 19, failed: 1 });
  expect(uploader.state().queue.items.get("1.2.7")?.reason).toBe("unreadable");
  server.refuse = () => null;
  uploader.retry();
  expect(await settled(uploader)).toMatchObject({ sent: 20, failed: 0 });
});

test("a refusal of the whole upload stops it with its code, until a human tries again", async () => {
  const server = new Server();
  server.fail = () => new ApiError("forbidden", 403);
  const uploader = new Uploader(server);
  uploader.add(objects(5));
  await settled(uploader);
  expect(uploader.state().stopped).toBe("forbidden");
  server.fail = () => null;
  uploader.retry();
  expect(await settled(uploader)).toMatchObject({ sent: 5 });
});

test("a study that was taken out is neither sent on nor announced again", async () => {
  const server = new Server();
  const uploader = new Uploader(server);
  const others = objects(100).slice(40).map((object) => ({ ...object, studyInstanceUid: "2" }));
  server.fail = (request) => {
    if (request === 1) uploader.drop("1");
    return request === 1 ? new ApiError("offline", 0) : null;
  };
  uploader.add([...objects(40), ...others]);
  expect(await settled(uploader)).toMatchObject({ total: 60, sent: 60 });
  expect(server.declared).toEqual([40, 60, 60]);
});

test("a request that is too large is cut into single objects", async () => {
  const server = new Server();
  const store = server.store.bind(server);
  server.store = async (study, files) => {
    if (files.length > 1) throw new ApiError("too_large", 413);
    return store(study, files);
  };
  const uploader = new Uploader(server);
  uploader.add(objects(4));
  expect(await settled(uploader)).toMatchObject({ sent: 4, failed: 0 });
});
