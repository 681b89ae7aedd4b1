import { useState } from "react";
import { wordsOf } from "../../e2ee/words/words";
import { useLanguage, useTexts, type Language } from "../../i18n";

const NAMES = { de: "german", en: "english" } as const;

/** The verification words, to be read out. Both sides may speak different languages: the switch is for that. */
export function Words({ places }: { places: readonly number[] | undefined }) {
  const t = useTexts("room");
  const own = useLanguage();
  const [chosen, setChosen] = useState<Language>();
  const language = chosen ?? own;
  return (
    <>
      <div className="words-language" role="group" aria-label={t("encryption.words.language")}>
        {(["de", "en"] as const).map((each) => (
          <button
            key={each}
            type="button"
            lang={each}
            aria-pressed={language === each}
            onClick={() => setChosen(each)}
            data-testid={`words-${each}`}
          >
            {t(`encryption.words.${NAMES[each]}`)}
          </button>
        ))}
      </div>
      <ol className="words" lang={language} data-testid="words">
        {places ? wordsOf(places, language).map((word, i) => <li key={i}>{word}</li>) : <li className="words-wait">…</li>}
      </ol>
    </>
  );
}
