import { registerTexts } from "../i18n";
import { mount } from "../ui/mount";
import { ReferApp } from "./ReferApp";
import "./refer.css";
import { de, en } from "./texts";

registerTexts("refer", de, en);
mount(<ReferApp />);
