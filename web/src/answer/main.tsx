import { mount } from "../ui/mount";
import { AnswerApp } from "./AnswerApp";
import "./answer.css";

mount(<AnswerApp />);
