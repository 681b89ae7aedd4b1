import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { asApiError } from "../api/problem";
import { deviceApi, keys } from "./api";
import { db } from "./db";
import { register } from "./registration";
import { SubscribeTimeout, deviceId, subscribe, subscribeAgain } from "./subscription";

export type PushState =
  | "unknown"
  /** This installation sends no Web Push. */
  | "not_offered"
  /** No service worker or no push in this browser; on an iPhone not before it is installed. */
  | "unsupported"
  | "install"
  | "denied"
  | "off"
  | "on";

export interface Push {
  state: PushState;
  /** This browser's id among the devices. */
  device: string | null;
  isWorking: boolean;
  failure: unknown;
  /** From a press: browsers ask only then. */
  enable: () => Promise<void>;
  disable: () => Promise<void>;
}

/** Whether this device can be woken, and the switch for it. */
export function usePush(): Push {
  const client = useQueryClient();
  const channels = useQuery({ queryKey: keys.channels, queryFn: deviceApi.channels });
  const isOffered = channels.data?.available?.includes("push") ?? true;
  const [state, setState] = useState<PushState>("unknown");
  const [device, setDevice] = useState<string | null>(null);
  const [isWorking, setWorking] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  const look = useCallback(async () => {
    try {
      setState(await stateNow());
      setDevice(await deviceId());
    } catch {
      setState("unsupported");
    }
  }, []);
  useEffect(() => void look(), [look]);

  const run = async (work: () => Promise<void>) => {
    setWorking(true);
    setFailure(null);
    try {
      await work();
    } catch (error) {
      setFailure(error);
    }
    await look();
    void client.invalidateQueries({ queryKey: keys.channels });
    setWorking(false);
  };
  return {
    state: isOffered ? state : "not_offered",
    device,
    isWorking,
    failure,
    enable: () =>
      run(async () => {
        if ((await Notification.requestPermission()) !== "granted") return;
        const registration = await register();
        if (registration) await subscribe(registration, browserName());
      }),
    disable: () =>
      run(async () => {
        const subscription = await (await register())?.pushManager.getSubscription();
        await deviceApi.deletePush(await deviceId()).catch((error: unknown) => {
          // Not known there any more is what was wanted.
          if (asApiError(error)?.code !== "not_found") throw error;
        });
        await subscription?.unsubscribe();
        await db.remove("values", "label");
      }),
  };
}

async function stateNow(): Promise<PushState> {
  const registration = await register();
  if (!registration || !("pushManager" in registration) || !("Notification" in globalThis)) return isApple() ? "install" : "unsupported";
  if (Notification.permission === "denied") return "denied";
  const isSubscribed = (await registration.pushManager.getSubscription()) !== null;
  return isSubscribed && (await db.get("values", "label")) !== undefined ? "on" : "off";
}

/** Safari on a phone has no push before the page lies on the home screen. */
const isApple = (): boolean => /iPhone|iPad/.test(navigator.userAgent) && !matchMedia("(display-mode: standalone)").matches;

/** At every opening: the server may have lost the subscription, the push service may have changed it. */
export async function renewPush(): Promise<void> {
  try {
    const registration = await register();
    if (registration && Notification.permission === "granted") await subscribeAgain(registration);
  } catch {
    // The card on the page says that this device is not woken.
  }
}

export const isWithoutService = (error: unknown): boolean =>
  error instanceof SubscribeTimeout || (error instanceof DOMException && error.name === "AbortError");

/** "Firefox, Android": enough to tell one's own devices apart. */
function browserName(): string {
  const agent = navigator.userAgent;
  const browser = ["Edg", "Firefox", "SamsungBrowser", "Chrome", "Safari"].find((name) => agent.includes(name)) ?? "Browser";
  const system = ["Android", "iPhone", "iPad", "Windows", "Mac", "Linux"].find((name) => agent.includes(name)) ?? "";
  return [browser === "Edg" ? "Edge" : browser, system].filter(Boolean).join(", ");
}
