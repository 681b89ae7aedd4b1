// Networks as hospitals and phones have them: name, conditions of tests/relay.
const PERFECT = ["perfect", {}];
const FAR_AND_LOSSY = ["5 % lost, 150 ± 30 ms", { loss: 5, delay_ms: 150, jitter_ms: 30 }];

export const SHORT_TABLE = [PERFECT, FAR_AND_LOSSY];

/** For those who tune. */
export const LONG_TABLE = [
  PERFECT,
  ["5 % lost", { loss: 5 }],
  ["10 % lost", { loss: 10 }],
  ["5 % lost in threes", { loss: 5, burst: 3 }],
  ["150 ± 30 ms", { delay_ms: 150, jitter_ms: 30 }],
  FAR_AND_LOSSY,
  ["order changes, 40 ± 30 ms", { delay_ms: 40, jitter_ms: 30, reorder: true }],
  ["4 Mbit/s", { rate_kbps: 4_000, delay_ms: 20 }],
  ["400 kbit/s", { rate_kbps: 400, delay_ms: 20 }],
  ["4 Mbit/s again", { rate_kbps: 4_000, delay_ms: 20 }],
  ["perfect again", {}],
];
