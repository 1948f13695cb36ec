import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { toXml } from '../../../infra/local/ucwa/http/toXml';
import { startTestUcwa, type TestUcwa } from '../../support/ucwaSimulator';
import { signIn } from './client';

const fixture = (name: string): string => readFileSync(join(__dirname, '../../fixtures', name), 'utf8');

/** The document as a value in which order between siblings of different names does not count. */
const valueOf = (xml: string): unknown =>
  new XMLParser({
    ignoreAttributes: false,
    isArray: (_, path) => path !== 'resource' && path !== 'events',
    parseTagValue: false,
  }).parse(xml);

describe('the XML representation', () => {
  it('of a resource is that of the documentation', () => {
    expect(valueOf(toXml('resource', JSON.parse(fixture('audioVideoInvitation.json')) as never))).toEqual(
      valueOf(fixture('audioVideoInvitation.xml')),
    );
  });

  it('of an event package is that which servers send, but for the rel that an embedded resource states', () => {
    const written = toXml('events', JSON.parse(fixture('events.communication-and-me.json')) as never).replace(
      '<property name="rel">communication</property>',
      '',
    );
    expect(valueOf(written)).toEqual(valueOf(fixture('events.communication-and-me.xml')));
  });

  it('of an error has its code, subcode and message', () => {
    expect(toXml('reason', { code: 'Conflict', subcode: 'PGetReplaced', message: 'a < b' })).toContain(
      '<reason xmlns="http://schemas.microsoft.com/rtc/2012/03/ucwa"><code>Conflict</code><subcode>PGetReplaced</subcode><message>a ' +
        '&lt; b</message></reason>',
    );
  });

  describe('over the wire', () => {
    let ucwa: TestUcwa;
    beforeAll(async () => {
      ucwa = await startTestUcwa();
    });
    afterAll(() => ucwa.close());

    it.each(['application/vnd.microsoft.com.ucwa+xml', 'application/xml, application/json'])(
      'comes to those who ask for %s first',
      async (accept) => {
        const client = await signIn(ucwa);
        const { data, headers } = await client.get<string>(`${client.path}/me`, { Accept: accept });
        expect(headers['content-type']).toBe('application/vnd.microsoft.com.ucwa+xml; charset=utf-8');
        expect(data).toMatch(/^<\?xml version="1.0" encoding="utf-8"\?>\n<resource rel="me" href="\/ucwa/);
      },
    );

    it('says that an invitation completed and why', async () => {
      const client = await signIn(ucwa);
      const { id } = ucwa.ring();
      ucwa.simulator.hangUp(id);
      const { data } = await client.get<string>(client.next, { Accept: 'application/vnd.microsoft.com.ucwa+xml' });
      expect(data).toMatch(
        /<completed rel="audioVideoInvitation" href="[^"]+" status="Failure"><reason><code>Informational<\/code><subcode>Canceled</,
      );
    });
  });
});
