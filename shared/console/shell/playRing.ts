let context: AudioContext | undefined;

/** Frequencies of two short tones; of an urgent call three times. */
const TONES = [660, 880];
const TONE_SECONDS = 0.16;

/** A short ring. Silent until the person has pressed something on the page: browsers want that. */
export function playRing(isUrgent: boolean): void {
  context ??= new AudioContext();
  void context.resume();
  const tones = Array.from({ length: isUrgent ? 3 : 1 }, () => TONES).flat();
  tones.forEach((frequency, index) => playTone(frequency, index * (TONE_SECONDS + 0.04)));
}

function playTone(frequency: number, afterSeconds: number): void {
  if (context === undefined) return;
  const from = context.currentTime + afterSeconds;
  const oscillator = context.createOscillator();
  const volume = context.createGain();
  oscillator.frequency.value = frequency;
  // Rises and falls softly: a sudden end clicks.
  volume.gain.setValueAtTime(0, from);
  volume.gain.linearRampToValueAtTime(0.2, from + 0.02);
  volume.gain.linearRampToValueAtTime(0, from + TONE_SECONDS);
  oscillator.connect(volume).connect(context.destination);
  oscillator.start(from);
  oscillator.stop(from + TONE_SECONDS);
}
