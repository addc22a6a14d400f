/** Push services in the order of their one-byte codes, which are part of stored ids and records: append only. */
export const SERVICES = ['apns', 'apns-sandbox', 'firebase', 'huawei'] as const;
export type Service = (typeof SERVICES)[number];
