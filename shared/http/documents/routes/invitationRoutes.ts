import { listQuerySchema } from '../../invitationEndpoints';
import { invitationAnswers } from '../examples/httpExamples';
import { timelineAnswer } from '../examples/timelineExample';
import { timelineQuerySchema } from '../timelineAnswers';
import { commandRoutes } from './commandRoutes';
import type { Route } from './route';
import { upstreamErrors } from './upstreamErrors';

/** `/invitations` and what is under it. */
export function invitationRoutes(): readonly Route[] {
  return [listRoute(), invitationRoute(), timelineRoute(), offerRoute(), ...commandRoutes()];
}

function listRoute(): Route {
  const { page } = invitationAnswers();
  return {
    method: 'get',
    path: '/invitations',
    operationId: 'listInvitations',
    tag: 'Invitations',
    summary: 'List invitations',
    description:
      'The newest first: of one account by the time at which they began, of all by their newest event. While there is ' +
      'a cursor, a page may hold less than its limit, or nothing. `state=active` reads what was heard of in the last ' +
      'ten minutes; `until` without `account` misses calls that were recorded more than an hour after they began.',
    role: 'Invitations.Read',
    query: listQuerySchema,
    answers: { 200: { description: 'One page', schema: 'InvitationPage', examples: { missedCall: page } } },
    errors: ['requestInvalid', 'storageUnavailable'],
  };
}

function invitationRoute(): Route {
  const { ringing } = invitationAnswers();
  return {
    method: 'get',
    path: '/invitations/{id}',
    operationId: 'getInvitation',
    tag: 'Invitations',
    summary: 'Read one invitation with its history',
    role: 'Invitations.Read',
    answers: {
      200: {
        description: 'The latest snapshot and every event',
        schema: 'InvitationWithHistory',
        examples: { ringing },
      },
    },
    errors: ['invitationNotFound', 'storageUnavailable'],
  };
}

function timelineRoute(): Route {
  return {
    method: 'get',
    path: '/invitations/{id}/timeline',
    operationId: 'getInvitationTimeline',
    tag: 'Invitations',
    summary: 'Read what happened to one invitation',
    description:
      'Its events with their times on the way, what became of each with every webhook subscriber, the commands ' +
      'with their callers, the gaps of the channel, and the outcome. A page holds at most 1,000 records and 1 MiB.',
    role: 'Invitations.Read',
    query: timelineQuerySchema,
    answers: {
      200: { description: 'One page', schema: 'Timeline', examples: { missedCall: timelineAnswer() } },
    },
    errors: ['requestInvalid', 'invitationNotFound', 'storageUnavailable'],
  };
}

function offerRoute(): Route {
  const { offer } = invitationAnswers();
  return {
    method: 'get',
    path: '/invitations/{id}/offer',
    operationId: 'getOffer',
    tag: 'Invitations',
    summary: 'Read the media offer of a ringing call',
    description: 'Live from Skype for Business; the relay keeps no SDP.',
    role: 'Invitations.Command',
    answers: {
      200: {
        description: 'The offers and what an answer must name',
        schema: 'LiveOffer',
        examples: { audio: offer },
      },
    },
    errors: ['invitationNotFound', 'invitationEnded', 'actionNotAvailable', ...upstreamErrors],
  };
}
