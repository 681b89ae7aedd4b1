import { useState } from "react";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { formatInstant } from "../state/time";
import { Button, useNow } from "../ui";
import type { Draft } from "./draft";
import { contentOf, isEmpty, standingOf, type InRoom, type ShowFault } from "./inRoom";

/** Shows the others in the room what the draft says so far. */
export function ShowInRoom({ draft, inRoom }: { draft: Draft; inRoom: InRoom }) {
  const t = useTexts("report");
  const locale = localeOf(useLanguage());
  const now = useNow();
  const [fault, setFault] = useState<ShowFault>();
  const { since, isSealed } = inRoom;
  const isShown = since !== undefined;
  const time = isShown ? formatInstant(since, now, locale) : "";
  return (
    <section className="stack show-in-room" data-testid="show-in-room">
      <p className="muted small">{t(isSealed ? "room.hint" : "room.hintOpen")}</p>
      <div className="row">
        <Button onPress={() => setFault(inRoom.show(draft))} isDisabled={isEmpty(contentOf(draft))} data-testid="show-now">
          {t(isShown ? "room.again" : "room.show")}
        </Button>
        {isShown && (
          <Button
            variant="quiet"
            onPress={() => {
              setFault(undefined);
              inRoom.takeBack();
            }}
            data-testid="take-back"
          >
            {t("room.takeBack")}
          </Button>
        )}
      </div>
      <p role="status" className="small" data-testid="shown-since">
        {isShown && t(`room.${standingOf(inRoom, draft)}`, { time })}
      </p>
      {fault && (
        <p className="field-error" role="alert">
          {t(`room.fault.${fault.type}`, { number: fault.type === "image" ? fault.number : 0 })}
        </p>
      )}
    </section>
  );
}
