/** Messages of the delivery service as they stand on the room's socket (`schemas/src/mls.rs`). */

import type { MlsNews, MlsRequest } from "../../api/types";
import type { FromService, Somebody, ToService, Waiting } from "../delivery/messages";

type MlsView = Extract<MlsNews, { readonly type: "group" }>;
export type MlsSeat = MlsView["members"][number];
type MlsWaiting = MlsView["waiting"][number];

export function toWire(message: ToService): MlsRequest {
  switch (message.type) {
    case "here": {
      const { type, attempt, ref, keyPackage } = message;
      return { type, attempt, reference: ref, key_package: keyPackage };
    }
    case "commit": {
      const { welcome = null, added } = message;
      return { ...message, welcome, added: added.map(({ member, ref }) => ({ member, reference: ref })) };
    }
    case "fault": {
      const { ref = null, about = null, ...rest } = message;
      return { ...rest, about, reference: ref };
    }
    default:
      return message;
  }
}

/** `undefined` for what a newer server says. */
export function fromWire(news: MlsNews): FromService | undefined {
  switch (news.type) {
    case "group": {
      const { is_settling, is_barred, creator, members, waiting, others, ...rest } = news;
      return {
        ...rest,
        creator: creator ?? undefined,
        members: members.map(somebody),
        waiting: waiting.map(waits),
        others: others.map(somebody),
        isSettling: is_settling,
        isBarred: is_barred,
      };
    }
    case "commit":
      return news;
    case "welcome": {
      const { reference, ...rest } = news;
      return { ...rest, ref: reference };
    }
    default:
      return undefined;
  }
}

function somebody({ member, person, is_guest, connected }: MlsSeat): Somebody {
  return { member, person, isGuest: is_guest, connected };
}

function waits(waiting: MlsWaiting): Waiting {
  return { ...somebody(waiting), ref: waiting.reference, keyPackage: waiting.key_package };
}
