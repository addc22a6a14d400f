export { createFcmTransport, type FcmTransportSettings } from './fcm-transport.ts';
export { parseServiceAccount, type ServiceAccount } from './service-account.ts';
