import { useEffect, useState, type ReactNode } from "react";
import { useTexts } from "../i18n";
import { Video } from "./Tiles";
import type { Room } from "./useRoom";

/** The middle of the room: the images, and somebody's screen while it is shared. */
export function Stage({ screen, children }: { screen: Room["screen"]; children: ReactNode }) {
  const t = useTexts("room");
  const [shown, show] = useShown(screen !== undefined);
  const label = screen && t("stage.screen", { name: screen.name });
  return (
    <main className={`stage${screen ? " has-screen" : ""}`}>
      {screen && (
        <div className="stage-choice" role="group">
          <button type="button" aria-pressed={shown === "images"} onClick={() => show("images")}>
            {t("stage.images")}
          </button>
          <button
            type="button"
            aria-pressed={shown === "screen"}
            onClick={() => show("screen")}
            data-testid="stage-screen"
          >
            {label}
          </button>
        </div>
      )}
      {screen && shown === "screen" && (
        <div className="shared-screen" data-testid="shared-screen">
          <Video stream={screen.stream} className="" label={label ?? ""} line={screen.line} />
        </div>
      )}
      <div className="stage-images" hidden={shown === "screen" && screen !== undefined}>
        {children}
      </div>
    </main>
  );
}

/** A shared screen comes to the front by itself, and goes by itself. */
function useShown(hasScreen: boolean): ["images" | "screen", (shown: "images" | "screen") => void] {
  const [shown, setShown] = useState<"images" | "screen">("images");
  useEffect(() => setShown(hasScreen ? "screen" : "images"), [hasScreen]);
  return [shown, setShown];
}
