import { expect, test } from "vitest";
import { ApiError } from "../api/problem";
import type { Action, ActionName, CaseFields, ConsultDetail, NewConsult, Urgency } from "../api/types";
import { person, summary } from "../state/samples";
import { sendRequest, type RequestPort } from "./sendRequest";

const NOW = 1_000_000_000_000;

/** A server that keeps one consult and says what it was asked. */
function server(stored: { fields: CaseFields; urgency?: Urgency; requester?: string } | null, refuses: keyof CaseFields | null = null) {
  const asked: (NewConsult | Action)[] = [];
  const detail = (): ConsultDetail => {
    const { fields = {}, urgency = "emergency", requester = "me" } = stored ?? {};
    const actions: ActionName[] = ["complete_fields", "change_urgency"];
    return { summary: summary("c", { urgency, requester: person(requester) }), fields, actions } as ConsultDetail;
  };
  const port: RequestPort = {
    createConsult: async (wanted) => {
      asked.push(wanted);
      if (stored !== null) throw new ApiError("conflict", 409);
      if (refuses !== null && refuses in (wanted.fields ?? {})) throw new ApiError("invalid_field", 422, `${refuses}: no`);
      return detail();
    },
    consult: async () => detail(),
    act: async (_, action) => {
      asked.push(action);
      return detail();
    },
  };
  return { port, asked };
}

const request = (fields: CaseFields, urgency: Urgency = "emergency") => ({ id: "c", service_id: "s", urgency, fields });

test("an emergency rings without what does not fit, and says what that was", async () => {
  const { port, asked } = server(null);
  const sent = await sendRequest(port, "me", request({ question: "Lyse?", callback_phone: "Station 3, 4711" }), NOW);
  expect(asked).toEqual([request({ question: "Lyse?" })]);
  expect(sent.leftOut).toEqual({ callback_phone: "Station 3, 4711" });
});

test("also without what only the server refuses", async () => {
  const { port, asked } = server(null, "patient_id");
  const sent = await sendRequest(port, "me", request({ question: "Lyse?", patient_id: "x" }), NOW);
  expect(asked.at(-1)).toEqual(request({ question: "Lyse?" }));
  expect(sent.leftOut).toEqual({ patient_id: "x" });
});

test("what has time is refused as a whole", async () => {
  const { port, asked } = server(null, "patient_id");
  await expect(sendRequest(port, "me", request({ question: "?", patient_id: "x" }, "urgent"), NOW)).rejects.toThrow("invalid_field");
  expect(asked).toHaveLength(1);
});

test("after a lost answer and an edit the difference follows", async () => {
  const { port, asked } = server({ fields: { question: "Lyse?", diagnosis: "?" }, urgency: "urgent" });
  await sendRequest(port, "me", request({ question: "Lyse?", diagnosis: "Hemiparese" }), NOW);
  expect(asked.slice(1)).toEqual([
    { type: "complete_fields", fields: { diagnosis: "Hemiparese" } },
    { type: "change_urgency", urgency: "emergency" },
  ]);
});

test("after a lost answer without an edit nothing more is sent", async () => {
  const { port, asked } = server({ fields: { question: "Lyse?" } });
  await sendRequest(port, "me", request({ question: "Lyse?" }), NOW);
  expect(asked).toHaveLength(1);
});

test("somebody else's consult of that id stays theirs", async () => {
  const { port } = server({ fields: {}, requester: "other" });
  await expect(sendRequest(port, "me", request({}), NOW)).rejects.toThrow("conflict");
});
