import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { parseServiceAccount } from '../src/index.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
const file = {
  type: 'service_account',
  project_id: 'some-project',
  private_key_id: 'abc123',
  private_key: rsa,
  client_email: 'push@some-project.iam.gserviceaccount.com',
  token_uri: 'https://oauth2.googleapis.com/token',
};

describe('a service account file', () => {
  test('gives project, address, key and endpoint', () => {
    expect(parseServiceAccount(JSON.stringify(file))).toMatchObject({
      projectId: 'some-project',
      clientEmail: 'push@some-project.iam.gserviceaccount.com',
      privateKeyId: 'abc123',
      tokenUrl: 'https://oauth2.googleapis.com/token',
    });
  });

  test.each([
    ['is not JSON', '{'],
    ['holds null', 'null'],
    ['holds a list', '[]'],
    ['has no project', JSON.stringify({ ...file, project_id: undefined })],
    ['has a project that is a path', JSON.stringify({ ...file, project_id: '../other' })],
    ['has no address', JSON.stringify({ ...file, client_email: 7 })],
    ['has no key', JSON.stringify({ ...file, private_key: undefined })],
    ['has a key that is none', JSON.stringify({ ...file, private_key: 'secret' })],
    ['has a key of another kind', JSON.stringify({ ...file, private_key: ec })],
    ['has no endpoint', JSON.stringify({ ...file, token_uri: 'nowhere' })],
  ])('that %s is none', (_, json) => {
    expect(parseServiceAccount(json)).toBeNull();
  });
});
