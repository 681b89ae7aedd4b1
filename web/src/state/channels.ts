/** The order in which a person is called. Pure. */

import type { Channel, ContactSettings } from "../api/types";

/** Those that follow app and push, in the order in which they are offered first. */
export const LATER = ["sms", "voice", "email"] as const satisfies readonly Channel[];
export type Later = (typeof LATER)[number];

const isLater = (channel: Channel): channel is Later => (LATER as readonly Channel[]).includes(channel);

/** Those in use, in their order, and then those that are not. */
export function rows(order: readonly Channel[]): { channel: Later; isUsed: boolean }[] {
  const used = order.filter(isLater);
  return [...used.map((channel) => ({ channel, isUsed: true })), ...LATER.filter((channel) => !used.includes(channel)).map((channel) => ({ channel, isUsed: false }))];
}

export function toggle(order: readonly Channel[], channel: Later): Channel[] {
  return withFirst(order.includes(channel) ? order.filter((other) => other !== channel) : [...order, channel]);
}

/** One place earlier (-1) or later (1) among those in use. */
export function move(order: readonly Channel[], channel: Later, by: -1 | 1): Channel[] {
  const used: Later[] = order.filter(isLater);
  const at = used.indexOf(channel);
  const other = used[at + by];
  if (at === -1 || other === undefined) return withFirst(used);
  used[at] = other;
  used[at + by] = channel;
  return withFirst(used);
}

/** App and push always come first, together. */
export const withFirst = (order: readonly Channel[]): Channel[] => ["app", "push", ...order.filter(isLater)];

/** Without what people put between the digits; `undefined` unless it is E.164. */
export function mobileOf(text: string): string | undefined {
  const plain = text.replace(/[\s()/.-]/g, "").replace(/^00/, "+");
  return /^\+[1-9]\d{6,14}$/.test(plain) ? plain : undefined;
}

export type Fault = "mobileWrong" | "mobileMissing";

export function faultOf(order: readonly Channel[], mobile: string): Fault | null {
  if (mobile.trim() !== "") return mobileOf(mobile) === undefined ? "mobileWrong" : null;
  return order.includes("sms") || order.includes("voice") ? "mobileMissing" : null;
}

export function toSend(order: readonly Channel[], mobile: string, language: string): ContactSettings {
  return { order: withFirst(order), mobile: mobileOf(mobile) ?? null, language };
}
