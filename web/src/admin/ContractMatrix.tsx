import { useState } from "react";
import { adminApi } from "../api/admin";
import type { AdminDirectory, AdminHospital, AdminService, Contract } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { Check, EmptyState, ErrorView } from "../ui";
import { ListEnd } from "./ListEnd";
import { candidates } from "./checklist";
import { byName, matches, SHOWN, useFreshDirectory } from "./directory";

interface ContractMatrixProps {
  directory: AdminDirectory;
  service: AdminService;
  search: string;
}

/** Houses that can advise as columns, houses that ask as rows: few of the first, many of the second. */
export function ContractMatrix({ directory, service, search }: ContractMatrixProps) {
  const t = useTexts("admin");
  const locale = localeOf(useLanguage());
  const fresh = useFreshDirectory();
  const [pending, setPending] = useState<ReadonlySet<string>>(new Set());
  const [error, setError] = useState<unknown>(null);
  const contracts = directory.contracts.filter((contract) => contract.service_id === service.id);
  const able = candidates(directory, service).map((person) => person.hospital_id);
  const houses = byName(directory.hospitals, locale);
  const providers = houses.filter(
    ({ id }) => able.includes(id) || contracts.some((contract) => contract.provider_hospital_id === id),
  );
  const asking = houses.filter((house) => matches(search, [house.name, house.city]));
  const canAsk = (id: string) =>
    directory.people.some((person) => person.active && person.hospital_id === id && person.roles.includes("referrer"));

  const write = async (contract: Contract, wanted: boolean) => {
    const key = cellKey(contract);
    setPending((old) => new Set(old).add(key));
    setError(null);
    try {
      await (wanted ? adminApi.addContract(contract) : adminApi.removeContract(contract));
      await fresh();
    } catch (failure) {
      setError(failure);
    } finally {
      setPending((old) => new Set([...old].filter((other) => other !== key)));
    }
  };

  if (providers.length === 0) {
    return <EmptyState title={t("contracts.noProvider")}>{t("contracts.noProviderHint")}</EmptyState>;
  }
  return (
    <>
      <p className="muted">{t("contracts.intro")}</p>
      {error !== null && <ErrorView error={error} />}
      <div className="scroll-table" tabIndex={0} role="region" aria-label={t("contracts.caption", { service: service.name })}>
        <table className="matrix">
          <thead>
            <tr>
              <th scope="col">{t("contracts.requesting")}</th>
              {providers.map((house) => (
                <th key={house.id} scope="col" className="matrix-cell">
                  {house.name}
                  {!able.includes(house.id) && <span className="block field-error">{t("contracts.unable")}</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {asking.slice(0, SHOWN).map((house) => (
              <tr key={house.id}>
                <th scope="row">
                  {house.name}
                  <span className="muted small block">
                    {[house.city, canAsk(house.id) ? null : t("contracts.noReferrer")].filter(Boolean).join(" · ")}
                  </span>
                </th>
                {providers.map((provider) => {
                  const contract = contractOf(service, provider, house);
                  const isHeld = contracts.some((other) => cellKey(other) === cellKey(contract));
                  const isPending = pending.has(cellKey(contract));
                  return (
                    <td key={provider.id} className="matrix-cell">
                      <Check
                        label=""
                        aria-label={t("contracts.cell", { provider: provider.name, hospital: house.name })}
                        isSelected={isPending ? !isHeld : isHeld}
                        isDisabled={isPending}
                        onChange={(wanted) => void write(contract, wanted)}
                      />
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ListEnd found={asking.length} />
    </>
  );
}

const contractOf = (service: AdminService, provider: AdminHospital, house: AdminHospital): Contract => ({
  service_id: service.id,
  provider_hospital_id: provider.id,
  hospital_id: house.id,
});

const cellKey = (contract: Contract): string => `${contract.provider_hospital_id} ${contract.hospital_id}`;
