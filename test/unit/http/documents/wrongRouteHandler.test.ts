import { HttpRequest, InvocationContext } from '@azure/functions';
import { wrongRouteHandler } from '../../../../shared/http/documents/wrongRouteHandler';

async function ask(method: string, path: string) {
  const request = new HttpRequest({ method, url: `https://relay.example/api/${path}`, params: { path } });
  const { status, headers, body } = await wrongRouteHandler(request, new InvocationContext({ invocationId: 'one' }));
  return { status, headers, problem: JSON.parse(body as string) as Record<string, unknown> };
}

describe('a request that no route takes', () => {
  it.each([
    ['PATCH', 'invitations', 'GET, POST'],
    ['DELETE', 'accounts/sip:a@b.example/check', 'POST'],
    ['HEAD', 'Health/Live', 'GET'],
    ['GET', 'invitations/some-id/accept/', 'POST'],
  ])('%s /api/%s is told which methods the path takes', async (method, path, allow) => {
    const { status, headers, problem } = await ask(method, path);
    expect({ status, type: problem['type'] }).toEqual({ status: 405, type: 'urn:ucwa-relay:problem:methodNotAllowed' });
    expect(headers).toMatchObject({ allow, 'content-type': 'application/problem+json' });
    expect(problem['detail']).toBe(
      `There is no route ${method} /api/${path}. This path takes ${allow.replace(', ', ' or ')}.`,
    );
  });

  it.each([
    ['GET', ''],
    ['GET', 'invitation'],
    ['POST', 'invitations//accept'],
    ['GET', 'openapiXjson'],
    ['GET', 'invitations'],
  ])('%s /api/%s is not found', async (method, path) => {
    const { status, problem } = await ask(method, path);
    expect({ status, type: problem['type'] }).toEqual({ status: 404, type: 'urn:ucwa-relay:problem:notFound' });
    expect(problem['detail']).toBe(`There is no route ${method} /api/${path}. GET /api/openapi.json lists the routes.`);
  });

  it('shows the beginning of a long path only', async () => {
    const { problem } = await ask('GET', 'x'.repeat(9000));
    expect(String(problem['detail']).length).toBeLessThan(300);
  });
});
