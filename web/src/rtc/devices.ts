/** Cameras, microphones, screens: what there is, and why one cannot be had. */

/** Why a device is not there, in the words of the lobby. */
export type DeviceProblem =
  /** The person or the operating system refused. */
  | "denied"
  /** There is none. */
  | "missing"
  /** Another program holds it. */
  | "busy"
  /** The page is not served over HTTPS (or localhost), so the browser offers no devices at all. */
  | "insecure"
  | "failed";

export interface DeviceChoice {
  readonly camera: boolean;
  readonly microphone: boolean;
  readonly cameraId: string | undefined;
  readonly microphoneId: string | undefined;
}

export interface Device {
  readonly id: string;
  readonly label: string;
}

export interface Devices {
  readonly cameras: readonly Device[];
  readonly microphones: readonly Device[];
}

/**
 * Picture that is asked of a camera. More costs uplink that the images need; less shows no pupils in a neurological
 * examination.
 */
const CAMERA = { width: { ideal: 960 }, height: { ideal: 540 }, frameRate: { ideal: 30, max: 30 } } as const;

export type Captured = { readonly track: MediaStreamTrack } | { readonly problem: DeviceProblem };

/** Opens a camera: the chosen one, or any other when that is gone. */
export function openCamera(id: string | undefined): Promise<Captured> {
  return open((exact) => ({ video: { ...CAMERA, ...(exact ? { deviceId: { exact: id ?? "" } } : {}) } }), id);
}

/** Opens a microphone: the chosen one, or any other when that is gone. */
export function openMicrophone(id: string | undefined): Promise<Captured> {
  const cleaned = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  return open((exact) => ({ audio: { ...cleaned, ...(exact ? { deviceId: { exact: id ?? "" } } : {}) } }), id);
}

/** Lets the person pick a screen or window; `undefined` when nothing was picked. */
export async function openScreen(): Promise<MediaStreamTrack | undefined> {
  try {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false });
    const track = stream.getVideoTracks()[0];
    if (track) track.contentHint = "detail";
    return track;
  } catch {
    return undefined;
  }
}

/** Phones have no screen to share. */
export function canShareScreen(): boolean {
  return typeof navigator.mediaDevices?.getDisplayMedia === "function" && matchMedia("(pointer: fine)").matches;
}

/** What there is; names are empty until a permission was given. */
export async function listDevices(): Promise<Devices> {
  const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  const of = (kind: MediaDeviceKind) =>
    all.filter((d) => d.kind === kind && d.deviceId !== "").map((d) => ({ id: d.deviceId, label: d.label }));
  return { cameras: of("videoinput"), microphones: of("audioinput") };
}

async function open(
  constraints: (exact: boolean) => MediaStreamConstraints,
  id: string | undefined,
): Promise<Captured> {
  if (!navigator.mediaDevices) return { problem: "insecure" };
  for (const exact of id === undefined ? [false] : [true, false]) {
    try {
      const track = (await navigator.mediaDevices.getUserMedia(constraints(exact))).getTracks()[0];
      return track ? { track } : { problem: "missing" };
    } catch (error) {
      const problem = problemOf(error);
      if (!exact || problem === "denied") return { problem };
    }
  }
  return { problem: "failed" };
}

function problemOf(error: unknown): DeviceProblem {
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "failed";
  }
}
