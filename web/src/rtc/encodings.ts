/** What is sent of camera and screen: layers, their bounds, and which of them anybody needs. Pure. */

import type { Source } from "../api/types";

/**
 * Layers of the camera, smallest first, as every browser sends them (RFC 8853). Bounds in bit/s: a face in a tile is
 * recognised with the first, looks good on half a screen with the second, and shows pupils with the third. More takes
 * from the images on a hospital's uplink; less shows blocks when somebody moves. Together 1.85 Mbit/s.
 */
const CAMERA: readonly RTCRtpEncodingParameters[] = [
  { rid: "q", scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { rid: "h", scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { rid: "f", scaleResolutionDownBy: 1, maxBitrate: 1_200_000 },
];

/** A shared screen is read, not watched: one layer, as sharp as it can be; more frames would cost sharpness. */
const SCREEN: readonly RTCRtpEncodingParameters[] = [{ maxBitrate: 2_500_000, maxFramerate: 15 }];

/** A voice goes before every picture when the uplink is short. */
const MICROPHONE: readonly RTCRtpEncodingParameters[] = [{ priority: "high" }];

/**
 * A picture of fewer pixels has fewer layers in libwebrtc, and those that come first (`kSimulcastFormats`): from here on
 * three, then two, then one. So the last of them is the whole picture: otherwise nobody would ever get that. Firefox
 * sends all three of every picture: those that are no larger than the one before stay switched off ({@link fitted}).
 */
const THREE_FROM = 960 * 540;
const TWO_FROM = 480 * 270;
const SMALL_CAMERA: readonly RTCRtpEncodingParameters[] = [
  { rid: "q", scaleResolutionDownBy: 2, maxBitrate: 300_000 },
  { rid: "h", scaleResolutionDownBy: 1, maxBitrate: 1_200_000 },
  { rid: "f", scaleResolutionDownBy: 1, maxBitrate: 1_200_000 },
];
const TINY_CAMERA: readonly RTCRtpEncodingParameters[] = [
  { rid: "q", scaleResolutionDownBy: 1, maxBitrate: 500_000 },
  { rid: "h", scaleResolutionDownBy: 1, maxBitrate: 500_000 },
  { rid: "f", scaleResolutionDownBy: 1, maxBitrate: 500_000 },
];

/** As many as any source has. */
export const ALL_LAYERS = CAMERA.length;

/** A fresh list: browsers write into what they are given. */
export function encodingsOf(source: Source): RTCRtpEncodingParameters[] {
  const encodings = { microphone: MICROPHONE, camera: CAMERA, screen: SCREEN }[source];
  return encodings.map((encoding) => ({ ...encoding, active: true }));
}

/** What decides on the encodings of a source. */
export interface Need {
  /** Layers that somebody looks at, smallest first, as the server says. */
  readonly layers: number;
  /** Of a camera's picture; absent: as it was. */
  readonly pixels: number | undefined;
}

/**
 * The encodings that are needed; `undefined` when that is how they are. Nobody looking at a source stops it: the server
 * asks again as soon as somebody does.
 */
export function fitted<Encoding extends RTCRtpEncodingParameters>(
  encodings: readonly Encoding[],
  { layers, pixels }: Need,
): Encoding[] | undefined {
  const table = pixels === undefined || encodings.length !== CAMERA.length ? [] : tableFor(pixels);
  const sized = encodings.map((encoding, index) => ({ ...encoding, ...table[index] }));
  const scaleOf = (index: number) => sized[index]?.scaleResolutionDownBy ?? 1;
  const isNeeded = (index: number) => index < layers && (index === 0 || scaleOf(index) < scaleOf(index - 1));
  const next = sized.map((encoding, index) => ({ ...encoding, active: isNeeded(index) }));
  const isSo = ({ active, maxBitrate }: Encoding, index: number) =>
    (active ?? true) === isNeeded(index) && maxBitrate === next[index]?.maxBitrate;
  return encodings.every(isSo) ? undefined : next;
}

function tableFor(pixels: number): readonly RTCRtpEncodingParameters[] {
  return pixels >= THREE_FROM ? CAMERA : pixels >= TWO_FROM ? SMALL_CAMERA : TINY_CAMERA;
}

/**
 * What gives way first: an examination is watched, so its movement stays; a screen is read, so its letters stay.
 */
export function degradationOf(source: Source): "maintain-framerate" | "maintain-resolution" | undefined {
  return source === "camera" ? "maintain-framerate" : source === "screen" ? "maintain-resolution" : undefined;
}
