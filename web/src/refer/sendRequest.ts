/** Sends a new request, whatever became of an earlier try. */

import { asApiError } from "../api/problem";
import type { Action, CaseFields, ConsultDetail, ConsultId, NewConsult, PersonId } from "../api/types";
import { changes, splitInvalid, toWire } from "../state/fields";

/** What sending needs of the world; tests bring their own. */
export interface RequestPort {
  createConsult: (wanted: NewConsult) => Promise<ConsultDetail>;
  consult: (id: ConsultId) => Promise<ConsultDetail>;
  act: (id: ConsultId, action: Action) => Promise<ConsultDetail>;
}

export interface Sent {
  detail: ConsultDetail;
  /** What did not fit and was left out, so that an emergency rings. */
  leftOut: CaseFields;
}

/** `fields` as they were typed. Nothing but an emergency is sent with a part of them. */
export async function sendRequest(
  port: RequestPort,
  me: PersonId,
  wanted: NewConsult & { fields: CaseFields },
  now: number,
): Promise<Sent> {
  const isEmergency = wanted.urgency === "emergency";
  let { valid, invalid } = isEmergency ? splitInvalid(wanted.fields, now) : { valid: wanted.fields, invalid: {} };
  for (;;) {
    try {
      return { detail: await createOrComplete(port, me, { ...wanted, fields: toWire(valid) }), leftOut: invalid };
    } catch (error) {
      const name = isEmergency ? refusedField(error, valid) : null;
      if (name === null) throw error;
      // The server knows a rule that this page does not: the call goes on without that value.
      const { [name]: value, ...rest } = valid;
      valid = rest;
      invalid = { ...invalid, [name]: value };
    }
  }
}

/**
 * A conflict means that an earlier try arrived, and that the form was changed after its answer was lost. The service of
 * the first try stays: it is being rung there, and its page says so.
 */
async function createOrComplete(port: RequestPort, me: PersonId, wanted: NewConsult & { fields: CaseFields }) {
  try {
    return await port.createConsult(wanted);
  } catch (error) {
    if (asApiError(error)?.code !== "conflict") throw error;
    let detail = await port.consult(wanted.id);
    if (detail.summary.requester.id !== me) throw error;
    const fields = changes(detail.fields ?? {}, wanted.fields);
    if (Object.keys(fields).length > 0) detail = await port.act(wanted.id, { type: "complete_fields", fields });
    const { urgency } = wanted;
    if (detail.summary.urgency !== urgency && detail.actions.includes("change_urgency")) {
      detail = await port.act(wanted.id, { type: "change_urgency", urgency });
    }
    return detail;
  }
}

/** The field that the server refuses: `callback_phone: is not a telephone number`. */
function refusedField(error: unknown, fields: CaseFields): keyof CaseFields | null {
  const failure = asApiError(error);
  const name = failure?.code === "invalid_field" ? failure.detail?.split(":")[0] : undefined;
  return name !== undefined && name in fields ? (name as keyof CaseFields) : null;
}
