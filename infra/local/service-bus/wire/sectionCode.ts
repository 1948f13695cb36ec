/** Descriptor codes of the sections of a message (AMQP 1.0 part 3, 3.2). */
export const sectionCode = {
  header: 0x70,
  deliveryAnnotations: 0x71,
  messageAnnotations: 0x72,
  properties: 0x73,
  applicationProperties: 0x74,
  data: 0x75,
  amqpValue: 0x77,
} as const;

/** The section's descriptor code at `offset`, and where its value begins. Throws when no section begins there. */
export function readSectionCode(bytes: Buffer, offset: number): { code: number; valueOffset: number } {
  if (bytes.readUInt8(offset) === 0) {
    const constructor = bytes.readUInt8(offset + 1);
    if (constructor === 0x53) return { code: bytes.readUInt8(offset + 2), valueOffset: offset + 3 };
    if (constructor === 0x80) return { code: Number(bytes.readBigUInt64BE(offset + 2)), valueOffset: offset + 10 };
  }
  throw new RangeError(`No section of a message begins at byte ${offset}.`);
}
