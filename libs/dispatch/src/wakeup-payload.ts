/**
 * The wakeup: one constant per service, so that it says nothing but "something arrived". Neither iOS nor Android fetches
 * on a bare push; both show their generic notice for an `enc_payload` that does not decrypt, and iOS silently drops a push
 * that has `spns` without one. Hence an undecryptable constant of the size of the apps' own smallest payload: 24 bytes of
 * nonce, 256 of padded message, 16 of tag.
 */
const UNDECRYPTABLE = Buffer.alloc(24 + 256 + 16).toString('base64');

/** The JSON body of every APNs wakeup, byte for byte. No `badge`: a relay does not know how many messages wait. */
export const APNS_PAYLOAD = JSON.stringify({
  aps: {
    alert: { title: 'Session', body: "You've got a new message" },
    sound: 'default',
    'mutable-content': 1,
  },
  spns: 1,
  enc_payload: UNDECRYPTABLE,
});

/** `message.data` of every FCM wakeup, and the data of every HMS one. Values are strings by FCM's rule. */
export const FCM_DATA = Object.freeze({ spns: '1', enc_payload: UNDECRYPTABLE });
