import { html, type Reply } from '../http/reply';

/** The grants that a pool offers by default, as MsRtcOAuth names them. */
export const DEFAULT_GRANTS: readonly string[] = [
  'urn:microsoft.rtc:windows',
  'urn:microsoft.rtc:anonmeeting',
  'password',
];

const BEARER =
  'Bearer trusted_issuers="00000001-0000-0000-c000-000000000000@contoso.com", client_id="00000004-0000-0ff1-ce00-000000000000"';

/** The shapes of challenge that real servers send. */
export const challengeVariants = [
  'usual',
  'joined',
  'reversed',
  'noBearer',
  'emptyIssuers',
  'unquotedHref',
  'hrefMissing',
  'repeatedGrants',
  'passive',
  'on403',
  'foreignHost',
] as const;
export type ChallengeVariant = (typeof challengeVariants)[number];

/** Why a request without a usable ticket is refused; goes into X-Ms-diagnostics. */
export type Diagnosis = 'noToken' | 'badTicket' | 'badToken';

const diagnoses: Readonly<Record<Diagnosis, string>> = {
  noToken: '28020;source="fe1.contoso.com";reason="No valid security token."',
  badTicket: '28032;source="fe1.contoso.com";reason="The web ticket is invalid."',
  badToken: '28055;source="fe1.contoso.com";reason="The OAuth token is invalid."',
};

export interface ChallengeOptions {
  readonly origin: string;
  readonly diagnosis: Diagnosis;
  readonly variant?: ChallengeVariant;
  readonly grants?: readonly string[];
  /** 401 unless a fault says otherwise. */
  readonly status?: number;
}

/** The refusal of a request without a usable ticket: an HTML page, and where to get a ticket in WWW-Authenticate. */
export function challenge({
  origin,
  diagnosis,
  variant = 'usual',
  grants = DEFAULT_GRANTS,
  status,
}: ChallengeOptions): Reply {
  const refused = status ?? (variant === 'on403' ? 403 : 401);
  return html(
    refused,
    `${refused} - ${refused === 403 ? 'Forbidden: Access is denied.' : 'Unauthorized: Access is denied due to invalid credentials.'}`,
    {
      'WWW-Authenticate': challenges(`${origin}/WebTicket/oauthtoken`, variant, grants),
      'X-Ms-diagnostics': diagnoses[diagnosis],
    },
  );
}

function challenges(href: string, variant: ChallengeVariant, grants: readonly string[]): readonly string[] {
  const msRtc = (list: readonly string[]): string => `MsRtcOAuth href="${href}",grant_type="${list.join(',')}"`;
  const usual = msRtc(grants);
  switch (variant) {
    case 'usual':
    case 'on403':
      // Without any grant of its own a pool with modern authentication offers the authority alone.
      return grants.length === 0
        ? [`${BEARER}, authorization_uri="https://login.windows.net/common/oauth2/authorize"`]
        : [BEARER, usual];
    case 'joined':
      return [`${BEARER}, ${usual}`];
    case 'reversed':
      return [usual, BEARER];
    case 'noBearer':
      return [usual];
    case 'emptyIssuers':
      return ['Bearer trusted_issuers="", client_id="00000004-0000-0ff1-ce00-000000000000"', usual];
    case 'unquotedHref':
      return [BEARER, `MsRtcOAuth href=${href},grant_type="${grants.join(',')}"`];
    case 'foreignHost':
      return [
        BEARER,
        `MsRtcOAuth href="https://sso.elsewhere.example/WebTicket/oauthtoken",grant_type="${grants.join(',')}"`,
      ];
    case 'hrefMissing':
      return [BEARER, `MsRtcOAuth grant_type="${grants.join(',')}"`];
    case 'repeatedGrants':
      return [BEARER, msRtc([...grants, ...grants])];
    case 'passive':
      return [BEARER, msRtc(['urn:microsoft.rtc:passive', ...grants])];
  }
}
