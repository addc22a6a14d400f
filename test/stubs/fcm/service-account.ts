import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

/** The file an operator downloads from Google's console. */
export interface ServiceAccount {
  readonly type: 'service_account';
  readonly project_id: string;
  readonly private_key_id: string;
  /** PEM, PKCS #8, RSA. */
  readonly private_key: string;
  readonly client_email: string;
  readonly client_id: string;
  readonly token_uri: string;
}

export interface NewServiceAccount {
  readonly account: ServiceAccount;
  /** PEM, what the token endpoint verifies grants with. */
  readonly publicKey: string;
}

const newKeys = promisify(generateKeyPair);

export async function createServiceAccount(projectId: string, tokenUrl: string): Promise<NewServiceAccount> {
  const { privateKey, publicKey } = await newKeys('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const account: ServiceAccount = {
    type: 'service_account',
    project_id: projectId,
    private_key_id: randomBytes(20).toString('hex'),
    private_key: privateKey,
    client_email: `push@${projectId}.iam.gserviceaccount.com`,
    client_id: '100000000000000000001',
    token_uri: tokenUrl,
  };
  return { account, publicKey };
}
