import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { newId } from "../api/ids";
import { keys } from "../api/query";
import { swapsApi } from "../api/swaps";
import type { FeedEffect, FeedSource, PutFeed } from "../api/types";
import { localeOf, useLanguage, useTexts } from "../i18n";
import { formatWall } from "../rota/zoneTime";
import { Banner, Button, Choice, Dialog, Field, useErrorText } from "../ui";
import { KnownFeeds } from "./KnownFeeds";
import "./texts";
import { useRereadDuties } from "./useSwaps";

/** Whose absences a calendar holds: a person's, or those of many people of a network. */
interface Props {
  person?: string;
  network?: string;
  zone: string;
}

export function FeedsButton(props: Props) {
  const t = useTexts("swaps");
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="quiet" onPress={() => setOpen(true)} data-testid="feeds">
        {t("feed.open")}
      </Button>
      {isOpen && (
        <Dialog title={t("feed.title")} isOpen onClose={() => setOpen(false)}>
          <Feeds {...props} />
        </Dialog>
      )}
    </>
  );
}

function Feeds({ person, network, zone }: Props) {
  const t = useTexts("swaps");
  const errorText = useErrorText();
  const reread = useRereadDuties();
  const [id, setId] = useState(() => newId());
  const [label, setLabel] = useState("");
  const [way, setWay] = useState<"url" | "file">("url");
  const [url, setUrl] = useState("");
  const [file, setFile] = useState<{ name: string; text: string }>();
  const [seen, setSeen] = useState<FeedEffect>();
  const [said, setSaid] = useState<unknown>();
  const [isPending, setPending] = useState(false);
  const known = useQuery({ queryKey: [...keys.rota, "feeds"], queryFn: swapsApi.feeds });
  const source: FeedSource = way === "url" ? { type: "url", url: url.trim() } : { type: "file", text: file?.text ?? "" };
  const isWhole = label.trim() !== "" && (way === "url" ? url.trim() !== "" : file !== undefined);
  const wish: PutFeed = { person: person ?? null, network: network ?? null, kind: "holiday", label, zone, source };
  const run = async (work: () => Promise<void>) => {
    setSaid(undefined);
    setPending(true);
    try {
      await work();
    } catch (failure) {
      setSaid(failure);
    }
    setPending(false);
  };
  const look = () => run(async () => setSeen(await swapsApi.previewFeed(id, wish)));
  const take = () =>
    run(async () => {
      const effect = await swapsApi.putFeed(id, wish);
      setSeen(effect);
      if (effect.fault) return;
      setSaid("saved");
      setId(newId());
      reread();
    });
  const changed = (set: () => void) => {
    set();
    setSeen(undefined);
    setSaid(undefined);
  };
  return (
    <div className="stack" data-testid="feed-form">
      <p>
        {t("feed.about")} {network && t("feed.aboutTeam")}
      </p>
      <Field label={t("feed.label")} value={label} onChange={(value) => changed(() => setLabel(value))} maxLength={80} />
      <Choice<"url" | "file">
        label={t("feed.from")}
        look="pills"
        value={way}
        onChange={(value) => changed(() => setWay(value))}
        options={[
          { value: "url", label: t("feed.url") },
          { value: "file", label: t("feed.file") },
        ]}
      />
      {way === "url" ? (
        <Field label={t("feed.url")} value={url} onChange={(value) => changed(() => setUrl(value))} maxLength={2000} />
      ) : (
        <label className="field">
          <span className="field-label">{file ? t("feed.chosenFile", { name: file.name }) : t("feed.chooseFile")}</span>
          <input
            type="file"
            accept=".ics,text/calendar"
            data-testid="feed-file"
            onChange={(event) => {
              const [chosen] = event.target.files ?? [];
              if (chosen) void chosen.text().then((text) => changed(() => setFile({ name: chosen.name, text })));
            }}
          />
        </label>
      )}
      {seen && <Effect effect={seen} />}
      {said !== undefined && (
        <Banner tone={said === "saved" ? "ok" : "danger"} role="alert">
          {said === "saved" ? t("feed.saved") : errorText(said)}
        </Banner>
      )}
      <div className="row">
        <Button isDisabled={!isWhole} isPending={isPending && !seen} onPress={() => void look()} data-testid="feed-preview">
          {t("feed.preview")}
        </Button>
        <Button
          variant="primary"
          isDisabled={!isWhole || !seen || Boolean(seen.fault) || said === "saved"}
          isPending={isPending && Boolean(seen)}
          onPress={() => void take()}
          data-testid="feed-import"
        >
          {t("feed.import")}
        </Button>
      </div>
      <KnownFeeds feeds={(known.data ?? []).filter((feed) => (person ? feed.person?.id === person : feed.network === network))} />
    </div>
  );
}

function Effect({ effect }: { effect: FeedEffect }) {
  const t = useTexts("swaps");
  const locale = localeOf(useLanguage());
  if (effect.fault) {
    return (
      <Banner tone="danger" role="alert">
        {t(`feed.fault.${effect.fault}`)}
      </Banner>
    );
  }
  const { absences, new: added, changed, gone } = effect;
  return (
    <div className="stack" data-testid="feed-effect">
      <p role="status">
        <strong>{t("feed.result", { absences, new: added, changed, gone })}</strong>
      </p>
      {effect.unknown.length > 0 && (
        <Banner tone="danger" role="alert" title={t("feed.unknown", { count: effect.unknown.length })}>
          {effect.unknown.join(", ")}
        </Banner>
      )}
      <ul className="rota-list small">
        {effect.examples.map((absence) => (
          <li key={`${absence.person.id}${absence.from}`}>
            {absence.person.name}: {formatWall(absence.from, locale)} – {formatWall(absence.until, locale)}
          </li>
        ))}
      </ul>
    </div>
  );
}
