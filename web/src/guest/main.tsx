import { mount } from "../ui/mount";
import "../room/room.css";
import "../room/faces.css";
import "../room/controls.css";
import "../room/panels.css";
import "../room/lobby.css";
import "../quality/quality.css";
import "./guest.css";
import { GuestApp } from "./GuestApp";

mount(<GuestApp />);
