import { createOpenApi } from '../../../shared/http/documents/openApi';
import { lintOpenApi } from '../../support/lintOpenApi';

describe('the OpenAPI document', () => {
  it('passes Redocly’s recommended rules without an error or a warning', async () => {
    expect(await lintOpenApi(await createOpenApi())).toEqual([]);
  });

  it('would not pass with an example that is not valid', async () => {
    const document = JSON.parse(JSON.stringify(await createOpenApi())) as {
      components: { examples: { alreadyClaimed: { value: { status: unknown } } } };
    };
    document.components.examples.alreadyClaimed.value.status = 'conflict';
    expect(await lintOpenApi(document)).toContainEqual(
      expect.objectContaining({ ruleId: 'no-invalid-media-type-examples' }),
    );
  });
});
