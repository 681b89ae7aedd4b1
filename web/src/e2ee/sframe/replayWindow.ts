/**
 * Which of the last counters of one KID have been seen; RFC 9605 § 9.3. A counter that has fallen out of the window
 * counts as seen.
 */

/**
 * Counters that the window reaches back. Audio, every simulcast layer and the screen count together, some 200 a second at
 * most, so that it lasts for about ten seconds, as long as an old epoch's key. More costs memory; less refuses a frame
 * that was sent again after a bad moment of the network.
 */
export const WINDOW = 2048;

const WORD = 32;
/** One word more than the window, so that the word which the newest counter opens never holds counters still valid. */
const WORDS = WINDOW / WORD + 1;

export class ReplayWindow {
  private readonly bits = new Uint32Array(WORDS);
  /** Highest counter seen. */
  private highest = -1;

  has(ctr: number): boolean {
    if (ctr > this.highest) return false;
    if (ctr <= this.highest - WINDOW) return true;
    return ((this.bits[slot(ctr)] ?? 0) & bit(ctr)) !== 0;
  }

  /** `false` when it was there already: of two copies that are decrypted at the same time only one gets through. */
  add(ctr: number): boolean {
    if (this.has(ctr)) return false;
    if (ctr > this.highest) {
      this.clear(ctr);
      this.highest = ctr;
    }
    const at = slot(ctr);
    this.bits[at] = (this.bits[at] ?? 0) | bit(ctr);
    return true;
  }

  /** Forgets what stood in the words between the highest counter and `ctr`. */
  private clear(ctr: number): void {
    const from = this.highest < 0 ? -1 : Math.floor(this.highest / WORD);
    const to = Math.floor(ctr / WORD);
    const count = Math.min(to - from, WORDS);
    for (let i = 0; i < count; i += 1) this.bits[(to - i) % WORDS] = 0;
  }
}

function slot(ctr: number): number {
  return Math.floor(ctr / WORD) % WORDS;
}

function bit(ctr: number): number {
  return (1 << (ctr % WORD)) >>> 0;
}
