import type { ConsultDetail, ConsultSummary, PersonRef } from "../api/types";
import { useTexts } from "../i18n";
import { notesOf, readsThroughGlass } from "../state/notes";
import { Banner, Elapsed } from "../ui";
import "./consult.css";
import "./texts";

/** What has to be said about a consult beside its state, in words. */
export function Notes({ summary, me }: { summary: ConsultSummary; me: PersonRef | undefined }) {
  const t = useTexts("consult");
  const notes = notesOf(summary, me?.id ?? null);
  if (notes.length === 0) return null;
  return (
    <div className="stack notes">
      {notes.map((note) => (
        <Banner key={note.text} tone={note.tone}>
          {t(`notes.${note.text}`, note.values)}
          {note.since !== null && (
            <>
              {" "}
              <strong>
                <Elapsed since={note.since} />
              </strong>
            </>
          )}
          {note.ahead !== undefined && (
            <>
              {". "}
              <Place ahead={note.ahead} />
            </>
          )}
        </Banner>
      ))}
    </div>
  );
}

/** How many come before a consult that waits for somebody who is busy. */
export function Place({ ahead }: { ahead: number }) {
  const t = useTexts("consult");
  return <strong>{t(ahead === 0 ? "notes.next" : "notes.ahead", { count: ahead })}</strong>;
}

/** Says that this is read because the glass was broken. */
export function GlassBanner({ detail, me }: { detail: ConsultDetail; me: PersonRef | undefined }) {
  const t = useTexts("consult");
  if (me === undefined || !readsThroughGlass(detail.summary, detail.timeline, me)) return null;
  return <Banner tone="warn">{t("notes.glass")}</Banner>;
}
