/** The list of notices that its pages make. Pure. */

import type { Notice, NoticeId, NoticePage } from "../api/types";

/**
 * Every notice once: broken glass that nobody has looked at stands on the first page, however old, and again in its own
 * place.
 */
export function noticeList(pages: readonly NoticePage[]): Notice[] {
  const list = new Map<NoticeId, Notice>();
  for (const notice of pages.flatMap((page) => page.notices)) if (!list.has(notice.id)) list.set(notice.id, notice);
  return [...list.values()];
}

/** Where the next page begins; `undefined`: there is none. */
export const nextPage = (page: NoticePage): NoticeId | undefined =>
  page.has_more ? page.notices.at(-1)?.id : undefined;
