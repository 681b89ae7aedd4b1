import { useEffect, useState } from "react";
import { api } from "../api/client";
import { asApiError } from "../api/problem";
import { useTexts } from "../i18n";
import { takeToken } from "../state/fragment";
import { ErrorView, Loading } from "../ui";
import "./texts";

/** One for each load of the page: the token works once, and React asks twice while it is developed. */
let opening: Promise<string> | undefined;

/** Signs this telephone in for one consult, unless its owner is signed in here already; the address of the room. */
async function redeem(token: string): Promise<string> {
  return (await api.redeemLink({ token })).home;
}

const token = takeToken();

/** `/phone/#token`, out of the QR code in the room: signs in and goes there at once. */
export function PhoneApp() {
  const t = useTexts("phone");
  const [error, setError] = useState<unknown>(null);
  const open = () => {
    if (token === undefined) return;
    setError(null);
    opening ??= redeem(token);
    opening.then(
      (room) => location.replace(room),
      (failure: unknown) => {
        opening = undefined;
        setError(failure);
      },
    );
  };
  useEffect(open, []);
  const isUsed = asApiError(error)?.code === "link_used";
  return (
    <main className="room-message" data-testid="phone">
      {token === undefined && <h1>{t("noLink")}</h1>}
      {token !== undefined && error === null && (
        <>
          <h1 role="status">{t("opening")}</h1>
          <Loading />
        </>
      )}
      {isUsed && <h1 role="alert">{t("used")}</h1>}
      {error !== null && !isUsed && <ErrorView error={error} onRetry={open} />}
    </main>
  );
}
