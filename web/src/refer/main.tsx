import { mount } from "../ui/mount";
import { ReferApp } from "./ReferApp";
import "./refer.css";
import "./texts";

mount(<ReferApp />);
