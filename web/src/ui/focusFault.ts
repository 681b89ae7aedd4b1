/** After a refused submit: puts the focus onto the first field that is wrong, which may be out of sight. */
export function focusFault(form: HTMLFormElement): void {
  requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
}
