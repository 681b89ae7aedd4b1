/** STOW-RS as a browser session. */

import { readStowResponse, stowContentType, stowParts, type StowResult } from "../state/stow";
import { csrfHeader, forgetSession, send } from "./client";
import { ApiError } from "./problem";

/** For one request of a few megabytes. More keeps a dead connection's batch longer; less never gets 8 MiB through a
 * 1 Mbit/s line. */
const TIMEOUT_MS = 150_000;

const isStoreResponse = (response: Response) =>
  response.ok ||
  (response.status === 409 && (response.headers.get("content-type") ?? "").startsWith("application/dicom+json"));

/** Stores objects of one study. Refusals of single objects are in the result; only a request that failed as a whole
 * throws an {@link ApiError}. */
export async function store(studyInstanceUid: string, files: readonly Blob[], signal?: AbortSignal): Promise<StowResult> {
  try {
    return await attempt(studyInstanceUid, files, signal);
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "csrf_failed") throw error;
    forgetSession();
    return attempt(studyInstanceUid, files, signal);
  }
}

async function attempt(studyInstanceUid: string, files: readonly Blob[], signal?: AbortSignal): Promise<StowResult> {
  const boundary = `telekonsil-${crypto.randomUUID()}`;
  const response = await send(
    `/dicomweb/studies/${encodeURIComponent(studyInstanceUid)}`,
    {
      method: "POST",
      headers: {
        ...(await csrfHeader()),
        "Content-Type": stowContentType(boundary),
        Accept: "application/dicom+json",
      },
      body: new Blob(stowParts(files, boundary)),
      ...(signal ? { signal } : {}),
    },
    TIMEOUT_MS,
    isStoreResponse,
  );
  if (response.status === 204) return { stored: [], refused: [], unnamed: [] };
  try {
    return readStowResponse(await response.json());
  } catch {
    throw new ApiError("unknown", response.status);
  }
}
