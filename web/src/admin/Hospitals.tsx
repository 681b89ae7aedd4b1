import { useState } from "react";
import { adminApi } from "../api/admin";
import { newId } from "../api/ids";
import type { AdminHospital } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { EmptyState, Field, LinkButton } from "../ui";
import type { SectionProps } from "./AdminApp";
import { EditorDialog } from "./EditorDialog";
import { EditorField } from "./EditorField";
import { ListEnd } from "./ListEnd";
import { isPhone } from "../state/check";
import { byName, matches, SHOWN } from "./directory";
import { useEditor } from "./useEditor";

export function Hospitals({ directory, route, onClose }: SectionProps) {
  const t = useTexts("admin");
  const locale = localeOf(useLanguage());
  const [search, setSearch] = useState("");
  const found = byName(directory.hospitals, locale).filter((entry) => matches(search, [entry.name, entry.city]));
  const staff = (id: string) => directory.people.filter((person) => person.active && person.hospital_id === id).length;
  const opened = directory.hospitals.find((entry) => entry.id === route.item);
  return (
    <section className="stack" aria-labelledby="hospitals-title">
      <div className="section-head">
        <h1 id="hospitals-title">{t("hospitals.heading")}</h1>
        <LinkButton variant="primary" href="#/hospitals/new">
          {t("hospitals.add")}
        </LinkButton>
      </div>
      {directory.hospitals.length === 0 ? (
        <EmptyState title={t("hospitals.empty")}>{t("hospitals.emptyHint")}</EmptyState>
      ) : (
        <>
          <div className="search">
            <Field label={t("search")} description={t("hospitals.searchHint")} value={search} onChange={setSearch} />
          </div>
          <ul className="records">
            {found.slice(0, SHOWN).map((entry) => (
              <li key={entry.id} className="record">
                <div className="record-text">
                  <span className="record-name">{entry.name}</span>
                  <span className="muted small">
                    {[entry.city, entry.phone, t("hospitals.people", { count: staff(entry.id) })].filter(Boolean).join(" · ")}
                  </span>
                </div>
                <LinkButton href={`#/hospitals/${entry.id}`} aria-label={t("editOf", { name: entry.name })}>
                  {t("edit")}
                </LinkButton>
              </li>
            ))}
          </ul>
          <ListEnd found={found.length} />
        </>
      )}
      {(opened || route.item === "new") && <HospitalDialog key={route.item} hospital={opened ?? null} onClose={onClose} />}
    </section>
  );
}

function HospitalDialog({ hospital, onClose }: { hospital: AdminHospital | null; onClose: (saved?: string) => void }) {
  const t = useTexts("admin");
  const [initial] = useState(() => hospital ?? { id: newId(), name: "", city: "", phone: "" });
  const editor = useEditor<AdminHospital>({
    initial,
    put: (body) => adminApi.putHospital({ ...body, name: body.name.trim(), city: body.city.trim(), phone: body.phone.trim() }),
    find: (directory) => directory.hospitals.find((entry) => entry.id === initial.id),
    check: (draft) => ({
      ...(draft.name.trim() === "" && { name: t("missing") }),
      ...(draft.city.trim() === "" && { city: t("missing") }),
      ...(!isPhone(draft.phone) && { phone: t("badPhone") }),
    }),
    onSaved: (saved) => onClose(saved.name),
  });
  return (
    <EditorDialog title={hospital?.name ?? t("hospitals.newTitle")} editor={editor} onClose={() => onClose()}>
      <EditorField editor={editor} name="name" label={t("hospitals.name")} isRequired autoFocus />
      <EditorField editor={editor} name="city" label={t("hospitals.city")} isRequired />
      <EditorField editor={editor} name="phone" label={t("hospitals.phone")} type="tel" isRequired />
    </EditorDialog>
  );
}
