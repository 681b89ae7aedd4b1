import { useState } from "react";
import type { AdminDirectory, AdminService } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { WeightsView } from "../matching/WeightsView";
import { PolicyDialog } from "../policy/PolicyDialog";
import { Button, Dialog, EmptyState, LinkButton } from "../ui";
import type { SectionProps } from "./AdminApp";
import { NetworkDialog } from "./NetworkDialog";
import { ServiceDialog } from "./ServiceDialog";
import { byName, namesOf } from "./directory";

/** Networks, and below them their services. */
export function Services({ directory, route, onClose }: SectionProps) {
  const network = directory.networks.find((entry) => entry.id === route.item);
  const service = directory.services.find((entry) => entry.id === route.item);
  const isNew = route.item === "new";
  return (
    <>
      <NetworkList directory={directory} />
      <ServiceList directory={directory} />
      {route.kind === "networks" && (network || isNew) && (
        <NetworkDialog key={route.item} network={network ?? null} onClose={onClose} />
      )}
      {route.kind === "services" && (service || (isNew && directory.networks.length > 0)) && (
        <ServiceDialog key={route.item} service={service ?? null} directory={directory} onClose={onClose} />
      )}
    </>
  );
}

function NetworkList({ directory }: { directory: AdminDirectory }) {
  const t = useTexts("admin");
  const locale = localeOf(useLanguage());
  const count = (id: string) => directory.services.filter((service) => service.network_id === id).length;
  return (
    <section className="stack" aria-labelledby="networks-title">
      <div className="section-head">
        <h1 id="networks-title">{t("services.networks")}</h1>
        <LinkButton variant={directory.networks.length === 0 ? "primary" : "secondary"} href="#/networks/new">
          {t("services.addNetwork")}
        </LinkButton>
      </div>
      {directory.networks.length === 0 && (
        <EmptyState title={t("services.emptyNetworks")}>{t("services.emptyNetworksHint")}</EmptyState>
      )}
      <ul className="records">
        {byName(directory.networks, locale).map((network) => (
          <li key={network.id} className="record">
            <div className="record-text">
              <span className="record-name">{network.name}</span>
              <span className="muted small">{t("services.count", { count: count(network.id) })}</span>
            </div>
            <LinkButton href={`#/networks/${network.id}`} aria-label={t("editOf", { name: network.name })}>
              {t("edit")}
            </LinkButton>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ServiceList({ directory }: { directory: AdminDirectory }) {
  const t = useTexts("admin");
  const locale = localeOf(useLanguage());
  const networks = namesOf(directory.networks);
  const canAdd = directory.networks.length > 0;
  const [weighed, setWeighed] = useState<AdminService | null>(null);
  const [policyOf, setPolicyOf] = useState<AdminService | null>(null);
  return (
    <section className="stack" aria-labelledby="services-title">
      <div className="section-head">
        <h2 id="services-title">{t("services.services")}</h2>
        {canAdd && (
          <LinkButton variant="primary" href="#/services/new">
            {t("services.addService")}
          </LinkButton>
        )}
      </div>
      {directory.services.length === 0 && (
        <EmptyState title={t("services.emptyServices")}>
          {canAdd ? t("services.emptyServicesHint") : t("services.needNetwork")}
        </EmptyState>
      )}
      <ul className="records">
        {byName(directory.services, locale).map((service) => (
          <li key={service.id} className="record">
            <div className="record-text">
              <span className="record-name">{service.name}</span>
              <span className="muted small">
                {[networks.get(service.network_id), t(`common:specialty.${service.specialty}`), service.fallback_phone].join(" · ")}
              </span>
              <span className="record-badges">
                <DutyBadge service={service} />
              </span>
            </div>
            <div className="record-actions">
              <Button variant="quiet" aria-label={t("policy:title", { service: service.name })} onPress={() => setPolicyOf(service)}>
                {t("policy:open")}
              </Button>
              <Button variant="quiet" aria-label={t("services.weightsOf", { name: service.name })} onPress={() => setWeighed(service)}>
                {t("services.weights")}
              </Button>
              <LinkButton href={`#/services/${service.id}`} aria-label={t("editOf", { name: service.name })}>
                {t("edit")}
              </LinkButton>
            </div>
          </li>
        ))}
      </ul>
      {policyOf && <PolicyDialog service={policyOf} onClose={() => setPolicyOf(null)} />}
      {weighed && (
        <Dialog title={t("services.weightsOf", { name: weighed.name })} look="drawer" isOpen onClose={() => setWeighed(null)}>
          <WeightsView serviceId={weighed.id} />
        </Dialog>
      )}
    </section>
  );
}

/** Whether anybody has the first duty at all. */
function DutyBadge({ service }: { service: AdminService }) {
  const t = useTexts("admin");
  const first = service.turns.find((turns) => turns.level === "primary");
  if (service.turns.some((turns) => !turns.is_whole_rota)) return <span className="badge is-plain">{t("services.wholeRota")}</span>;
  const count = first?.people.length ?? 0;
  if (count === 0) return <span className="badge is-bad">{t("services.nobody")}</span>;
  return <span className="badge is-plain">{t("services.onTurn", { count })}</span>;
}
