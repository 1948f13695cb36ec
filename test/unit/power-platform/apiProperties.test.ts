import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { connectorFolder, readConnectorDefinition } from '../../support/connectorDefinition';

const { properties } = JSON.parse(readFileSync(join(connectorFolder, 'apiProperties.json'), 'utf8')) as {
  properties: { connectionParameters: Record<string, unknown>; iconBrandColor: string; capabilities: unknown };
};

describe('apiProperties.json', () => {
  it('asks for the key that the definition sends, and hides it', () => {
    expect(Object.keys(properties.connectionParameters)).toEqual(
      Object.keys(readConnectorDefinition().securityDefinitions),
    );
    expect(properties.connectionParameters['api_key']).toEqual({
      type: 'securestring',
      uiDefinition: {
        displayName: expect.any(String),
        description: expect.stringMatching(/\.$/),
        tooltip: expect.any(String),
        constraints: { required: 'true', clearText: false, tabIndex: 1 },
      },
    });
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
