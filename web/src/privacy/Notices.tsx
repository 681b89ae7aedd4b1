import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { privacyApi } from "../api/privacy";
import type { Notice } from "../api/types";
import { useTexts } from "../i18n";
import { Button, Check, EmptyState, ErrorView, Instant, LinkButton, Loading } from "../ui";
import { privacyKeys, useNotices } from "./queries";

/** What the data-protection role has to know about; `onlyGlass`: emergency accesses alone, seen or not. */
export function Notices({ onlyGlass }: { onlyGlass: boolean }) {
  const t = useTexts("privacy");
  const notices = useNotices();
  const [onlyNew, setOnlyNew] = useState(!onlyGlass);
  const all = (notices.data ?? []).filter((notice) => !onlyGlass || notice.kind === "glass_broken");
  const shown = onlyNew ? all.filter((notice) => !notice.seen_by) : all;
  const what = onlyGlass ? "glass" : "notices";
  return (
    <section className="stack" aria-labelledby="notices-title">
      <div className="section-head">
        <div>
          <h1 id="notices-title">{t(`${what}.heading`)}</h1>
          <p className="muted">{t(`${what}.intro`)}</p>
        </div>
        <Check label={t("notices.onlyNew")} isSelected={onlyNew} onChange={setOnlyNew} />
      </div>
      {notices.isPending && <Loading />}
      {notices.isError && <ErrorView error={notices.error} onRetry={() => void notices.refetch()} />}
      {notices.data && shown.length === 0 && (
        <EmptyState title={t(all.length === 0 ? `${what}.empty` : "notices.allSeen")} />
      )}
      <ul className="records">
        {shown.map((notice) => (
          <NoticeRecord key={notice.id} notice={notice} />
        ))}
      </ul>
    </section>
  );
}

function NoticeRecord({ notice }: { notice: Notice }) {
  const t = useTexts("privacy");
  const client = useQueryClient();
  const [isPending, setPending] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const markSeen = async () => {
    setPending(true);
    setError(null);
    try {
      await privacyApi.noticeSeen(notice.id);
      await client.invalidateQueries({ queryKey: privacyKeys.notices });
    } catch (failure) {
      setError(failure);
    } finally {
      setPending(false);
    }
  };
  return (
    <li className={`record${notice.seen_by ? "" : " is-new"}`}>
      <div className="record-text">
        <span className="record-name">
          {t(`kind.${notice.kind}`)} · {notice.label}
        </span>
        <span className="muted small">
          <Instant at={notice.at} /> · {notice.person.name}, {notice.person.hospital}
        </span>
        {notice.reason !== "" && (
          <span className="record-reason">
            {t("reason")}: {notice.reason}
          </span>
        )}
        {notice.seen_by && notice.seen_at != null && (
          <span className="muted small">
            {t("notices.seenBy", { name: notice.seen_by.name })} <Instant at={notice.seen_at} />
          </span>
        )}
        {error !== null && <ErrorView error={error} />}
      </div>
      <div className="record-actions">
        <LinkButton href={`#/access/${notice.consult_id}`} aria-label={t("accessOf", { label: notice.label })}>
          {t("access.open")}
        </LinkButton>
        {!notice.seen_by && (
          <Button
            variant="primary"
            isPending={isPending}
            onPress={() => void markSeen()}
            aria-label={t("notices.seenOf", { label: notice.label })}
          >
            {t("notices.seen")}
          </Button>
        )}
      </div>
    </li>
  );
}
