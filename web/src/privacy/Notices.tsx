import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { privacyApi } from "../api/privacy";
import type { Notice, RightsChange } from "../api/types";
import { useTexts } from "../i18n";
import { Button, Check, EmptyState, ErrorView, Instant, LinkButton, Loading } from "../ui";
import { noticeList } from "./noticeList";
import { privacyKeys, useNotices } from "./queries";

/** What the data-protection role has to know about; `onlyGlass`: emergency accesses alone, seen or not. */
export function Notices({ onlyGlass }: { onlyGlass: boolean }) {
  const t = useTexts("privacy");
  const notices = useNotices();
  const [onlyNew, setOnlyNew] = useState(!onlyGlass);
  const all = noticeList(notices.data?.pages ?? []).filter((notice) => !onlyGlass || notice.kind === "glass_broken");
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
      {notices.hasNextPage && (
        <Button isPending={notices.isFetchingNextPage} onPress={() => void notices.fetchNextPage()}>
          {t("notices.older")}
        </Button>
      )}
    </section>
  );
}

function NoticeRecord({ notice }: { notice: Notice }) {
  const t = useTexts("privacy");
  // A consult, or somebody's account.
  const of = notice.about?.name ?? notice.label;
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
          {t(`kind.${notice.kind}`)} · {of}
        </span>
        <span className="muted small">
          <Instant at={notice.at} /> · {notice.person.name}, {notice.person.hospital}
        </span>
        {notice.reason !== "" && (
          <span className="record-reason">
            {t("reason")}: {notice.reason}
          </span>
        )}
        {notice.change && <Change change={notice.change} />}
        {notice.seen_by && notice.seen_at != null && (
          <span className="muted small">
            {t("notices.seenBy", { name: notice.seen_by.name })} <Instant at={notice.seen_at} />
          </span>
        )}
        {error !== null && <ErrorView error={error} />}
      </div>
      <div className="record-actions">
        {notice.consult_id && (
          <LinkButton href={`#/access/${notice.consult_id}`} aria-label={t("accessOf", { label: notice.label })}>
            {t("access.open")}
          </LinkButton>
        )}
        {!notice.seen_by && (
          <Button
            variant="primary"
            isPending={isPending}
            onPress={() => void markSeen()}
            aria-label={t("notices.seenOf", { label: of })}
          >
            {t("notices.seen")}
          </Button>
        )}
      </div>
    </li>
  );
}

/** What an account reaches now that it did not before, and the other way round. */
function Change({ change }: { change: RightsChange }) {
  const t = useTexts("privacy");
  const roles = (names: RightsChange["roles_given"]) => names.map((name) => t(`role.${name}`)).join(", ");
  const lines = [
    ["rolesGiven", roles(change.roles_given)],
    ["rolesTaken", roles(change.roles_taken)],
    ["networksGiven", change.networks_given.join(", ")],
    ["networksTaken", change.networks_taken.join(", ")],
    ["hospital", change.hospital ?? ""],
    ["active", change.active == null ? "" : t(change.active ? "change.yes" : "change.no")],
  ] as const;
  return (
    <ul className="record-change small">
      {lines.map(([name, value]) => value !== "" && <li key={name}>{`${t(`change.${name}`)}: ${value}`}</li>)}
    </ul>
  );
}
