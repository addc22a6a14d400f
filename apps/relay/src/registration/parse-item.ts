import {
  type DeviceToken,
  type Ed25519Key,
  isSessionId,
  parseAccount,
  parseBytes,
  type Service,
  SERVICES,
  type Signature,
  type SubaccountTag,
  type UnixSeconds,
  type UnsubscribeRequest,
} from '@push/protocol';
import type { Deregistration, Registration } from '@push/registry';
import type { z } from 'zod';
import type { ItemFailure } from '../failure/failures.ts';
import { subscribeSchema, type UnsubscribeFields, unsubscribeSchema } from './request-schema.ts';

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: ItemFailure };

/** Reads one item of a subscribe request, for one of the `offered` services. What comes out is well-formed, no more. */
export function parseSubscribe(item: unknown, offered: ReadonlySet<Service>): Parsed<Registration> {
  const fields = shaped(subscribeSchema, item);
  if (!fields.ok) return fields;
  const common = parseCommon(fields.value, offered);
  if (!common.ok) return common;
  const { namespaces, data, service_info } = fields.value;
  const { request, ...device } = common.value;
  return ok({ ...device, request: { ...request, namespaces, wantsData: data }, polls: service_info.polls ?? false });
}

/** Reads one item of an unsubscribe request in the same way. */
export function parseUnsubscribe(item: unknown, offered: ReadonlySet<Service>): Parsed<Deregistration> {
  const fields = shaped(unsubscribeSchema, item);
  return fields.ok ? parseCommon(fields.value, offered) : fields;
}

function parseCommon(fields: UnsubscribeFields, offered: ReadonlySet<Service>): Parsed<Deregistration> {
  const service = SERVICES.find((name) => name === fields.service);
  if (service === undefined || !offered.has(service)) {
    return { ok: false, failure: { code: 'unknown-service', message: 'service is not one that is offered here' } };
  }
  const token = parseToken(service, fields.service_info.token);
  if (!token.ok) return token;
  const request = parseRequest(fields);
  return request.ok ? ok({ request: request.value, service, token: token.value }) : request;
}

function parseRequest(fields: UnsubscribeFields): Parsed<UnsubscribeRequest> {
  const { subaccount: tag, subaccount_sig: tagSignature } = fields;
  if ((tag == null) !== (tagSignature == null)) return badInput('subaccount and subaccount_sig belong together');
  const account = parseAccount(fields.pubkey);
  if (account === null) return badInput('pubkey must be 33 bytes in hexadecimal or base64');
  const ed25519 = isSessionId(account) ? parseBytes(fields.session_ed25519 ?? '', 32) : null;
  if (isSessionId(account) && ed25519 === null) {
    return badInput('session_ed25519 must be 32 bytes in hexadecimal or base64 when pubkey begins with 05');
  }
  return ok({
    account,
    ed25519: ed25519 as Ed25519Key | null,
    subaccount: tag == null ? null : { tag: tag as SubaccountTag, signature: tagSignature as Uint8Array as Signature },
    signedAt: fields.sig_ts as UnixSeconds,
    signature: fields.signature as Signature,
  });
}

const APNS_TOKEN_DIGITS = 64;
const MAX_TOKEN_BYTES = 999;

function parseToken(service: Service, text: string): Parsed<DeviceToken> {
  switch (service) {
    case 'apns':
    case 'apns-sandbox': {
      const bytes = text.length === APNS_TOKEN_DIGITS ? parseBytes(text, APNS_TOKEN_DIGITS / 2) : null;
      return bytes === null ? badInput('service_info.token must be 64 hexadecimal digits') : ok(bytes as DeviceToken);
    }
    case 'firebase':
    case 'huawei': {
      // Half of a surrogate pair has no UTF-8: two such tokens would become the same bytes.
      const bytes = text.isWellFormed() ? Buffer.from(text, 'utf8') : Buffer.alloc(0);
      return bytes.length === 0 || bytes.length > MAX_TOKEN_BYTES
        ? badInput(`service_info.token must be text of 1 to ${MAX_TOKEN_BYTES} bytes`)
        : ok(bytes as Uint8Array as DeviceToken);
    }
  }
}

/** Names the first field that is wrong. Messages are the schema's own; only its field names are in the path. */
function shaped<T>(schema: z.ZodType<T>, item: unknown): Parsed<T> {
  const parsed = schema.safeParse(item);
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  const field = issue?.path.filter((part) => typeof part === 'string').join('.');
  return badInput(
    `${field === undefined || field === '' ? 'each request' : field} ${issue?.message ?? 'is malformed'}`,
  );
}

function ok<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

function badInput(message: string): Parsed<never> {
  return { ok: false, failure: { code: 'bad-input', message } };
}
