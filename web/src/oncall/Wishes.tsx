import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { planningApi } from "../api/planning";
import { keys } from "../api/query";
import { localeOf, useLanguage, useTexts } from "../i18n";
import "../planning/texts";
import { WishEditor } from "../planning/WishEditor";
import { firstOf, formatDate, monthOf, shiftMonth, wallOf, type Month } from "../rota/zoneTime";
import { Banner, Button, Dialog, ErrorView, Instant, Loading, SelectField, useNow } from "../ui";

/** What one would like of a month that is being planned: the next one, unless another is chosen. */
export function WishesButton() {
  const t = useTexts("planning");
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button onPress={() => setOpen(true)} data-testid="wishes">
        {t("mine.open")}
      </Button>
      <Dialog title={t("mine.title")} isOpen={isOpen} onClose={() => setOpen(false)} look="drawer">
        <Months />
      </Dialog>
    </>
  );
}

function Months() {
  const t = useTexts("planning");
  const locale = localeOf(useLanguage());
  const now = useNow();
  const [month, setMonth] = useState<Month>(() => shiftMonth(monthOf(wallOf(now, Intl.DateTimeFormat().resolvedOptions().timeZone)), 1));
  const [service, setService] = useState<string>();
  const name = firstOf(month).slice(0, 7);
  const wishes = useQuery({ queryKey: [...keys.rota, "wishes", name], queryFn: () => planningApi.myWishes(name) });
  const of = wishes.data?.find((each) => each.service.id === service) ?? wishes.data?.[0];
  return (
    <div className="stack" data-testid="wish-page">
      <p className="muted">{t("mine.about")}</p>
      <div className="row spread" role="group" aria-label={t("mine.month")}>
        <Button variant="quiet" aria-label={t("mine.previous")} onPress={() => setMonth(shiftMonth(month, -1))}>
          <span aria-hidden="true">‹</span>
        </Button>
        <h3 aria-live="polite">{formatDate(firstOf(month), locale, { month: "long", year: "numeric" })}</h3>
        <Button variant="quiet" aria-label={t("mine.next")} onPress={() => setMonth(shiftMonth(month, 1))}>
          <span aria-hidden="true">›</span>
        </Button>
      </div>
      {wishes.isPending && <Loading />}
      {wishes.isError && <ErrorView error={wishes.error} onRetry={() => void wishes.refetch()} />}
      {wishes.data?.length === 0 && <p>{t("mine.none")}</p>}
      {wishes.data && wishes.data.length > 1 && of && (
        <SelectField
          label={t("proposal.pattern")}
          placeholder={of.service.name}
          value={of.service.id}
          onChange={(id) => id !== "" && setService(id)}
          options={wishes.data.map(({ service: { id, name } }) => ({ value: id, label: name }))}
        />
      )}
      {of && (
        <>
          {of.until <= now ? (
            <Banner tone="warn">{t("mine.closed")}</Banner>
          ) : (
            <p>
              {t("mine.until")} <Instant at={of.until} zone={of.service.zone} />
            </p>
          )}
          <WishEditor key={`${of.service.id} ${name}`} service={of.service.id} month={month} limits={of.limits} wishes={of.wishes} isClosed={of.until <= now} />
        </>
      )}
    </div>
  );
}
