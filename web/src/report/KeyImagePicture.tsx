import { useState } from "react";
import type { ConsultDetail, KeyImage } from "../api/types";
import { useTexts } from "../i18n";
import { pictureOf } from "./keyImages";

interface Props {
  detail: ConsultDetail;
  image: KeyImage;
  /** From 1. */
  number: number;
}

/** The server's picture of a key image. Its marks are drawn in the PDF alone; here they are counted. */
export function KeyImagePicture({ detail, image, number }: Props) {
  const t = useTexts("report");
  const [hasFailed, setFailed] = useState(false);
  const address = pictureOf(detail.summary.id, detail.studies, image);
  const marks = image.marks?.length ?? 0;
  return (
    <div className="key-picture">
      {address === null || hasFailed ? (
        <p className="key-missing">{t(address === null ? "images.gone" : "images.failed")}</p>
      ) : (
        <img
          src={address}
          alt={[t("images.alt", { n: number }), image.caption].filter(Boolean).join(": ")}
          loading="lazy"
          onError={() => setFailed(true)}
        />
      )}
      {marks > 0 && <p className="muted small">{t("images.marks", { count: marks })}</p>}
    </div>
  );
}
