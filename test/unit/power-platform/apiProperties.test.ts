import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { connectorFolder, readConnectorDefinition } from '../../support/connectorDefinition';

interface ParameterSet {
  readonly name: string;
  readonly uiDefinition: { readonly displayName: string };
  readonly parameters: Readonly<Record<string, unknown>>;
}
const { properties } = JSON.parse(readFileSync(join(connectorFolder, 'apiProperties.json'), 'utf8')) as {
  properties: {
    connectionParameterSets: { values: readonly ParameterSet[] };
    policyTemplateInstances: readonly unknown[];
    iconBrandColor: string;
    capabilities: unknown;
  };
};
const apiKey = (tabIndex: number) => ({
  type: 'securestring',
  uiDefinition: {
    displayName: expect.any(String),
    description: expect.stringMatching(/\.$/),
    tooltip: expect.any(String),
    constraints: { required: 'true', clearText: false, tabIndex },
  },
});

describe('apiProperties.json', () => {
  const [key, oauth, ...others] = properties.connectionParameterSets.values;

  it('lets the maker choose between a key, which it hides, and a sign-in beside the key', () => {
    expect(others).toEqual([]);
    expect([key?.name, oauth?.name]).toEqual(['function-key', 'sign-in']);
    expect(key?.parameters).toEqual({ api_key: apiKey(1) });
    expect(oauth?.parameters).toEqual({
      token: {
        type: 'oauthSetting',
        oAuthSettings: {
          identityProvider: 'aad',
          clientId: '00000000-0000-0000-0000-000000000000',
          scopes: [],
          redirectMode: 'GlobalPerConnector',
          redirectUrl: expect.stringMatching(/^https:\/\/global\.consent\.azure-apim\.net\/redirect\//),
          properties: { IsFirstParty: 'False' },
          customParameters: {
            loginUri: { value: 'https://login.microsoftonline.com' },
            tenantId: { value: '00000000-0000-0000-0000-000000000000' },
            resourceUri: { value: 'api://00000000-0000-0000-0000-000000000000' },
            enableOnbehalfOfLogin: { value: 'false' },
          },
        },
        uiDefinition: expect.objectContaining({ displayName: 'Sign in' }),
      },
      api_key: apiKey(2),
    });
  });

  it('sends the key in the header of the definition, with either choice', () => {
    const { api_key: scheme } = readConnectorDefinition().securityDefinitions;
    expect(properties.policyTemplateInstances).toEqual([
      {
        templateId: 'setheader',
        title: 'Function key',
        parameters: {
          'x-ms-apimTemplateParameter.name': scheme?.type === 'apiKey' ? scheme.name : undefined,
          'x-ms-apimTemplateParameter.value': "@connectionParameters('api_key','')",
          'x-ms-apimTemplateParameter.existsAction': 'override',
          'x-ms-apimTemplate-policySection': 'Request',
        },
      },
    ]);
  });

  it('has a brand colour of its own, and no capabilities', () => {
    expect(properties.iconBrandColor).toMatch(/^#[0-9a-f]{6}$/);
    expect(['#007ee5', '#ffffff']).not.toContain(properties.iconBrandColor);
    expect(properties.capabilities).toEqual([]);
  });
});

/** Width, height and the first pixel of a PNG of 8-bit RGB in one IDAT chunk (PNG, third edition, §11.2). */
function readPng(bytes: Buffer): { readonly width: number; readonly height: number; readonly corner: string } {
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  expect([bytes[24], bytes[25]]).toEqual([8, 2]);
  const start = bytes.indexOf('IDAT');
  const [, ...corner] = inflateSync(bytes.subarray(start + 4, start + 4 + bytes.readUInt32BE(start - 4))).subarray(
    0,
    4,
  );
  return {
    width: bytes.readUInt32BE(16),
    height: bytes.readUInt32BE(20),
    corner: `#${Buffer.from(corner).toString('hex')}`,
  };
}

describe('icon.png', () => {
  const bytes = readFileSync(join(connectorFolder, 'icon.png'));

  it('is a square of 100 to 230 pixels and less than 1 MB, on the brand colour', () => {
    const { width, height, corner } = readPng(bytes);
    expect(width).toBe(height);
    expect(width).toBeGreaterThanOrEqual(100);
    expect(width).toBeLessThanOrEqual(230);
    expect(bytes.length).toBeLessThan(1024 * 1024);
    expect(corner).toBe(properties.iconBrandColor);
  });
});
