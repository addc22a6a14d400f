import type { Reaction } from './reaction.ts';

type Refusal = Extract<Reaction, { kind: 'refuse' }>;

const MESSAGES: { readonly [code: string]: string } = {
  INVALID_ARGUMENT: 'The registration token is not a valid FCM registration token',
  NOT_FOUND: 'Requested entity was not found.',
  PERMISSION_DENIED: 'The caller does not have permission',
  UNAUTHENTICATED:
    'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid ' +
    'authentication credential.',
  RESOURCE_EXHAUSTED: 'Quota exceeded.',
  INTERNAL: 'Internal error encountered.',
  UNAVAILABLE: 'The service is currently unavailable.',
};

/** The JSON of Google's error model (google.rpc.Status over HTTP). */
export function googleError({ status, code, fcmError, badFields = [] }: Refusal): object {
  const details = [
    ...(fcmError === undefined
      ? []
      : [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode: fcmError }]),
    ...(badFields.length === 0
      ? []
      : [
          {
            '@type': 'type.googleapis.com/google.rpc.BadRequest',
            fieldViolations: badFields.map((field) => ({ field, description: 'Invalid value' })),
          },
        ]),
  ];
  const message = MESSAGES[code] ?? 'Unknown error.';
  return { error: { code: status, message, status: code, ...(details.length === 0 ? {} : { details }) } };
}
