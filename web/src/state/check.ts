/** What the server refuses anyway, said before it is asked. The forms are those of `broker/src/domain/forms.rs` and `broker/src/app/validate.rs`. Pure. */

/** `user@domain`, without spaces and with one `@`. */
export const isEmail = (text: string): boolean => /^[^\s@]+@[^\s@]+$/.test(text.trim());

/** 3 to 40 digits and the usual signs between them, three of them digits at least. */
export function isPhone(text: string): boolean {
  const number = text.trim();
  return /^[\d+ \-/().*#]{3,40}$/.test(number) && number.replace(/\D/g, "").length >= 3;
}

/** A zone that this browser's time zone database knows. */
export function isZone(text: string): boolean {
  try {
    return text.trim() !== "" && Boolean(new Intl.DateTimeFormat("en", { timeZone: text.trim() }));
  } catch {
    return false;
  }
}
