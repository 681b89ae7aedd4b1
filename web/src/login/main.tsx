import { registerTexts } from "../i18n";
import { mount } from "../ui/mount";
import { LoginPage } from "./LoginPage";
import "./login.css";
import { de, en } from "./texts";

registerTexts("login", de, en);
mount(<LoginPage />);
