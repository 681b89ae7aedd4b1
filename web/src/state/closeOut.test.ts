import { expect, test } from "vitest";
import { closeOutOf, diagnosisOf, outcomeOf, whyMissing } from "./closeOut";
import { passwordProblem } from "./password";

test("a close-out needs all four answers", () => {
  const three = { question_answered: "yes", changed_course: "confirmed", transfer: "avoided", note: " gut " } as const;
  expect(closeOutOf(three)).toBeNull();
  expect(closeOutOf({ ...three, quality: "good" })).toEqual({ ...three, quality: "good", note: "gut" });
});

test("why details were missing is said only while some are", () => {
  expect(whyMissing(["patient_id"], " Patient ohne Papiere ")).toBe("Patient ohne Papiere");
  expect(whyMissing(["patient_id"], null)).toBe("");
  expect(whyMissing([], "Patient ohne Papiere")).toBe("");
});

test("what is not known of the diagnosis is sent as unknown and read as unknown", () => {
  expect(outcomeOf("improved", "unknown", " ")).toEqual({ course: "improved", diagnosis_confirmed: null, note: "" });
  for (const diagnosis of ["confirmed", "refuted", "unknown"] as const) {
    expect(diagnosisOf(outcomeOf("worse", diagnosis, ""))).toBe(diagnosis);
  }
});

test("a new password is long enough and typed twice alike", () => {
  expect(passwordProblem("kurz", "kurz")).toBe("short");
  expect(passwordProblem("lange genug hier", "lange genug hie")).toBe("differs");
  expect(passwordProblem("lange genug hier", "lange genug hier")).toBeNull();
});
