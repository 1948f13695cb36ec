import type { AxiosResponse } from 'axios';
import type { TestUcwa } from '../../support/ucwaSimulator';

/** As much of a package as the tests look at. */
export interface PackageBody {
  _links: Record<string, { href: string }>;
  sender?: { rel: string; href: string; events: EventBody[] }[];
}
export interface EventBody {
  link: { rel: string; href: string; title?: string };
  in?: { rel: string; href: string };
  type: string;
  status?: string;
  reason?: { code: string; subcode?: string; message?: string };
  _embedded?: Record<string, ResourceBody>;
}
export interface ResourceBody {
  [property: string]: unknown;
  rel: string;
  _links: Record<string, { href: string }>;
  _embedded?: Record<string, ResourceBody>;
}

/** A signed-in endpoint, as a plain HTTP client sees it. */
export interface Client {
  readonly token: string;
  readonly application: ResourceBody;
  /** Path of the application. */
  readonly path: string;
  get<Body = ResourceBody>(href: string, headers?: Record<string, string>): Promise<AxiosResponse<Body>>;
  poll(href: string): Promise<AxiosResponse<PackageBody>>;
  send(
    method: 'POST' | 'PUT' | 'DELETE',
    href: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<AxiosResponse<ResourceBody>>;
}

export interface ClientOptions {
  readonly username?: string;
  readonly endpointId?: string;
  /** Registered with makeMeAvailable; none: makeMeAvailable is not called. */
  readonly modalities?: readonly string[];
  /** Of makeMeAvailable; '' for none. */
  readonly phoneNumber?: string;
}

/** A ticket by the password grant. */
export async function ticket(
  ucwa: TestUcwa,
  username = 'reception@contoso.com',
  password = 'password',
): Promise<AxiosResponse<{ access_token: string; expires_in: number }>> {
  return ucwa.http.post('/WebTicket/oauthtoken', new URLSearchParams({ grant_type: 'password', username, password }));
}

/** Signs in and reads the first package, which tells of the availability, so that the channel is empty. */
export async function signIn(ucwa: TestUcwa, options: ClientOptions = {}): Promise<Client & { readonly next: string }> {
  const {
    username = 'reception@contoso.com',
    endpointId = 'endpoint-1',
    modalities = ['Audio', 'PhoneAudio'],
    phoneNumber = '+14255550199',
  } = options;
  const token = (await ticket(ucwa, username)).data.access_token;
  const request = <Body>(
    method: string,
    href: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<AxiosResponse<Body>> =>
    ucwa.http.request({
      method,
      url: href,
      ...(body !== undefined && { data: body }),
      headers: { Authorization: `Bearer ${token}`, ...headers },
    });
  const application = (
    await request<ResourceBody>('POST', '/ucwa/oauth/v1/applications', {
      userAgent: 'test',
      endpointId,
      culture: 'en-GB',
    })
  ).data;
  const path = application._links['self']?.href ?? '';
  const client: Client = {
    token,
    application,
    path,
    get: (href, headers) => request('GET', href, undefined, headers),
    poll: (href) => request('GET', href),
    send: (method, href, body, headers) => request(method, href, body, headers),
  };
  let next = application._links['events']?.href ?? '';
  if (modalities.length > 0) {
    await client.send('POST', `${path}/me/makeMeAvailable`, {
      supportedModalities: modalities,
      ...(phoneNumber !== '' && { phoneNumber }),
    });
    next = nextOf(await client.poll(next));
  }
  return { ...client, next };
}

export const nextOf = ({ data }: AxiosResponse<PackageBody>): string => data._links['next']?.href ?? '';

/** The package's events in the channel's order, as `sender: rel type`. */
export const reported = ({ data }: AxiosResponse<PackageBody>): string[] =>
  (data.sender ?? []).flatMap((sender) =>
    sender.events.map((event) => `${sender.rel}: ${event.link.rel} ${event.type}`),
  );

export const eventsOf = ({ data }: AxiosResponse<PackageBody>): EventBody[] =>
  (data.sender ?? []).flatMap(({ events }) => events);
