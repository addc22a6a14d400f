import { VERSION } from '@push/ops';
import type { Service } from '@push/protocol';
import { z } from 'zod';
import { MAX_BODY_BYTES, MAX_ITEMS, MAX_ONION_BYTES } from '../exchange/limits.ts';
import { ONION_PATH } from '../onion/onion-route.ts';
import { errorAnswerSchema } from '../failure/failure-answer.ts';
import { subscribeAnswerSchema, unsubscribeAnswerSchema } from '../registration/answer-schema.ts';
import { subscribeSchema, unsubscribeSchema } from '../registration/request-schema.ts';

/**
 * OpenAPI 3.1 of the public paths, made of the schemas that validate requests and type answers.
 * @param onionKey 64 hexadecimal digits. Whoever asks for it here has to trust the way it came, so apps build it in.
 */
export function openApiDocument(services: readonly Service[], onionKey: string): object {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Session push relay',
      version: VERSION,
      license: { name: 'MIT', identifier: 'MIT' },
      description:
        'Registers devices of Session accounts for content-free wakeups. Byte values may be hexadecimal or base64. ' +
        'Bodies are read as JSON whatever their Content-Type says; null means absent; unknown fields are ignored.',
    },
    servers: [{ url: '/' }],
    'x-services': services,
    'x-onion-key': onionKey,
    paths: {
      '/subscribe': registration({
        operationId: 'subscribe',
        summary: 'Registers a device for an account, or renews that',
        description:
          'A registration ends 14 days after its sig_ts. One of the same account, service and token is replaced by a ' +
          'newer one. Items of a list are carried out and answered one by one, in their order.',
        request: 'SubscribeRequest',
        answer: 'SubscribeAnswer',
      }),
      '/unsubscribe': registration({
        operationId: 'unsubscribe',
        summary: 'Ends a registration',
        description: 'sig_ts must be within 24 hours of now.',
        request: 'UnsubscribeRequest',
        answer: 'UnsubscribeAnswer',
      }),
      [ONION_PATH]: { post: onion },
      '/openapi.json': { get: self },
    },
    components: {
      schemas: {
        SubscribeRequest: inputOf(subscribeSchema),
        UnsubscribeRequest: inputOf(unsubscribeSchema),
        SubscribeAnswer: outputOf(subscribeAnswerSchema),
        UnsubscribeAnswer: outputOf(unsubscribeAnswerSchema),
        Failure: outputOf(errorAnswerSchema),
      },
    },
  };
}

interface RegistrationPath {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly request: string;
  readonly answer: string;
}

function registration({ request, answer, ...about }: RegistrationPath): object {
  return {
    post: {
      ...about,
      requestBody: { required: true, content: json(oneOrMany(request, MAX_ITEMS)) },
      responses: {
        200: { description: 'Carried out; items may have been refused', content: json(oneOrMany(answer)) },
        400: failure(`Not HTTP, not JSON, not an object or list, or a list of more than ${MAX_ITEMS}`),
        ...COMMON_FAILURES,
        503: {
          description: 'Not stored, wholly or in part, by no fault of the client; the whole request may be sent again',
          headers: { 'retry-after': { schema: { type: 'string' }, description: 'Seconds' } },
          content: json({ anyOf: [ref(answer), { type: 'array', items: ref(answer) }, ref('Failure')] }),
        },
      },
    },
  };
}

const json = (schema: object): object => ({ 'application/json': { schema } });
const ref = (name: string): object => ({ $ref: `#/components/schemas/${name}` });
const oneOrMany = (name: string, maxItems?: number): object => ({
  oneOf: [ref(name), { type: 'array', items: ref(name), ...(maxItems !== undefined && { maxItems }) }],
});
const failure = (description: string): object => ({ description, content: json(ref('Failure')) });

const COMMON_FAILURES = {
  404: failure('Another path, as this document has them'),
  405: failure('Another method; `allow` has the right one'),
  408: failure('The request took too long to arrive'),
  413: failure(`The body is larger than ${MAX_BODY_BYTES} bytes`),
};

const BINARY = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };

const onion = {
  operationId: 'onionRequest',
  summary: 'One of the other requests, inside an onion request of version 4',
  description:
    `Sent by the last storage node of a path, at most ${MAX_ONION_BYTES} bytes: the length of the ciphertext (four bytes, little-endian), ` +
    'ciphertext, JSON with ephemeral_key and enc_type. The answer inside has a status of its own.',
  requestBody: { required: true, content: BINARY },
  responses: {
    200: { description: 'The sealed answer', content: BINARY },
    400: failure('Made for another key, or tampered with'),
    ...COMMON_FAILURES,
    413: failure(`The body is larger than ${MAX_ONION_BYTES} bytes`),
    503: failure('More bodies are being held than there is memory for, and none of them can be given up; rare'),
  },
};

const self = {
  operationId: 'openapi',
  summary: 'This document',
  responses: { 200: { description: 'OpenAPI 3.1', content: json({ type: 'object' }) } },
};

const inputOf = (schema: z.ZodType): object => bare(z.toJSONSchema(schema, { io: 'input' }));
const outputOf = (schema: z.ZodType): object => bare(z.toJSONSchema(schema, { io: 'output' }));

/** OpenAPI 3.1 names the dialect once for the whole document. */
function bare(schema: object): object {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== '$schema'));
}
