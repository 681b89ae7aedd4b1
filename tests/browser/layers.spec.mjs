// Each viewer gets a picture as large as it is drawn: of a camera that sends three streams of VP8, as our pages do, and of
// one that sends VP9 with three spatial layers in one stream, which they do not ask for by themselves.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SMALL, look, lookAbout } from "./drawn.mjs";
import { launchBrowser } from "./harness.mjs";
import { LONG, World, intoRoom, longestPause, nextPictures } from "./network.mjs";

/** A switch down shows without a pause that anybody would notice; more is what a machine needs that builds beside it. */
const PAUSE = LONG ? 1_000 : 3_000;

let browsers, world, layers, streams;

before(async () => {
  browsers = [await launchBrowser(), await launchBrowser()];
  world = await World.start({ direct: "127.0.0.1" });
  layers = await world.arrive(browsers[0], world.links.referrer, "**/refer/**");
  streams = await world.arrive(browsers[1], world.links.specialist, "**/oncall/**");
  for (const { context } of [layers, streams]) await context.addInitScript(takesAll);
  await layers.context.addInitScript(layered);
  await intoRoom(layers, streams);
  for (const person of [layers, streams]) await person.until(() => window.drawnAt.length > 5, null, 30_000);
});

after(async () => {
  for (const browser of browsers ?? []) await browser.close();
  await world?.stop();
});

/** Runs in the page before anything else: takes every codec, where the page would take VP8 alone. */
function takesAll() {
  window.preferCodecs = RTCRtpTransceiver.prototype.setCodecPreferences;
  RTCRtpTransceiver.prototype.setCodecPreferences = () => {};
}

/** The same after it: one encoding with three spatial layers, where there would be three encodings. */
function layered() {
  const add = RTCPeerConnection.prototype.addTransceiver;
  RTCPeerConnection.prototype.addTransceiver = function (track, init) {
    if (init?.sendEncodings?.length !== 3) return add.call(this, track, init);
    const transceiver = add.call(this, track, { ...init, sendEncodings: [{ scalabilityMode: "L3T3_KEY", maxBitrate: 1_850_000 }] });
    const { codecs } = RTCRtpReceiver.getCapabilities("video");
    const isTaken = ({ mimeType, sdpFmtpLine }) => mimeType === "video/rtx" || sdpFmtpLine === "profile-id=0";
    window.preferCodecs.call(transceiver, codecs.filter(isTaken));
    return transceiver;
  };
}

/** What is sent (`outbound-rtp`) or comes (`inbound-rtp`) of pictures. */
const pictures = (person, direction) =>
  person.page.evaluate(async (direction) => {
    const connection = window.connections.findLast(({ connectionState }) => connectionState === "connected");
    const report = await connection.getStats();
    const lines = [...report.values()].filter(({ type, kind }) => type === direction && kind === "video");
    return lines.filter(({ framesSent, framesDecoded }) => (framesSent ?? framesDecoded) > 0).map((line) =>
      ({ codec: report.get(line.codecId)?.mimeType, mode: line.scalabilityMode, rid: line.rid }));
  }, direction);

async function largeAndSmall(viewer, what) {
  console.log(`# ${what}: large, small, large again after ${(await lookAbout(viewer)).join(", ")} ms`);
  const since = Date.now();
  await look(viewer, SMALL);
  await nextPictures([viewer], Date.now());
  const pause = await longestPause(viewer, since);
  assert.ok(pause < PAUSE, `a switch down pauses the picture for ${pause} ms`);
}

test("three streams of VP8", async () => {
  await largeAndSmall(layers, "streams");
  const [sent, [came]] = [await pictures(streams, "outbound-rtp"), await pictures(layers, "inbound-rtp")];
  assert.deepEqual([...new Set(sent.map(({ rid }) => rid))].sort(), ["f", "h", "q"]);
  assert.ok([...sent, came].every(({ codec }) => codec === "video/VP8"), JSON.stringify({ sent, came }));
});

test("three layers in one stream of VP9", async () => {
  await largeAndSmall(streams, "layers");
  const [sent, [came]] = [await pictures(layers, "outbound-rtp"), await pictures(streams, "inbound-rtp")];
  assert.deepEqual(sent.map(({ codec, mode }) => [codec, mode]), [["video/VP9", "L3T3_KEY"]]);
  assert.equal(came.codec, "video/VP9");
});

test("H264 and AV1 are offered and not taken", async () => {
  const [offer, answer] = await streams.page.evaluate(() => {
    const { localDescription, remoteDescription } = window.connections.findLast(({ connectionState }) => connectionState === "connected");
    return [localDescription.sdp, remoteDescription.sdp];
  });
  for (const codec of ["H264", "AV1"]) assert.ok(offer.includes(` ${codec}/90000`), `${codec} is not offered`);
  assert.deepEqual([...new Set(answer.match(/(?<=^a=rtpmap:\d+ )\w+/gm))].sort(), ["VP8", "VP9", "opus", "rtx"]);
});

test("nothing was complained of", () => {
  assert.deepEqual(world.errors, []);
  for (const person of [layers, streams]) assert.deepEqual([person.foreign, person.complaints], [[], []]);
});
