/** Least and greatest loudness that the meter shows, in dB full scale: room noise and somebody who speaks close by. */
const FLOOR = -60;
const CEILING = -10;

/** Calls back with the loudness of `track` (0 to 1), some thirty times a second, until the result is called. */
export function watchLevel(track: MediaStreamTrack, show: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  const source = context.createMediaStreamSource(new MediaStream([track]));
  source.connect(analyser);
  // Not connected to any output: nobody wants to hear himself.
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    if (context.state === "suspended") void context.resume().catch(() => undefined);
    analyser.getFloatTimeDomainData(samples);
    let sum = 0;
    for (const sample of samples) sum += sample * sample;
    show(meter(Math.sqrt(sum / samples.length)));
  }, 33);
  return () => {
    clearInterval(timer);
    source.disconnect();
    void context.close();
  };
}

/** Root mean square amplitude as a share of the meter. */
export function meter(rms: number): number {
  if (rms <= 0) return 0;
  return Math.min(1, Math.max(0, (20 * Math.log10(rms) - FLOOR) / (CEILING - FLOOR)));
}
