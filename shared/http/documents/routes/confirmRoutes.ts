import type { Answer, Route } from './route';

const page = (description: string): Answer => ({ description, contentType: 'text/html' });

/** Every outcome is a page for a person, errors too: its title and sentences are those of the error. */
const pages = {
  302: { description: 'Where `ENTRA_*` is set and nobody has signed in yet: to the sign-in of the platform, and back' },
  401: page('Who signed in did so with another tenant, or nobody can sign in here'),
  403: page('Who signed in lacks the role `Invitations.Command`'),
  404: page('The link was altered, or the invitation is not one of ours'),
  410: page('The call is over'),
  429: page('The link was opened too often'),
} as const;

/** The page behind the buttons of a Teams card. */
export function confirmRoutes(): readonly Route[] {
  const common = { tag: 'Invitations', path: '/confirm/{capability}', role: 'anonymous' } as const;
  return [
    {
      ...common,
      method: 'get',
      operationId: 'showConfirmPage',
      summary: 'Ask before a card’s button acts',
      description: 'Shows the call and one button, and changes nothing: a link is also fetched by what is no person.',
      answers: { 200: page('Who calls, and the button'), ...pages, 502: page('The storage account cannot be reached') },
      errors: ['settingsInvalid', 'internal'],
    },
    {
      ...common,
      method: 'post',
      operationId: 'confirmCommand',
      summary: 'Do what the card’s button says',
      description:
        'Once: the link is used up by its first command, and expires with the ring. The record names who signed in, else the link.',
      answers: {
        200: page('It was done'),
        ...pages,
        409: page('It was done already, or another has answered the call'),
        422: page('The invitation does not offer this any more'),
        502: page('Skype for Business, or the storage account, could not carry it out'),
        504: page('Skype for Business did not answer in time'),
      },
      errors: ['settingsInvalid', 'internal'],
    },
  ];
}
