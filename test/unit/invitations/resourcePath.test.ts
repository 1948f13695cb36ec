import { barePath, invitationAddress, resourcePath } from '../../../shared/invitations/resourcePath';

const path = '/ucwa/oauth/v1/applications/102/communication/audioVideoInvitations/5BC';

test.each<[string, string | undefined]>([
  [path, path],
  [`https://fe1.contoso.com:443${path}`, path],
  [`HTTP://fe1.contoso.com${path}?a=1#x`, `${path}?a=1`],
  [`//ucwa//oauth/v1/applications/102/communication///audioVideoInvitations/5BC`, path],
  [`${path}?a=//1&b=?2`, `${path}?a=//1&b=?2`],
  [`${path}?a=1\\u0026b=2\\\\u0026c=3`, `${path}?a=1&b=2&c=3`],
  ['/ucwa/v1/applications/1/people/tel:+14255550100', '/ucwa/v1/applications/1/people/tel:+14255550100'],
  ['data:application/sdp,v%3d0', undefined],
  ['tel:+14255550100', undefined],
  ['javascript:alert(1)', undefined],
  ['communication/audioVideoInvitations/5', undefined],
  ['https://fe1.contoso.com', undefined],
  ['', undefined],
])('%p is fetched at %p', (href, expected) => {
  expect(resourcePath(href)).toBe(expected);
  expect(resourcePath(expected ?? '')).toBe(expected);
});

test('two hrefs of one thing share their bare path', () => {
  expect(barePath(`https://fe1.contoso.com/${path}?filter=1`)).toBe(barePath(path));
});

test.each<[string, readonly [string, string, string] | undefined]>([
  [path, ['102', 'audioVideoInvitations', '5BC']],
  [
    'https://fe1.contoso.com:443/ucwa/v1/applications/192/communication/invitations/507?x=1',
    ['192', 'invitations', '507'],
  ],
  ['//v1/applications/316/communication/invitations/162/', ['316', 'invitations', '162']],
  ['/ucwa/v1/applications/192/communication/invitations/507/cancel', undefined],
  ['/ucwa/v1/applications/192/communication/invitations', undefined],
  ['/ucwa/v1/applications/192/people/1', undefined],
  ['/communication/invitations/507', undefined],
  ['data:,/applications/1/communication/invitations/2', undefined],
])('%p is the address of %p', (href, expected) => {
  const { applicationId, collection, id } = invitationAddress(href) ?? {};
  expect(applicationId === undefined ? undefined : [applicationId, collection, id]).toEqual(expected);
});
