import type { ComponentChildren } from 'preact';
import type { Tone } from '../calls/outcomeTexts';

/** A few words on their colour, with a sign, for colour alone says nothing to many. */
export function Badge({ tone, sign, children }: BadgeProps) {
  return (
    <span class={`badge ${tone}`}>
      <span aria-hidden="true">{sign}</span> {children}
    </span>
  );
}

export interface BadgeProps {
  readonly tone: Tone;
  readonly sign: string;
  readonly children: ComponentChildren;
}
