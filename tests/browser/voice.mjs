// A microphone that somebody speaks into. Chromium's own beeps twice a second: too briefly for a speaker to be noticed, and
// a tone, which opus codes without what repairs a lost packet from the next one (RFC 6716: a matter of its SILK layer).
import { writeFile } from "node:fs/promises";
import path from "node:path";

/** The two lowest formants of a, e, i, o, u in Hz. */
const VOWELS = [[730, 1_090], [530, 1_840], [270, 2_290], [570, 840], [300, 870]];

/** Flags for a browser in whose fake microphone somebody speaks; the file lies in `folder`. */
export async function speaking(folder) {
  const file = path.join(folder, "voice.wav");
  await writeFile(file, voice());
  return [`--use-file-for-fake-audio-capture=${file}`];
}

/**
 * Four seconds like somebody who talks without a pause, as WAV: four syllables a second, each a hiss and then a vowel
 * whose pitch falls. A steady tone would be music to opus, too.
 */
function voice() {
  const rate = 48_000;
  const data = Buffer.alloc(2 * 4 * rate);
  let turns = 0;
  let random = 1;
  for (let i = 0; i < data.length / 2; i += 1) {
    const time = i / rate;
    const syllable = Math.floor(4 * time);
    const within = 4 * time - syllable;
    turns += (100 + 15 * (syllable % 4) + 40 * (1 - within)) / rate;
    random = (random * 1_103_515_245 + 12_345) % 2 ** 31;
    const vowel = VOWELS[syllable % VOWELS.length];
    let sum = within < 0.2 ? random / 2 ** 31 - 0.5 : 0;
    for (let overtone = 1; within >= 0.2 && overtone <= 24; overtone += 1) {
      const loud = vowel.reduce((all, formant) => all + Math.exp(-(((130 * overtone - formant) / 200) ** 2)), 0.05);
      sum += (loud / Math.sqrt(overtone)) * Math.sin(2 * Math.PI * overtone * turns);
    }
    data.writeInt16LE(Math.round(6_000 * (0.55 - 0.45 * Math.cos(2 * Math.PI * within)) * sum), 2 * i);
  }
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20); // PCM
  head.writeUInt16LE(1, 22); // one channel
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(2 * rate, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}
