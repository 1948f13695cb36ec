import { toShownText } from '../../webhooks/formats/shownText';

/** Who gave a command, as the record names its caller, for a person. Pure. */
export function whoText(caller: string): string {
  const [, kind, id = ''] = /^(key|link):([\w-]+)$/.exec(caller) ?? [];
  if (kind === 'key') return `a key (${id.slice(0, 6)})`;
  if (kind === 'link') return 'the button of a card';
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(caller)) return `somebody else (${caller.slice(0, 8)})`;
  return toShownText(caller, 80);
}

const words: Readonly<Record<string, string>> = {
  accept: 'Taken',
  decline: 'Declined',
  cancel: 'Cancelled',
  hangup: 'Hung up',
};

/** "Taken", "Declined": what a command has done to a call that rang. Pure. */
export function doneWord(command: string): string {
  return words[command] ?? 'Taken';
}
