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

/** Of fewer pixels libwebrtc sends two of three layers, those that come first. */
const THREE_FROM = 960 * 540;
/**
 * So of a smaller picture the second one is the whole of it: otherwise nobody would ever get that. The third one stays
 * for a larger camera.
 */
const SMALL_CAMERA: readonly RTCRtpEncodingParameters[] = [
  { rid: "q", scaleResolutionDownBy: 2, maxBitrate: 300_000 },
  { rid: "h", scaleResolutionDownBy: 1, maxBitrate: 1_200_000 },
  { rid: "f", scaleResolutionDownBy: 1, maxBitrate: 1_200_000 },
];

/**
 * The camera's encodings for a picture of so many pixels; `undefined` when they are so. What is switched off stays so.
 */
export function forPixels<Encoding extends RTCRtpEncodingParameters>(
  encodings: readonly Encoding[],
  pixels: number,
): Encoding[] | undefined {
  const table = pixels < THREE_FROM ? SMALL_CAMERA : CAMERA;
  const isSo = ({ maxBitrate }: Encoding, index: number) => maxBitrate === table[index]?.maxBitrate;
  if (encodings.length !== table.length || encodings.every(isSo)) return undefined;
  return encodings.map((encoding, index) => ({ ...encoding, ...table[index] }));
}

/** A fresh list: browsers write into what they are given. */
export function encodingsOf(source: Source): RTCRtpEncodingParameters[] {
  const encodings = { microphone: MICROPHONE, camera: CAMERA, screen: SCREEN }[source];
  return encodings.map((encoding) => ({ ...encoding, active: true }));
}

/**
 * The encodings with all but the smallest `layers` switched off; `undefined` when that is how they are. Nobody looking
 * at a source stops it: the server asks again as soon as somebody does.
 */
export function withLayers<Encoding extends RTCRtpEncodingParameters>(
  encodings: readonly Encoding[],
  layers: number,
): Encoding[] | undefined {
  const isActive = (index: number) => index < layers;
  if (encodings.every(({ active }, index) => (active ?? true) === isActive(index))) return undefined;
  return encodings.map((encoding, index) => ({ ...encoding, active: isActive(index) }));
}

/**
 * What gives way first: an examination is watched, so its movement stays; a screen is read, so its letters stay.
 */
export function degradationOf(source: Source): "maintain-framerate" | "maintain-resolution" | undefined {
  return source === "camera" ? "maintain-framerate" : source === "screen" ? "maintain-resolution" : undefined;
}
