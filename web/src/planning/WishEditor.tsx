import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { planningApi } from "../api/planning";
import { keys } from "../api/query";
import type { PersonId, ServiceId, Wish, WishLimits } from "../api/types";
import { useTexts } from "../i18n";
import { daysOf, firstOf, type Month } from "../rota/zoneTime";
import { Banner, Button, useErrorText } from "../ui";
import { WishCalendar } from "./WishCalendar";
import { listOf, wishesOf, type Wishes } from "./wishes";

interface Props {
  service: ServiceId;
  month: Month;
  limits: WishLimits;
  /** As they are stored. */
  wishes: readonly Wish[];
  isClosed: boolean;
  /** Somebody else's, written down by who plans. */
  person?: PersonId;
}

/** The wishes of one person for one month: what is put down is written when it is saved. */
export function WishEditor({ service, month, limits, wishes, isClosed, person }: Props) {
  const t = useTexts("planning");
  const errorText = useErrorText();
  const client = useQueryClient();
  const [held, setHeld] = useState<Wishes>();
  const [said, setSaid] = useState({ text: "", isRefusal: false });
  const [failed, setFailed] = useState<unknown>();
  const [isSaving, setSaving] = useState(false);
  const save = async () => {
    if (!held) return;
    setFailed(undefined);
    setSaving(true);
    try {
      await planningApi.putWishes(service, { month: firstOf(month).slice(0, 7), person: person ?? null, wishes: listOf(held) });
      await client.invalidateQueries({ queryKey: keys.rota });
      setHeld(undefined);
      setSaid({ text: t("mine.saved"), isRefusal: false });
    } catch (error) {
      setFailed(error);
    }
    setSaving(false);
  };
  return (
    <>
      <WishCalendar
        days={daysOf(month)}
        wishes={held ?? wishesOf(wishes)}
        limits={limits}
        isClosed={isClosed}
        onChange={setHeld}
        onSay={(text, isRefusal) => setSaid({ text, isRefusal })}
      />
      {failed !== undefined && (
        <Banner tone="danger" role="alert">
          {errorText(failed)}
        </Banner>
      )}
      <p role="status" className={said.isRefusal ? "rota-refused" : "muted"}>
        <span className="block">{said.text}</span>
        {held !== undefined && t("mine.unsaved")}
      </p>
      {!isClosed && (
        <Button variant="primary" block isDisabled={held === undefined} isPending={isSaving} onPress={() => void save()} data-testid="wishes-save">
          {t("mine.save")}
        </Button>
      )}
    </>
  );
}
