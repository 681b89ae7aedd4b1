/** `#/rota` and `#/rota/{service}`; `undefined` for every other page. Pure. */
export function parseRotaHash(hash: string): { service: string | undefined } | undefined {
  const [page, service] = hash.replace(/^#?\/?/, "").split("/");
  return page === "rota" ? { service: service || undefined } : undefined;
}
