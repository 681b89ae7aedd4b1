import { useState } from "react";
import { useTexts } from "../i18n";
import { Choice } from "./Field";
import { getTheme, setTheme, type Theme } from "./theme";

export function ThemeToggle() {
  const t = useTexts("common");
  const [theme, choose] = useState<Theme>(getTheme);
  return (
    <Choice<Theme>
      label={t("theme")}
      look="pills"
      value={theme}
      onChange={(next) => {
        choose(next);
        setTheme(next);
      }}
      options={[
        { value: "auto", label: t("themeAuto") },
        { value: "light", label: t("themeLight") },
        { value: "dark", label: t("themeDark") },
      ]}
    />
  );
}
