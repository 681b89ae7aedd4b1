import { encryptionGaps } from "../e2ee/encryption/support";
import { mount } from "../ui/mount";
import "./room.css";
import "./faces.css";
import "./controls.css";
import "./panels.css";
import "../consult/consult.css";
import "./lobby.css";
import "../quality/quality.css";
import "../check/check.css";
import "./encryption/encryption.css";
import { RoomApp } from "./RoomApp";

// Milliseconds; a reload goes straight back into the room and must know.
void encryptionGaps().then((gaps) => {
  mount(<RoomApp gaps={gaps} />);
  // Grey levels are read in the dark, whatever the other pages look like.
  document.documentElement.dataset.theme = "dark";
});
