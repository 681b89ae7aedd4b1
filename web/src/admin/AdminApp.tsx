import { useEffect, useState } from "react";
import { useMe } from "../api/query";
import type { AdminDirectory } from "../api/types";
import { useTexts } from "../i18n";
import { Banner, EmptyState, ErrorView, LinkButton, Loading, Sections, Shell } from "../ui";
import { goTo, useHash } from "../ui/useHash";
import { Contracts } from "./Contracts";
import { Hospitals } from "./Hospitals";
import { People } from "./People";
import { Services } from "./Services";
import { Sessions } from "./Sessions";
import { SetupSteps } from "./SetupSteps";
import { useDirectory, useLiveDirectory } from "./directory";
import { parseAdminRoute, sectionOf, type AdminRoute, type Section } from "./route";

const SECTIONS: readonly Section[] = ["people", "hospitals", "services", "contracts", "sessions"];

/** What every section gets. */
export interface SectionProps {
  directory: AdminDirectory;
  route: AdminRoute;
  /** Closes the dialog; with the name of what was saved, says so. */
  onClose: (saved?: string) => void;
}

export function AdminApp() {
  const t = useTexts("admin");
  const me = useMe();
  const directory = useDirectory();
  const hash = useHash();
  const route = parseAdminRoute(hash);
  const section = sectionOf(route.kind);
  const [saved, setSaved] = useState<{ name: string; hash: string } | null>(null);
  // Said until the reader goes on.
  useEffect(() => setSaved((old) => (old?.hash === hash ? old : null)), [hash]);
  useLiveDirectory();
  if (me.data && !me.data.roles.includes("admin")) {
    return (
      <Shell title={t("title")} me={me.data}>
        <EmptyState title={t("notYours")} action={<LinkButton href={me.data.home}>{t("home")}</LinkButton>}>
          {t("notYoursHint")}
        </EmptyState>
      </Shell>
    );
  }
  const links = SECTIONS.map((name) => ({ href: `#/${name}`, label: t(`sections.${name}`), isCurrent: name === section }));
  const mayCheck = me.data?.roles.includes("data_protection") ?? false;
  const props = {
    route,
    onClose: (name?: string) => {
      const list = `#/${section}`;
      setSaved(name === undefined ? null : { name, hash: list });
      goTo(list);
    },
  };
  return (
    <Shell title={t("title")} me={me.data}>
      <Sections
        label={t("sections.label")}
        links={mayCheck ? [...links, { href: "/privacy/", label: t("sections.privacy"), isCurrent: false }] : links}
      />
      {/* Always there, so that a screen reader hears what comes into it. */}
      <div role="status" className="saved">
        {saved !== null && (
          <Banner tone="ok" role="note">
            {t("saved", { name: saved.name })}
          </Banner>
        )}
      </div>
      {directory.isPending && <Loading />}
      {directory.isError && directory.data === undefined && (
        <ErrorView error={directory.error} onRetry={() => void directory.refetch()} />
      )}
      {directory.data && (
        <>
          {section !== "sessions" && <SetupSteps directory={directory.data} />}
          {section === "people" && <People directory={directory.data} {...props} />}
          {section === "hospitals" && <Hospitals directory={directory.data} {...props} />}
          {section === "services" && <Services directory={directory.data} {...props} />}
          {section === "contracts" && <Contracts directory={directory.data} />}
          {section === "sessions" && <Sessions />}
        </>
      )}
    </Shell>
  );
}
