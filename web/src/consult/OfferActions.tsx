import type { ConsultDetail, PersonId } from "../api/types";
import { useTexts } from "../i18n";
import { Button, ErrorView } from "../ui";
import "./consult.css";
import "./texts";
import { useAct } from "./useAct";

/** Accept or decline what was offered; whoever offered it may take it back. */
export function OfferActions({ detail, me }: { detail: ConsultDetail; me: PersonId }) {
  const t = useTexts("consult");
  const work = useAct(detail.summary.id);
  const { offer } = detail.summary;
  if (!offer) return null;
  const canAccept = detail.actions.includes("accept_offer");
  const canDecline = detail.actions.includes("decline_offer");
  if (!canAccept && !canDecline) return null;
  return (
    <div className="stack">
      {work.error !== null && <ErrorView error={work.error} />}
      <div className="case-buttons">
        {canAccept && (
          <Button variant="ok" size="large" isPending={work.pending === "accept_offer"} onPress={() => void work.act({ type: "accept_offer" })}>
            {t("people.acceptOffer")}
          </Button>
        )}
        {canDecline && (
          <Button size="large" isPending={work.pending === "decline_offer"} onPress={() => void work.act({ type: "decline_offer" })}>
            {offer.to.id === me ? t("people.declineOffer") : t("people.withdrawOffer")}
          </Button>
        )}
      </div>
    </div>
  );
}
