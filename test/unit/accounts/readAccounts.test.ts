import { parseCsv } from '../../../infra/cli/accounts/parseCsv';
import { readAccounts } from '../../../infra/cli/accounts/readAccounts';

describe('parseCsv', () => {
  test.each<[string, string, (readonly string[])[]]>([
    [
      'commas',
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'semicolons, as spreadsheets write them in Europe',
      'a;b\r\n1,5;2',
      [
        ['a', 'b'],
        ['1,5', '2'],
      ],
    ],
    [
      'a byte order mark and empty lines',
      '\uFEFFa,b\n\n1,2\n\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'quotation marks around a separator and a line break',
      '"a","b"\n"1,\n""x""",2',
      [
        ['a', 'b'],
        ['1,\n"x"', '2'],
      ],
    ],
    [
      'empty cells at the end',
      'a,b,c\n1,,',
      [
        ['a', 'b', 'c'],
        ['1', '', ''],
      ],
    ],
  ])('reads %s', (_what, text, cells) => {
    expect(parseCsv(text).map((record) => record.cells)).toEqual(cells);
  });

  it('counts lines as an editor does', () => {
    expect(parseCsv('a,b\n"1\n2",3\n\n4,5\n').map(({ line }) => line)).toEqual([1, 2, 5]);
  });

  it('says on which line a quotation mark is not closed', () => {
    expect(() => parseCsv('a,b\n1,2\n"3,4\n')).toThrow(
      'Line 3: a quotation mark is not closed, or stands within a cell.',
    );
  });
});

describe('readAccounts', () => {
  it('takes every field, each with its type, and leaves out what is empty', () => {
    const { accounts, refused } = readAccounts(
      'sipUri,username,password,modalities,ringSeconds,enabled,phoneNumber\n' +
        'sip:a@contoso.com,a,"p,""q""",Audio PhoneAudio,20,false,\n' +
        'sip:b@contoso.com,CONTOSO\\b,p,,,,+14255550100\n',
    );
    expect(refused).toEqual([]);
    expect(accounts).toEqual([
      {
        line: 2,
        sipUri: 'sip:a@contoso.com',
        body: {
          username: 'a',
          password: 'p,"q"',
          modalities: ['Audio', 'PhoneAudio'],
          ringSeconds: 20,
          enabled: false,
        },
      },
      {
        line: 3,
        sipUri: 'sip:b@contoso.com',
        body: { username: 'CONTOSO\\b', password: 'p', phoneNumber: '+14255550100' },
      },
    ]);
  });

  it('names every line that the relay would refuse, by the checks of the setting, and no password', () => {
    const { accounts, refused } = readAccounts(
      'sipUri,username,password,ringSeconds\n' +
        'sip:a@contoso.com,a,xyzzy,30\n' +
        'a@contoso.com,a,xyzzy,30\n' +
        'sip:b@contoso.com,b,,30\n' +
        'sip:A@contoso.com,a,xyzzy,30\n' +
        'sip:c@contoso.com,c,xyzzy,soon\n' +
        'sip:d@contoso.com,d,xyzzy\n',
    );
    expect(accounts.map(({ line }) => line)).toEqual([2]);
    expect(refused.map(({ line, reason }) => [line, reason])).toEqual([
      [3, '"sipUri" must look like sip:user@domain.'],
      [4, '"password" is required.'],
      [5, '"sipUri" is that of line 2 again.'],
      [6, '"ringSeconds" must be a number of seconds.'],
      [7, 'The line has 3 cells, the first line 4.'],
    ]);
    expect(JSON.stringify(refused)).not.toContain('xyzzy');
  });

  test.each([
    ['sipUri,user,password\n', 'The first line names user, which is no field.'],
    ['sipUri,username\n', 'The first line must name the columns; password is missing.'],
    ['', 'The first line must name the columns; sipUri, username, password is missing.'],
  ])('refuses a file as a whole whose first line is %j', (text, message) => {
    expect(() => readAccounts(text)).toThrow(message);
  });
});
