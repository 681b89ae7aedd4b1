import { encryptionGaps } from "../e2ee/encryption/support";
import { mount } from "../ui/mount";
import "../room/room.css";
import "../room/faces.css";
import "../room/controls.css";
import "../room/panels.css";
import "../room/lobby.css";
import "../quality/quality.css";
import "../room/encryption/encryption.css";
import "./guest.css";
import { GuestApp } from "./GuestApp";

// Milliseconds; a reload goes straight back into the room and must know.
void encryptionGaps().then((gaps) => mount(<GuestApp gaps={gaps} />));
