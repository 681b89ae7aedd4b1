import { useState } from "react";
import type { AdminDirectory } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { EmptyState, Field, SelectField } from "../ui";
import { ContractMatrix } from "./ContractMatrix";
import { candidates } from "./checklist";
import { byName } from "./directory";

export function Contracts({ directory }: { directory: AdminDirectory }) {
  const t = useTexts("admin");
  const locale = localeOf(useLanguage());
  const services = byName(directory.services, locale);
  const [chosen, setChosen] = useState("");
  const [search, setSearch] = useState("");
  const staffed = services.find((entry) => candidates(directory, entry).length > 0);
  const service = services.find((entry) => entry.id === chosen) ?? staffed ?? services[0];
  return (
    <section className="stack" aria-labelledby="contracts-title">
      <h1 id="contracts-title">{t("contracts.heading")}</h1>
      {service === undefined ? (
        <EmptyState title={t("contracts.noService")}>{t("contracts.noServiceHint")}</EmptyState>
      ) : (
        <>
          <div className="section-head contract-filters">
            <SelectField
              label={t("contracts.service")}
              placeholder={t("contracts.choose")}
              value={service.id}
              onChange={setChosen}
              options={services.map(({ id, name }) => ({ value: id, label: name }))}
            />
            <div className="search">
              <Field label={t("search")} description={t("contracts.searchHint")} value={search} onChange={setSearch} />
            </div>
          </div>
          <ContractMatrix key={service.id} directory={directory} service={service} search={search} />
        </>
      )}
    </section>
  );
}
