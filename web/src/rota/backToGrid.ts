/**
 * After a dialog that was opened from another one, which the focus cannot go back to: puts it onto the grid's cell.
 * A frame later than the dialog's own return of the focus, which comes first where it can.
 */
export function backToGrid(): void {
  const check = () => {
    if (document.activeElement === document.body) document.querySelector<HTMLElement>(".rota-grid .rota-cell[tabindex='0']")?.focus();
  };
  requestAnimationFrame(() => requestAnimationFrame(check));
}
