import type { Problem, ProblemCode, AppointmentSlot } from "./types";

/**
 * Why a request did not succeed. `offline`: no answer came at all, the request may or may not have been carried out;
 * `unknown`: something answered that is not our server, for instance a proxy.
 */
export type FailureCode = ProblemCode | "offline" | "unknown";

/** A refused or failed request, told apart by `code`; the texts are in the i18n namespace `problem`. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  constructor(
    readonly code: FailureCode,
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
    /** English, for engineers; for `invalid_field` the name of the field. */
    readonly detail: string | null = null,
    readonly takenBy: string | null = null,
    readonly phone: string | null = null,
    /** Seconds from `Retry-After`. */
    readonly retryAfter: number | null = null,
    /** `slot_taken`: what is free instead. */
    readonly slots: readonly AppointmentSlot[] | null = null,
  ) {
    super(`${code} (${status})`);
  }

  /** Trying the same request again can help. */
  get isTransient(): boolean {
    return this.code === "offline" || this.code === "unavailable" || this.code === "too_many_requests" || this.status >= 502;
  }
}

/** Reads what a response with an error status says; never throws. */
export async function problemOf(response: Response): Promise<ApiError> {
  const retryAfter = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
  const retry = Number.isNaN(retryAfter) ? null : retryAfter;
  const type = response.headers.get("content-type") ?? "";
  if (!type.startsWith("application/problem+json")) {
    return new ApiError("unknown", response.status, null, null, null, retry);
  }
  try {
    const problem = (await response.json()) as Problem;
    return new ApiError(
      problem.code,
      response.status,
      problem.detail ?? null,
      problem.taken_by ?? null,
      problem.phone ?? null,
      retry,
      problem.slots ?? null,
    );
  } catch {
    return new ApiError("unknown", response.status, null, null, null, retry);
  }
}

/** What a `catch` got, as an {@link ApiError}; bugs of the page stay what they are. */
export function asApiError(error: unknown): ApiError | null {
  return error instanceof ApiError ? error : null;
}
