import { registerTexts } from "../i18n";
import { de } from "./texts/de";
import { en } from "./texts/en";

export { de, en };

registerTexts("report", de, en);
