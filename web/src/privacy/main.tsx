import { registerTexts } from "../i18n";
import { mount } from "../ui/mount";
import "../ui/records.css";
import { PrivacyApp } from "./PrivacyApp";
import "./privacy.css";
import { de, en } from "./texts";

registerTexts("privacy", de, en);
mount(<PrivacyApp />);
