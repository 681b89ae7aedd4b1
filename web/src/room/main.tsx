import { mount } from "../ui/mount";
import "./room.css";
import "./faces.css";
import "./controls.css";
import "./panels.css";
import "../consult/consult.css";
import "./lobby.css";
import "../quality/quality.css";
import "../check/check.css";
import { RoomApp } from "./RoomApp";

mount(<RoomApp />);
// Grey levels are read in the dark, whatever the other pages look like.
document.documentElement.dataset.theme = "dark";
