import { useLiveCache, useMe } from "../api/query";
import { useTexts } from "../i18n";
import { Loading, Sections, Shell } from "../ui";
import { useHash } from "../ui/useHash";
import { Access } from "./Access";
import { Exports } from "./Exports";
import { Notices } from "./Notices";
import { Retention } from "./Retention";
import { noticeList } from "./noticeList";
import { useExports, useNotices } from "./queries";
import { parsePrivacyRoute, type Section } from "./route";

const SECTIONS: readonly Section[] = ["notices", "glass", "exports", "access", "retention"];

/** What the data-protection role watches. Who asked for an export and has not that role sees the exports alone. */
export function PrivacyApp() {
  const t = useTexts("privacy");
  const me = useMe();
  const asked = parsePrivacyRoute(useHash());
  useLiveCache();
  const mayWatch = me.data?.roles.includes("data_protection") ?? false;
  const notices = noticeList(useNotices(mayWatch).data?.pages ?? []);
  const exports = useExports().data ?? [];
  const sections = mayWatch ? SECTIONS : (["exports"] as const);
  const section = mayWatch ? asked.section : "exports";
  const count: Partial<Record<Section, number>> = {
    notices: notices.filter((notice) => !notice.seen_by).length,
    exports: mayWatch
      ? exports.filter((entry) => entry.state === "requested" && entry.requested_by.id !== me.data?.person.id).length
      : 0,
  };
  const links = sections.map((name) => {
    const value = count[name] ?? 0;
    return {
      href: `#/${name}`,
      label: t(`sections.${name}`),
      isCurrent: name === section,
      count: { value, label: t("sections.waiting", { count: value }) },
    };
  });
  const mayAdminister = me.data?.roles.includes("admin") ?? false;
  return (
    <Shell title={t("title")} me={me.data}>
      {me.data === undefined ? (
        <Loading />
      ) : (
        <>
          <Sections
            label={t("sections.label")}
            links={mayAdminister ? [...links, { href: "/admin/", label: t("sections.admin"), isCurrent: false }] : links}
          />
          {section === "notices" && <Notices key="all" onlyGlass={false} />}
          {section === "glass" && <Notices key="glass" onlyGlass />}
          {section === "exports" && <Exports me={me.data} />}
          {section === "access" && <Access consult={asked.consult} />}
          {section === "retention" && <Retention />}
        </>
      )}
    </Shell>
  );
}
