/** Each drawn in a square of 20 units, as one or more strokes in the colour of the text. */
const strokes = {
  phone: [
    'M6.6 3.5 4.9 4.8c-.9.7-1.2 1.8-.9 2.9.9 3.8 4.5 7.4 8.3 8.3 1.1.3 2.2 0 2.9-.9l1.3-1.7-3-2.6-1.7 1.3',
    'M11.8 13.1c-1.5-.8-2.7-2-3.5-3.500L9.6 6.9 6.6 3.5',
  ],
  clock: ['M10 3.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13', 'M10 6.5V10l2.5 1.5'],
  pulse: ['M2.5 10H6l2-5 3 10 2-5h4.5'],
  person: ['M10 10a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.6', 'M4 17c0-3.3 2.7-5.5 6-5.500s6 2.2 6 5.5'],
  sound: ['M3.5 8v4H6l4 3.500v-11L6 8z', 'M12.8 7.500a3.5 3.5 0 0 1 0 5M14.8 5.500a6.3 6.3 0 0 1 0 9'],
  soundOff: ['M3.5 8v4H6l4 3.500v-11L6 8z', 'M13 8l4 4M17 8l-4 4'],
  moon: ['M16.5 12A7 7 0 1 1 8 3.500a5.5 5.5 0 0 0 8.5 8.500z'],
  sun: [
    'M10 6.500a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M10 2v1.500M10 16.500V18M2 10h1.500M16.5 10H18',
    'M4.3 4.300l1.1 1.100M14.6 14.600l1.1 1.100M4.3 15.700l1.1-1.100M14.6 5.400l1.1-1.1',
  ],
  auto: ['M10 3.500a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13', 'M10 3.500v13M10 6.500h4.500M10 9.500h6M10 12.500h5'],
  leave: ['M8.5 3.500h-4v13h4', 'M8 10h9M14 7l3 3-3 3'],
} as const;

export type IconName = keyof typeof strokes;

/** Beside words, or in a button with a label: never the only thing that says something. */
export function Icon({ name, size = 20 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 20 20"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      stroke-width="1.6"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      {strokes[name].map((stroke) => (
        <path key={stroke} d={stroke} />
      ))}
    </svg>
  );
}
