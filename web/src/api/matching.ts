/** Requests of who would be asked and why. */

import { request } from "./client";
import type { ConsultId, MatchReplay, PutWeights, ServiceId, ServiceWeights, Weights, WeightsPreview, WhatIf, WhatIfAnswer } from "./types";

const seg = encodeURIComponent;
const of = (service: ServiceId) => `/api/services/${seg(service)}`;

export const matchingApi = {
  /** The ranking as it would be now. Rings nobody. */
  whatIf: (service: ServiceId, body: WhatIf) => request<WhatIfAnswer>(`${of(service)}/match`, { method: "POST", body }),
  /** Every decision of a consult computed again from the log. */
  replay: (consult: ConsultId) => request<MatchReplay[]>(`/api/consults/${seg(consult)}/match/replay`, { method: "POST" }),
  weights: (service: ServiceId) => request<ServiceWeights>(`${of(service)}/weights`),
  putWeights: (service: ServiceId, body: PutWeights) => request<undefined>(`${of(service)}/weights`, { method: "PUT", body }),
  /** The last decisions by other weights. Writes nothing. */
  preview: (service: ServiceId, body: Weights) => request<WeightsPreview>(`${of(service)}/weights/preview`, { method: "POST", body }),
};
