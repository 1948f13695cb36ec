/**
 * Numbers of emergency services around the world (ITU-T E.161.1, and national plans). The relay has no address to tell and no voice
 * path, and Call via Work has no enhanced 911.
 */
const emergencyNumbers: ReadonlySet<string> = new Set([
  ...['112', '911', '999', '000', '111', '110', '113', '114', '115', '116', '117', '118', '119'],
  ...[
    '100',
    '101',
    '102',
    '103',
    '104',
    '105',
    '106',
    '108',
    '120',
    '122',
    '123',
    '127',
    '128',
    '129',
    '133',
    '140',
    '144',
  ],
  ...['15', '17', '18', '061', '066', '065', '060', '190', '191', '192', '193', '194', '195', '197', '198', '199'],
  ...['902', '903', '904', '933', '988', '992', '993', '994', '995', '996', '997', '998'],
]);

/** Behind a digit for an outside line, or a country code, these are still meant. */
const everywhere = ['112', '911', '999'];

/** Whether this callee means an emergency service: a number, alone, behind a digit for an outside line, or a country code. Pure. */
export function isEmergencyNumber(to: string): boolean {
  const user = /^(?:sips?|tel):([^@;?]*)/i.exec(to)?.[1] ?? to;
  const number = user.replace(/%2b/gi, '+').replace(/[\s().,-]/g, '');
  if (!/^\+?\d+$/.test(number)) return false;
  if (emergencyNumbers.has(number.replace('+', ''))) return true;
  return everywhere.some((known) => new RegExp(`^(\\+\\d{1,3}|00\\d{1,3}|[09])${known}$`).test(number));
}
