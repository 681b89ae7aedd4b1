import { guestApi } from "../api/guest";
import { asApiError } from "../api/problem";
import type { GuestView } from "../api/types";

/**
 * Opens the invitation, or comes back by the cookie that opening it has left: whoever closed the page has only the link,
 * and that works once.
 */
export async function enter(token: string, api: Pick<typeof guestApi, "open" | "view"> = guestApi): Promise<GuestView> {
  try {
    return await api.open(token);
  } catch (problem) {
    if (asApiError(problem)?.code !== "guest_link_used") throw problem;
    return api.view().catch(() => {
      throw problem;
    });
  }
}
