import { registerTexts } from "../i18n";
import { mount } from "../ui/mount";
import "../ui/records.css";
import { OncallApp } from "./OncallApp";
import "../room/lobby.css";
import "../quality/quality.css";
import "../check/check.css";
import "../device/device.css";
import "./oncall.css";
import { de, en } from "./texts";

registerTexts("oncall", de, en);
mount(<OncallApp />);
