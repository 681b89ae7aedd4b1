import { newId } from "../api/ids";
import type { PoliciesView, Policies } from "../api/types";
import { useTexts } from "../i18n";
import { Button, Checks, Field } from "../ui";
import { withPool, withoutPool } from "./steps";

interface Props {
  view: PoliciesView;
  policies: Policies;
  onChange(policies: Policies): void;
}

/** Named lists of people. */
export function Pools({ view, policies, onChange }: Props) {
  const t = useTexts("policy");
  const add = () => onChange(withPool(policies, { id: newId(), name: t("poolNew"), people: [] }));
  return (
    <section className="stack" aria-labelledby="policy-pools">
      <h3 id="policy-pools">{t("pools")}</h3>
      <p className="muted small">{t("poolsHint")}</p>
      <ul className="policy-list">
        {policies.pools.map((pool) => (
          <li key={pool.id} className="policy-step stack">
            <Field label={t("poolName")} value={pool.name} maxLength={60} onChange={(name) => onChange(withPool(policies, { ...pool, name }))} />
            <Checks
              label={t("poolPeople")}
              value={pool.people}
              onChange={(people) => onChange(withPool(policies, { ...pool, people }))}
              options={view.people.map(({ id, name, hospital }) => ({ value: id, label: `${name}, ${hospital}` }))}
            />
            <div>
              <Button variant="quiet" onPress={() => onChange(withoutPool(policies, pool.id))}>
                {t("removePool", { name: pool.name })}
              </Button>
            </div>
          </li>
        ))}
      </ul>
      <div>
        <Button isDisabled={policies.pools.length >= view.bounds.max_pools} onPress={add}>
          {t("addPool")}
        </Button>
      </div>
    </section>
  );
}
