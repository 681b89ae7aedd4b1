/** Texts of what several apps show of a consult; namespace `consult`. */

import { registerTexts, type SameShape } from "../i18n";
import * as act from "./texts/act";
import * as end from "./texts/end";
import * as timeline from "./texts/timeline";

export const de = { ...timeline.de, ...act.de, ...end.de };
export const en: SameShape<typeof de> = { ...timeline.en, ...act.en, ...end.en };

registerTexts("consult", de, en);
