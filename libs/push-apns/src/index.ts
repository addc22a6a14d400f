export { type ApnsCredentials, type ApnsTransportSettings, createApnsTransport } from './apns-transport.ts';
