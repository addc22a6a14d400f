import { createPrivateKey, type KeyObject } from 'node:crypto';
import { parseFields } from './json-fields.ts';

/** Who we are towards Google: what is needed of the JSON file that its console hands out. */
export interface ServiceAccount {
  readonly projectId: string;
  readonly clientEmail: string;
  readonly privateKey: KeyObject;
  readonly privateKeyId: string;
  readonly tokenUrl: string;
}

/** The account in the text of a service account file, or `null` when there is none. */
export function parseServiceAccount(json: string): ServiceAccount | null {
  const file = parseFields(json);
  const { project_id: projectId, client_email: clientEmail, private_key_id: privateKeyId, token_uri: tokenUrl } = file;
  const privateKey = rsaKey(file['private_key']);
  if (typeof projectId !== 'string' || !/^[a-z0-9:.-]{1,100}$/.test(projectId)) return null;
  if (typeof clientEmail !== 'string' || typeof privateKeyId !== 'string' || privateKey === null) return null;
  if (typeof tokenUrl !== 'string' || !URL.canParse(tokenUrl)) return null;
  return { projectId, clientEmail, privateKey, privateKeyId, tokenUrl };
}

function rsaKey(pem: unknown): KeyObject | null {
  if (typeof pem !== 'string') return null;
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'rsa' ? key : null;
  } catch {
    return null;
  }
}
