/** Whether the worker still answers. Pure: counts questions, not time, so that a computer that slept takes nobody for dead. */

/** Between two questions, in milliseconds. More notices a dead worker later; less wakes both of them more often. */
export const ASK_EVERY = 1000;
/**
 * Questions in a row that a worker may leave unanswered. More notices a dead one later, by a second each; less takes one
 * for dead that an old PC keeps waiting, which costs the call a new connection.
 */
export const MAX_SILENT = 3;
/** The same before its first word, while its script is fetched. More waits longer for one that never comes; less gives up
 * one on a slow line. */
export const MAX_LOADING = 15;

export class Pulse {
  private unanswered = 0;
  private hasAnswered = false;

  /** It has said something. */
  heard(): void {
    this.unanswered = 0;
    this.hasAnswered = true;
  }

  /** Before each question: `false` when the worker is dead. */
  ask(): boolean {
    const isAlive = this.unanswered < (this.hasAnswered ? MAX_SILENT : MAX_LOADING);
    this.unanswered += 1;
    return isAlive;
  }
}
