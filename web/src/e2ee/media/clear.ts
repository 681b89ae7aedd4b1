/**
 * What of a frame stays readable: the one place that says so. Everything else of the payload is sealed, and what stays is
 * bound to it as associated data, so that nobody can change it unseen.
 *
 * | codec | bytes | why |
 * |---|---|---|
 * | VP8, key frame | 10 | frame tag, start code, width and height (RFC 6386 § 9.1) |
 * | VP8, delta frame | 3 | frame tag |
 * | VP9 | 0 | both browsers need nothing of it |
 * | opus | 0 | nobody needs anything of it |
 *
 * Browsers read VP8's header while they packetise and reassemble (key frame or not, size) before the transform has opened
 * anything. It tells the server what the RTP stream shows anyway: when a key frame comes, and how large the picture is.
 * Other codecs are not taken: AV1 fails sealed in both browsers, H264 delivers nothing in Chromium.
 *
 * Beside the payload the server reads RTP headers and their extensions: the VP8 payload descriptor or the dependency
 * descriptor (which frames need which, to drop layers), and the audio level (who speaks, as loudness in 1-dB steps).
 */

export type Codec = "vp8" | "vp9" | "opus";

const KEY_FRAME = 10;
const DELTA_FRAME = 3;
/** Lowest bit of a VP8 frame: 0 in a key frame (RFC 6386 § 9.1). */
const DELTA_BIT = 1;

/** `undefined` for a codec that is not sealed, and so not sent. */
export function codecOf(mimeType: string): Codec | undefined {
  switch (mimeType.toLowerCase()) {
    case "video/vp8":
      return "vp8";
    case "video/vp9":
      return "vp9";
    case "audio/opus":
      return "opus";
    default:
      return undefined;
  }
}

/**
 * Length of the readable part, of a frame as well as of a sealed one: for VP8 its own first byte says what it is, not
 * what somebody says about it. `undefined` for what is too short to be a frame.
 */
export function clearBytes(codec: Codec, frame: Uint8Array): number | undefined {
  const [first] = frame;
  if (first === undefined) return undefined;
  if (codec !== "vp8") return 0;
  const length = first & DELTA_BIT ? DELTA_FRAME : KEY_FRAME;
  return frame.length < length ? undefined : length;
}
