import { registerTexts } from "../i18n";
import { mount } from "../ui/mount";
import "../ui/records.css";
import { AdminApp } from "./AdminApp";
import "./admin.css";
import { de, en } from "./texts";

registerTexts("admin", de, en);
mount(<AdminApp />);
