import { registerTexts } from "../i18n";
import { mount } from "../ui/mount";
import { SetupPage } from "./SetupPage";
import "../login/login.css";
import "./setup.css";
import { de, en } from "./texts";

registerTexts("setup", de, en);

/** The token stands in the fragment, which no server sees; here it leaves the address bar and the history. */
const token = decodeURIComponent(location.hash.replace(/^#\/?/, ""));
history.replaceState(null, "", location.pathname);
// The same page opened again with another link.
addEventListener("hashchange", () => location.reload());

mount(<SetupPage token={token} />);
