export type { RandomBytes } from './bytes.ts';
export { type Device, isToken, type Service, SERVICES } from './device.ts';
export { directTransport, type DirectTransportOptions } from './direct-transport.ts';
export { fetchPost } from './fetch-post.ts';
export {
  accountFromSeed,
  groupMemberFromSeed,
  type GroupMemberOptions,
  groupOwnerFromSeed,
} from './identities.ts';
export { InputError, type InputField } from './input-error.ts';
export type { EncType } from './onion/layer.ts';
export type { GuardNode, OnionPath, PathNode } from './onion/onion-path.ts';
export { onionTransport, type OnionTransportOptions } from './onion/onion-transport.ts';
export type { ItemOutcome, RefusalCode, Refused, SubscribeOutcome, UnsubscribeOutcome } from './outcome.ts';
export { plainText } from './plain-text.ts';
export { createRelayClient, type RelayClient, type RelayClientOptions, type SubscribeOptions } from './relay-client.ts';
export { RelayError, type RelayErrorCode, type RelayErrorDetails } from './relay-error.ts';
export { parseRelayUrl, type RelayOrigin } from './relay-url.ts';
export {
  keepRegistered,
  type KeepRegisteredOptions,
  type RegistrationAttempt,
  type Source,
} from './renewal/keep-registered.ts';
export { renewalKey } from './renewal/renewal-key.ts';
export { planRenewal, type RenewalAttempt, type RenewalPlan, settleRenewal } from './renewal/renewal-schedule.ts';
export {
  freshRenewalState,
  readRenewalState,
  type RenewalEntry,
  type RenewalState,
} from './renewal/renewal-state.ts';
export type { Signer, Subaccount } from './signer.ts';
export { areNamespaces, type Subscription } from './subscription.ts';
export {
  type HeaderView,
  MAX_ANSWER_BYTES,
  type Post,
  type PostAnswer,
  type RelayRequest,
  type RelayResponse,
  type Transport,
} from './transport.ts';
