/** Requests of a guest, who has no account: a cookie of their own and an anti-forgery token that the view brings. */

import { request, ticketRequest } from "./client";
import type { GuestView, RoomTicket } from "./types";

export const guestApi = {
  /** Opens the link, once; the answer sets the guest's cookie. */
  open: (token: string) => request<GuestView>("/api/guest", { method: "POST", body: { token }, anonymous: true }),
  view: () => request<GuestView>("/api/guest", { anonymous: true }),
  ticket: (csrf: string, signal: AbortSignal, device: string | undefined) =>
    request<RoomTicket>("/api/guest/ticket", {
      method: "POST",
      body: ticketRequest(device),
      csrf,
      anonymous: true,
      signal,
    }),
};
