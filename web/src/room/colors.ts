/** Colours of members on the images: light on black, apart from one another also for colour-blind eyes (Okabe–Ito). */
const COLORS = ["#56b4e9", "#e69f00", "#f0e442", "#4fd1a5", "#ff9ecb", "#ff8552", "#c9b6ff", "#ffffff"] as const;

/** The colour of a seat: the same on every screen. */
export function colorOf(member: number): string {
  return COLORS[member % COLORS.length] ?? COLORS[0];
}

/** "MF" of "Dr. Miriam Falk": first and last name without titles. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s,]+/).filter((word) => word !== "" && !word.endsWith(".") && /^\p{L}/u.test(word));
  const [first = "", last = ""] = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return (first.slice(0, 1) + last.slice(0, 1)).toUpperCase();
}
