import { useQuery, useQueryClient } from "@tanstack/react-query";
import { keys, useServices } from "../api/query";
import { rotaApi } from "../api/rota";
import type { TimeSpan } from "../api/types";
import { useTexts } from "../i18n";
import "../rota/texts";
import { News } from "../swaps/News";
import { Button, Instant } from "../ui";

/** What has become of one's own duties and was not read yet. */
export function DutyNotes() {
  const t = useTexts("rota");
  const client = useQueryClient();
  const notes = useQuery({ queryKey: [...keys.rota, "notes"], queryFn: rotaApi.notes });
  const services = useServices().data ?? [];
  const zoneOf = (name: string) => services.find((service) => service.name === name)?.zone;
  const unread = (notes.data ?? []).filter(({ seen_at }) => seen_at === undefined || seen_at === null);
  const newest = unread[0];
  if (!newest) return null;
  const see = async () => {
    await rotaApi.seeNotes(newest.at).catch(() => undefined);
    await client.invalidateQueries({ queryKey: keys.rota });
  };
  return (
    <section className="card stack duty-notes" role="status" aria-labelledby="notes-title" data-testid="duty-notes">
      <h2 id="notes-title">{t("notes.title")}</h2>
      <ul className="stack">
        {unread.map((note) => (
          <li key={note.id}>
            <strong>{t(`common:duty.${note.level}`)}</strong> ({t(`kind.${note.kind}`)}) · {note.by ? t("notes.by", { service: note.service, name: note.by.name }) : note.service}
            {note.news && <News news={note.news} zone={zoneOf(note.service)} />}
            <Spans title={t("notes.gained")} spans={note.gained} zone={zoneOf(note.service)} />
            <Spans title={t("notes.lost")} spans={note.lost} zone={zoneOf(note.service)} />
          </li>
        ))}
      </ul>
      <div>
        <Button variant="primary" onPress={() => void see()} data-testid="notes-seen">
          {t("notes.seen")}
        </Button>
      </div>
    </section>
  );
}

function Spans({ title, spans, zone }: { title: string; spans: readonly TimeSpan[]; zone: string | undefined }) {
  return spans.map((span) => (
    <span key={span.from} className="block">
      {title} <Instant at={span.from} zone={zone} /> – <Instant at={span.until} zone={zone} />
    </span>
  ));
}
