import { readRetryAfter } from '@push/dispatch';
import { fieldsOf } from './json-fields.ts';
import type { FcmAnswer } from './verdict.ts';

export interface GoogleResponse {
  readonly status: number;
  readonly headers: unknown;
  /** Parsed JSON, or the text when it is none. */
  readonly data: unknown;
}

const FCM_ERROR = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';
const BAD_REQUEST = 'type.googleapis.com/google.rpc.BadRequest';

/** Reads Google's error model (https://cloud.google.com/apis/design/errors); what does not fit counts as not said. */
export function readGoogleError({ status, headers, data }: GoogleResponse, nowMs: number): FcmAnswer {
  const error = fieldsOf(fieldsOf(data)['error']);
  const details = list(error['details']).map(fieldsOf);
  const fcmError = details.find((detail) => detail['@type'] === FCM_ERROR);
  const badRequests = details.filter((detail) => detail['@type'] === BAD_REQUEST);
  const retryAfter = fieldsOf(headers)['retry-after'];
  return {
    status,
    code: text(error['status']),
    fcmError: text(fcmError?.['errorCode']),
    badFields: badRequests
      .flatMap((detail) => list(detail['fieldViolations']))
      .map((violation) => text(fieldsOf(violation)['field']) ?? ''),
    retryAfterMs: readRetryAfter(typeof retryAfter === 'string' ? retryAfter : undefined, nowMs),
  };
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
