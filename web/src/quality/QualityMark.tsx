import { Button as AriaButton, Dialog, DialogTrigger, Heading, Popover } from "react-aria-components";
import type { QualityLevel } from "../api/types";
import { useTexts } from "../i18n";
import type { Verdict } from "../rtc/quality";
import type { Path } from "../rtc/stats";
import "./texts";

interface Props {
  /** Nobody's name: it is oneself. */
  name: string | undefined;
  verdict: Verdict;
  /** One's own. */
  path?: Path | undefined;
}

/** How somebody gets through: bars, the word for screen readers, and on demand the cause and what helps. */
export function QualityMark({ name, verdict: { level, reason }, path }: Props) {
  const t = useTexts("quality");
  const word = t(`level.${level}`);
  const isOwn = name === undefined;
  const cause = isOwn && (reason === "unknown" || reason === "away") ? t(`ownCause.${reason}`) : t(`cause.${reason}`, { name });
  return (
    <DialogTrigger>
      <AriaButton
        className={`quality quality-${level}`}
        aria-label={isOwn ? t("own", { level: word }) : t("of", { name, level: word })}
        data-testid="quality"
        data-level={level}
      >
        <Bars level={level} />
      </AriaButton>
      <Popover className="popover" placement="bottom end">
        <Dialog className="popover-body quality-why">
          <Heading slot="title">{isOwn ? t("ownTitle") : t("title", { name })}</Heading>
          <p>
            <strong>{word}.</strong> {cause}
          </p>
          {reason !== "none" && <p>{t(`advice.${reason}`)}</p>}
          {path && <Way path={path} />}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

/** By which way packets go, for those who have to talk to their network's people. */
export function Way({ path }: { path: Path }) {
  const t = useTexts("quality");
  const way = path.relay
    ? t("way.relay", { transport: path.relay.toUpperCase() })
    : t(`way.${path.protocol}`);
  const isSlow = path.protocol === "tcp" || path.relay === "tcp" || path.relay === "tls";
  return (
    <div className="quality-way">
      <p>{t("way.label", { way })}</p>
      {path.rtt !== undefined && <p>{t("way.rtt", { ms: path.rtt })}</p>}
      {isSlow && <p>{t("way.slow")}</p>}
    </div>
  );
}

/** Three, one, or a crossed one: told apart without colour. */
export function Bars({ level }: { level: QualityLevel }) {
  const full = { good: 3, weak: 1, lost: 0 }[level];
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      {[0, 1, 2].map((i) => (
        <rect
          key={i}
          x={1.5 + i * 5}
          y={10 - i * 4}
          width={3}
          height={4.5 + i * 4}
          fill={i < full ? "currentColor" : "none"}
          stroke="currentColor"
        />
      ))}
      {level === "lost" && <path d="M1 1l14 14" stroke="currentColor" strokeWidth="2.5" />}
    </svg>
  );
}
