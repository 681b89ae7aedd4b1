import { registerTexts } from "../i18n";
import { mount } from "../ui/mount";
import "../ui/records.css";
import { DeskApp } from "./DeskApp";
import "./desk.css";
import { de, en } from "./texts";

registerTexts("desk", de, en);
mount(<DeskApp />);
