import { expect, test } from '@jest/globals';
import { APNS_PAYLOAD, FCM_DATA } from '../src/index.ts';

const CIPHERTEXT = `${'A'.repeat(395)}=`;

test('the wakeup for APNs is these bytes', () => {
  expect(APNS_PAYLOAD).toBe(
    '{"aps":{"alert":{"title":"Session","body":"You\'ve got a new message"},"sound":"default","mutable-content":1},' +
      `"spns":1,"enc_payload":"${CIPHERTEXT}"}`,
  );
});

test('the wakeup for FCM is these two strings', () => {
  expect(FCM_DATA).toEqual({ spns: '1', enc_payload: CIPHERTEXT });
});

test('the undecryptable payload is 296 zero bytes, the size of the smallest payload the apps know', () => {
  expect(Buffer.from(FCM_DATA.enc_payload, 'base64')).toEqual(Buffer.alloc(296));
});

test('the constant cannot be changed by whoever sends it', () => {
  expect(Object.isFrozen(FCM_DATA)).toBe(true);
});
