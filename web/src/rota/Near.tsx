import { useBoard } from "../api/query";
import { useTexts } from "../i18n";
import "../swaps/texts";
import { Banner, LinkButton } from "../ui";
import { ConflictLine, keyOf } from "./Findings";

/** Lines that are shown at once; the rota has the rest. */
const LINES = 5;

/** What is wrong with the duties of the next three days, for the coordinator's board. */
export function Near() {
  const t = useTexts("swaps");
  const board = useBoard().data;
  const near = board?.near ?? [];
  if (!board || near.length === 0) return null;
  const service = (id: string) => board.services.find((line) => line.service.id === id)?.service;
  const isGap = near.some(({ finding }) => finding.kind === "gap");
  const [first] = near;
  return (
    <div data-testid="near">
      <Banner
        tone={isGap ? "danger" : "warn"}
        title={t("near.title", { count: near.length })}
        actions={<LinkButton href={`#/rota/${first?.service_id ?? ""}`}>{t("near.open")}</LinkButton>}
      >
        <ul className="rota-list">
          {near.slice(0, LINES).map(({ service_id, finding }) => (
            <li key={`${service_id}${keyOf(finding)}`}>
              {service(service_id)?.name}: <ConflictLine conflict={finding} zone={service(service_id)?.zone ?? "UTC"} />
            </li>
          ))}
        </ul>
      </Banner>
    </div>
  );
}
