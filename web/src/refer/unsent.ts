import type { CaseFields, ConsultId } from "../api/types";

/**
 * What did not fit when a request was sent, so that the consult's page can ask for it. In memory alone: it is patient
 * data and the PC is shared.
 */
export const unsent = new Map<ConsultId, CaseFields>();
