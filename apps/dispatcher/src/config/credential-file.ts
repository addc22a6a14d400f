import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { ConfigFile } from '@push/ops';
import { type ServiceAccount, parseServiceAccount } from '@push/push-fcm';
import { z } from 'zod';

/** Turns the file of a variable into what it holds, or into a problem that does not repeat it. */
type Reader<T> = (file: ConfigFile, context: z.RefinementCtx) => T;

/** PEM of a `.p8` file as Apple hands it out: the key that signs ES256 tokens. */
export const signingKey: Reader<string> = pem('a private key on P-256 in PEM', (text) => {
  const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(text);
  return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1';
});

export const privateKey: Reader<string> = pem('a private key in PEM', (text) => {
  return createPrivateKey(text).type === 'private';
});

export const certificate: Reader<string> = pem('a certificate in PEM', (text) => {
  return new X509Certificate(text).raw.length > 0;
});

export const serviceAccount: Reader<ServiceAccount> = (file, context) => {
  const account = parseServiceAccount(file.read().toString('utf8'));
  return account ?? refuse(context, "a service account as Google's console hands it out");
};

function pem(what: string, isHeldBy: (text: string) => boolean): Reader<string> {
  return (file, context) => {
    const text = file.read().toString('utf8');
    try {
      if (isHeldBy(text)) return text;
    } catch {
      // What the parser says may quote the file.
    }
    return refuse(context, what);
  };
}

function refuse(context: z.RefinementCtx, what: string): never {
  context.addIssue({ code: 'custom', message: `names a file that does not hold ${what}` });
  return z.NEVER;
}
