import { mount } from "../ui/mount";
import "../room/lobby.css";
import { PhoneApp } from "./PhoneApp";

mount(<PhoneApp />);
